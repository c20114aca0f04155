import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { codecByName, loadCodec } from '../../../src/kafka/records/codecs.ts'
import { RetriableError, valueEquals } from '../../../src/api/index.ts'
import {
  AvroFormat,
  AvroReader,
  BytesFormat,
  JsonFormat,
  TextFormat,
  UnreadableError,
  bytesReader,
  compressionOf,
  jsonReader,
  loadAvroCodec,
  loadCompression,
  textReader,
} from '../../../connectors/storage/index.ts'
import type { FileCompression, RangedBytes } from '../../../connectors/storage/index.ts'
import { SeparatorSplitter } from '../../../connectors/storage/formats/readers/piece-splitter.ts'
import { fileBytes } from './rich-values.ts'

import { failure, never, pair, pairs, read } from './reading.ts'

test('bytes and texts are what stands between separators', async () => {
  const bytes = fileBytes(
    new BytesFormat('.bin', '||'),
    null,
    ['a', '', 'b|c'].map((text) => Buffer.from(text)),
  )
  const found = await read(bytesReader('||'), bytes)
  expect(found.values.map(String)).toEqual(['a', '', 'b|c'])
  const texts = fileBytes(new TextFormat(), null, ['ä', '', 'c\r'])
  expect((await read(textReader(), texts)).values).toEqual(['ä', '', 'c'])
  expect((await failure(textReader(), Buffer.from([0x61, 0x0a, 0xff, 0x0a]))).record).toBe(1)
})

test('pieces are found wherever chunks end', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', '|', 'b') }), { maxLength: 20 }),
      fc.constantFrom('|', 'ab', '\n'),
      fc.integer({ min: 1, max: 5 }),
      (texts, separator, size) => {
        const whole = texts.join(separator)
        const expected = whole.split(separator)
        if (expected.at(-1) === '') expected.pop()
        const splitter = new SeparatorSplitter(Buffer.from(separator))
        const found: string[] = []
        const take = (): number =>
          found.push(splitter.bytes.subarray(splitter.start, splitter.end).toString())
        for (let at = 0; at < whole.length; at += size) {
          splitter.push(Buffer.from(whole.slice(at, at + size)))
          while (splitter.next()) take()
        }
        splitter.finish()
        while (splitter.next()) take()
        if (splitter.takeRest()) take()
        expect(found).toEqual(expected)
      },
    ),
  )
})

describe('whole files', () => {
  test.each<FileCompression>(['none', 'gzip', 'snappy', 'zstd'])('packed by %s', async (name) => {
    const compressor = (await loadCompression(name))()
    const list = pairs(60_000)
    const plain = fileBytes(new JsonFormat('BASE64'), pair, list)
    const packed = Buffer.concat([...(await compressor.push([plain])), ...(await compressor.end())])
    expect(compressionOf(packed)).toBe(name)
    const { values } = await read(jsonReader(false), packed, { compression: name })
    expect(values.length).toBe(list.length)
    expect(values.at(-1)).toEqual({ id: 59_999, s: 'text 99' })
    if (name === 'none') return
    const cut = read(jsonReader(false), packed.subarray(0, packed.length - 5), {
      compression: name,
    })
    await expect(cut).rejects.toThrow(UnreadableError)
  })

  test('may be put together of several', async () => {
    await loadCodec('zstd')
    const zstd = codecByName('zstd')
    const [a, b] = [Buffer.from('1\n2'), Buffer.from('3\n4\n')]
    const gzip = Buffer.concat([gzipSync(a), gzipSync(b)])
    const frames = Buffer.concat([zstd.compress(a), zstd.compress(b)])
    expect((await read(jsonReader(false), gzip, { compression: 'gzip' })).values).toEqual([
      1, 23, 4,
    ])
    expect((await read(jsonReader(false), frames, { compression: 'zstd' })).values).toEqual([
      1, 23, 4,
    ])
  })
})

describe('reading by ranges', () => {
  const lines = Buffer.from(
    Array.from({ length: 400_000 }, (_, n) => `${n}\n`).join('') + 'x'.repeat(4_000_000),
  )

  test('asks for no more than a few chunks before they are needed, and leaves off when the loop ends', async () => {
    let [open, most, asked] = [0, 0, 0]
    const file: RangedBytes = {
      ...{ name: 'large', size: lines.length },
      async read(start, end) {
        most = Math.max(most, ++open)
        asked += end - start
        await Promise.resolve()
        open--
        return lines.subarray(start, end)
      },
    }
    const options = { from: 0, batchRecords: 10, compression: 'none', signal: never } as const
    for await (const batch of textReader().read(file, options)) if (batch.first >= 100) break
    expect(most).toBeLessThanOrEqual(3)
    expect(asked).toBeLessThan(5 * 1024 * 1024)
    expect(lines.length).toBeGreaterThan(6 * 1024 * 1024)
  })

  test('an error of the store comes as it is, and the file is read on behind the last record', async () => {
    const list = pairs(100_000)
    const bytes = fileBytes(new AvroFormat({}, await loadAvroCodec('null')), pair, list)
    let failing = true
    const file: RangedBytes = {
      ...{ name: 'flaky', size: bytes.length },
      read: (start, end) =>
        failing && start > 0
          ? Promise.reject(new RetriableError('Slow down.'))
          : Promise.resolve(bytes.subarray(start, end)),
    }
    const found: unknown[] = []
    const once = async (): Promise<void> => {
      const options = {
        from: found.length,
        batchRecords: 500,
        compression: 'none',
        signal: never,
      } as const
      for await (const { values } of new AvroReader().read(file, options)) found.push(...values)
    }
    await expect(once()).rejects.toThrow('Slow down.')
    expect(found.length).toBeGreaterThan(0)
    failing = false
    await once()
    expect(valueEquals(found, list)).toBe(true)
  })

  test('an abort ends it with its reason', async () => {
    const controller = new AbortController()
    const file: RangedBytes = {
      ...{ name: 'slow', size: 10 },
      read: (_start, _end, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error)
          })
        }),
    }
    const reading = read(jsonReader(false), file, { signal: controller.signal })
    controller.abort(new Error('Stopped.'))
    await expect(reading).rejects.toThrow('Stopped.')
  })
})
