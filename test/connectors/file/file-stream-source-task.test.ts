import fc from 'fast-check'
import { open, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formatEntry, setLogSink } from '../../../src/util/logger.ts'
import type { SourceOffset, SourceRecord } from '../../../src/api/index.ts'
import { RunningSource, expectedLines, startTask, temporaryFolder } from './support.ts'

let logged: string[] = []
beforeEach(() => {
  logged = []
  setLogSink((entry) => {
    logged.push(entry.message)
  })
})
afterEach(() => {
  setLogSink((entry) => {
    process.stdout.write(formatEntry(entry))
  })
})

const warnings = (part: string): string[] => logged.filter((message) => message.includes(part))

describe('the file source', () => {
  test('ends lines where Java does and counts positions in bytes', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'partial line')
    await using source = await RunningSource.start({ file })
    await delay(50)
    expect(source.records).toEqual([])
    await folder.append('in.txt', ' finished\n')
    await source.reached(1)
    await folder.append('in.txt', 'line1\rline2\r\nline3\nline4\n\r')
    await source.reached(5)
    await folder.append('in.txt', 'subsequent text')
    await source.reached(6)
    expect(source.lines).toEqual(['partial line finished', 'line1', 'line2', 'line3', 'line4', ''])
    expect(source.positions).toEqual([22, 28, 35, 41, 47, 48])
  })

  test('makes records of the shape Java makes', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'zażółć\n')
    const before = Date.now()
    await using source = await RunningSource.start({ file })
    await source.reached(1)
    const [record] = source.records
    expect(record).toMatchObject({
      sourcePartition: { filename: file },
      sourceOffset: { position: 11 },
      topic: 'lines',
      kafkaPartition: null,
      keySchema: null,
      key: null,
      valueSchema: { type: 'STRING', optional: false },
      value: 'zażółć',
      headers: null,
    })
    expect(record?.timestamp).toBeGreaterThanOrEqual(before)
  })

  test('goes on at the stored position', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'one\ntwo\nthree\n')
    await using source = await RunningSource.start({ file }, { position: 8 })
    await source.reached(1)
    expect(source.lines).toEqual(['three'])
    expect(source.positions).toEqual([14])
    expect(logged).toEqual([])
  })

  test('sends the rest of a line where the position lies within it, and says so', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'one\ntwo\n')
    await using source = await RunningSource.start({ file }, { position: 5 })
    await source.reached(1)
    expect(source.lines).toEqual(['wo'])
    expect(warnings('lies within a line')).toHaveLength(1)
  })

  test('begins anew where the position lies behind the end of the file', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'new\n')
    await using source = await RunningSource.start({ file }, { position: 2n ** 60n })
    await source.reached(1)
    expect(source.positions).toEqual([4])
    expect(warnings('was truncated or replaced')).toHaveLength(1)
  })

  test.each([{ position: '5' }, { position: 1.5 }, { position: true }])(
    'refuses to start from %j',
    async (offset) => {
      const started = RunningSource.start({ file: 'in.txt' }, offset)
      await expect(started).rejects.toThrow('Offset position is the incorrect type')
    },
  )

  test.each([
    ['2', [2, 2, 1]],
    ['0', [1, 1, 1, 1, 1]],
    ['5', [5]],
  ])('returns at most batch.size = %s records and keeps the rest', async (size, expected) => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', '1\n2\n3\n4\n5\n')
    const { signal } = new AbortController()
    const task = await startTask({ file, 'batch.size': size }, null)
    const counts: number[] = []
    while (counts.reduce((sum, count) => sum + count, 0) < 5) {
      counts.push((await task.poll(signal))?.length ?? 0)
    }
    expect(counts).toEqual(expected)
    await task.stop()
  })

  test('sends every line whole after any number of kills, and again only what was not committed', async () => {
    const piece = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', '\n', '\r', '\r\n'),
      maxLength: 40,
    })
    const run = fc.record({ piece, batchSize: fc.integer({ min: 1, max: 5 }), committed: fc.nat() })
    await fc.assert(
      fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 6 }), async (runs) => {
        await using folder = await temporaryFolder()
        const file = await folder.write('in.txt', '')
        const { signal } = new AbortController()
        let text = ''
        let offset: SourceOffset | null = null
        const seen = new Map<unknown, unknown>()
        for (const { piece, batchSize, committed } of runs) {
          text += piece
          await folder.append('in.txt', piece)
          const expected = expectedLines(text)
          const task = await startTask({ file, 'batch.size': String(batchSize) }, offset)
          const sent: SourceRecord[] = []
          const from = Number(offset?.position ?? 0)
          while (sent.length < expected.filter((line) => line.position > from).length) {
            sent.push(...((await task.poll(signal)) ?? []))
          }
          await task.stop()
          for (const record of sent) {
            const position = record.sourceOffset?.position
            expect(seen.get(position) ?? record.value).toBe(record.value)
            seen.set(position, record.value)
          }
          // Any prefix of what was sent may have been committed when the kill came.
          if (sent.length > 0) offset = sent[committed % sent.length]?.sourceOffset ?? offset
        }
        const lines = expectedLines(text)
        expect([...seen]).toEqual(lines.map((line) => [line.position, line.text]))
      }),
      { numRuns: 60 },
    )
  })

  test('waits for a file that is not there yet, and warns once', async () => {
    await using folder = await temporaryFolder()
    const file = folder.file('later.txt')
    await using source = await RunningSource.start({ file })
    await delay(200)
    await folder.write('later.txt', 'here\n')
    await source.reached(1)
    expect(source.lines).toEqual(['here'])
    expect(logged).toEqual([
      `Couldn't find file ${file} for FileStreamSourceTask, sleeping to wait for it to be created`,
    ])
  })

  test('finishes a file that was renamed, then reads the new one from its beginning', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('app.log', 'old 1\nold 2\n')
    await using source = await RunningSource.start({ file })
    await source.reached(2)
    await using writer = await open(file, 'a')
    await rename(file, folder.file('app.log.1'))
    await writer.write('old 3\n')
    await folder.write('app.log', 'new 1\n')
    await writer.write('old 4\nold 5 without end')
    await source.reached(6)
    await folder.append('app.log', 'new 2\n')
    await source.reached(7)
    expect(source.lines).toEqual([
      'old 1',
      'old 2',
      'old 3',
      'old 4',
      'old 5 without end',
      'new 1',
      'new 2',
    ])
    expect(source.positions.slice(4)).toEqual([0, 6, 12])
  })

  test('reads a truncated file from its beginning, and warns once', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('app.log', 'one\ntwo\ntorn')
    await using source = await RunningSource.start({ file })
    await source.reached(2)
    await delay(50)
    await truncate(file, 0)
    await folder.append('app.log', 'three\n')
    await source.reached(3)
    await delay(50)
    expect(source.lines).toEqual(['one', 'two', 'three'])
    expect(source.positions).toEqual([4, 8, 6])
    expect(warnings('was truncated to')).toHaveLength(1)
    expect(warnings('the last 4 of them without a line terminator')).toHaveLength(1)
  })

  test('keeps reading a deleted file until another takes its name', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('app.log', 'one\n')
    await using source = await RunningSource.start({ file })
    await source.reached(1)
    await rm(file)
    await delay(50)
    await writeFile(file, 'two\n')
    await source.reached(2)
    expect(source.lines).toEqual(['one', 'two'])
  })

  test('replaces bytes that are not UTF-8, counts the lines, and warns once', async () => {
    await using folder = await temporaryFolder()
    const latin1 = Buffer.from('caf\u00e9\n', 'latin1')
    const file = await folder.write('in.txt', Buffer.concat([Buffer.from('ok\n'), latin1, latin1]))
    await using source = await RunningSource.start({ file })
    await source.reached(3)
    await folder.append('in.txt', latin1)
    await source.reached(4)
    expect(source.lines).toEqual(['ok', 'caf\ufffd', 'caf\ufffd', 'caf\ufffd'])
    expect(source.task.invalidLines).toBe(3)
    expect(warnings('not UTF-8')).toHaveLength(1)
  })

  test('fails on a line beyond the limit, naming file and byte, after all lines before it', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', `short\n${'x'.repeat(5000)}\n`)
    await using source = await RunningSource.start({ file, 'line.max.bytes': '4096' })
    const error = await source.failure()
    expect(source.lines).toEqual(['short'])
    expect(error).toMatchObject({
      javaName: 'org.apache.kafka.connect.errors.ConnectException',
      message: `The line at byte 6 of ${file} is longer than 4096 bytes, the most a line may have. Raise "line.max.bytes" of the connector, or mend the file.`,
    })
  })

  test('reads a line of many megabytes whole', async () => {
    await using folder = await temporaryFolder()
    const long = 'é'.repeat(5_000_000)
    const file = await folder.write('in.txt', `${long}\nnext\n`)
    await using source = await RunningSource.start({ file })
    await source.reached(2)
    expect(source.lines[0] === long).toBe(true)
    expect(source.lines[1]).toBe('next')
  })

  test('reads beyond four gigabytes', async () => {
    await using folder = await temporaryFolder()
    const start = 5 * 2 ** 30
    const file = await folder.write('sparse.log', '')
    await using handle = await open(file, 'r+')
    await handle.write('\nfar away\nfarther\n', start - 1)
    await using source = await RunningSource.start({ file }, { position: start })
    await source.reached(2)
    expect(source.lines).toEqual(['far away', 'farther'])
    expect(source.positions).toEqual([start + 9, start + 17])
  })

  test.each([
    ['a directory', (folder: string) => folder, 'it is a directory'],
    ['no regular file', () => '/dev/null', 'it is no regular file'],
    ['below a file', (folder: string) => `${folder}/in.txt/x`, 'ENOTDIR'],
  ])('fails with a reason where the path is %s', async (_case, pathIn, reason) => {
    await using folder = await temporaryFolder()
    await folder.write('in.txt', '')
    await using source = await RunningSource.start({ file: pathIn(folder.path) })
    expect(String(await source.failure())).toContain(reason)
  })

  test('says how many bytes are left to read', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'one\ntwo\n')
    await using source = await RunningSource.start({ file })
    expect(source.task.progress()).toEqual({})
    await source.reached(2)
    expect(source.task.progress()).toEqual({ lag: 0, unit: 'bytes' })
  })

  test('stops at once while it waits', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'one\n')
    const source = await RunningSource.start({ file })
    await source.reached(1)
    const began = performance.now()
    await source.stop()
    expect(performance.now() - began).toBeLessThan(500)
  })
})
