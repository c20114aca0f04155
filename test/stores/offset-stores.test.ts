import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FileOffsetStore } from '../../src/stores/file-offset-store.ts'
import { readJavaHashMap, writeJavaHashMap } from '../../src/stores/java-hash-map.ts'
import { MemoryOffsetStore } from '../../src/stores/memory-offset-store.ts'
import { offsetStoreContract } from './contract.ts'
import { recordedFile } from './recorded-file.ts'

const signal = AbortSignal.timeout(20_000)
const folder = await mkdtemp(path.join(tmpdir(), 'offset-stores-'))
afterAll(() => rm(folder, { recursive: true }))

let files = 0
const newFile = (): string => path.join(folder, `offsets-${files++}`)

offsetStoreContract('memory', () => {
  const store = new MemoryOffsetStore()
  return { store, reopen: () => store }
})
offsetStoreContract('file', () => {
  const file = newFile()
  return { store: new FileOffsetStore(file), reopen: () => new FileOffsetStore(file) }
})

const fileSource = { filename: '/tmp/sluice-fix/in.txt' }

async function opened(file: string): Promise<FileOffsetStore> {
  const store = new FileOffsetStore(file)
  await store.start(signal)
  return store
}

/** The entries of a file as text, sorted: their order says nothing. */
async function contentOf(file: string): Promise<string[]> {
  const { entries } = readJavaHashMap(await readFile(file))
  return entries.map(([key, value]) => `${key.toString()} = ${String(value)}`).sort()
}

describe('a file of the Java worker', () => {
  test.each(['1-one-file-source', '2-two-connectors', '3-after-reset-null-value'])(
    '%s is read, and written back it holds the same',
    async (name) => {
      const recorded = recordedFile(name)
      const file = newFile()
      await writeFile(file, recorded)
      const before = await contentOf(file)
      const store = await opened(file)
      expect(await store.get('local-file-source', [fileSource])).toEqual([{ position: 9 }])
      await store.set(
        'local-file-source',
        [{ partition: fileSource, offset: { position: 9 } }],
        signal,
      )
      expect(await contentOf(file)).toEqual(before)
      expect((await readFile(file)).length).toBe(recorded.length)
    },
  )

  test('with one entry is written byte for byte as Java writes it', async () => {
    const file = newFile()
    const store = await opened(file)
    await store.set(
      'local-file-source',
      [{ partition: fileSource, offset: { position: 9 } }],
      signal,
    )
    expect((await readFile(file)).toString('hex')).toBe(
      recordedFile('1-one-file-source').toString('hex'),
    )
  })

  test('keeps what was reset, as a null', async () => {
    const file = newFile()
    await writeFile(file, recordedFile('3-after-reset-null-value'))
    const store = await opened(file)
    expect(await store.get('ver-b', [{ id: 0 }])).toEqual([null])
    expect(await store.entries('ver-b')).toEqual([])
    await store.set('other', [{ partition: { a: 1 }, offset: { b: 2 } }], signal)
    expect(await contentOf(file)).toContain('["ver-b",{"id":0}] = null')
  })

  test('keeps entries that are none of ours', async () => {
    const file = newFile()
    const foreign = [Buffer.from('who knows'), Buffer.from([0xff, 0x00])] as const
    await writeFile(file, writeJavaHashMap([foreign]))
    const store = await opened(file)
    await store.set('c', [{ partition: { a: 1 }, offset: { b: 2 } }], signal)
    const { entries } = readJavaHashMap(await readFile(file))
    expect(entries).toContainEqual(foreign)
  })

  test('keeps the bytes of a key whose members stand in another order', async () => {
    const file = newFile()
    const key = '["c",{"topic":"t","partition":0,"cluster":"x"}]'
    await writeFile(file, writeJavaHashMap([[Buffer.from(key), Buffer.from('{"o":1}')]]))
    const store = await opened(file)
    const partition = { cluster: 'x', partition: 0, topic: 't' }
    expect(await store.get('c', [partition])).toEqual([{ o: 1 }])
    await store.set('c', [{ partition, offset: { o: 2 } }], signal)
    expect(await contentOf(file)).toEqual([`${key} = {"o":2}`])
  })
})

describe('a file', () => {
  test('that is missing or empty holds no offsets', async () => {
    const empty = newFile()
    await writeFile(empty, '')
    expect(await (await opened(empty)).entries('c')).toEqual([])
    expect(await (await opened(newFile())).entries('c')).toEqual([])
  })

  test('that was torn gives what is whole in it', async () => {
    const whole = recordedFile('2-two-connectors')
    const file = newFile()
    await writeFile(file, whole.subarray(0, whole.length - 30))
    const store = await opened(file)
    expect(await store.get('ver-b', [{ id: 0 }])).toEqual([{ seqno: 4 }])
    expect(await store.get('local-file-source', [fileSource])).toEqual([null])
  })

  test('of another kind is refused, and not overwritten', async () => {
    const file = newFile()
    await writeFile(file, 'name=value\n')
    await expect(opened(file)).rejects.toThrow(
      /^Cannot use the offset file .*: Not a serialized java.util.HashMap of byte arrays/,
    )
    expect(await readFile(file, 'utf8')).toBe('name=value\n')
  })

  test('that holds another Java class is refused by its name', async () => {
    const file = newFile()
    const text = recordedFile('1-one-file-source').toString('latin1')
    await writeFile(file, Buffer.from(text.replace('util.HashMap', 'util.TreeMap'), 'latin1'))
    await expect(opened(file)).rejects.toThrow('Expected HashMap but found class java.util.TreeMap')
  })

  test('in a folder that is not there is refused at the start', async () => {
    const file = path.join(folder, 'no-such-folder', 'offsets')
    await expect(opened(file)).rejects.toThrow('set "offset.storage.file.filename"')
  })

  test('is replaced whole: no temporary one stays, and a failed write changes nothing', async () => {
    const file = path.join(await mkdtemp(path.join(folder, 'own-')), 'offsets')
    const store = await opened(file)
    await store.set('c', [{ partition: { a: 1 }, offset: { b: 1 } }], signal)
    expect(await readdir(path.dirname(file))).toEqual(['offsets'])
    await rm(path.dirname(file), { recursive: true })
    await expect(
      store.set('c', [{ partition: { a: 1 }, offset: { b: 2 } }], signal),
    ).rejects.toThrow('Cannot write the offset file')
    expect(await store.get('c', [{ a: 1 }])).toEqual([{ b: 1 }])
  })
})
