import { expect, test } from 'vitest'
import { SchemaBuilder, STRING_SCHEMA, Struct } from '../../../src/api/index.ts'
import type { Compressor, FileCompression } from '../../../connectors/storage/index.ts'
import { JsonFormat, SpillFile, loadCompression } from '../../../connectors/storage/index.ts'
import { ObjectWriter } from '../../../connectors/s3/object-writer.ts'
import { openParts } from '../../../connectors/s3/open-parts.ts'
import { parseS3SinkConfig } from '../../../connectors/s3/s3-sink-config.ts'
import { loadFormats } from '../../../connectors/s3/sink-formats.ts'
import { createLogger } from '../../../src/api/index.ts'
import { partitioners, record } from '../storage/support.ts'
import { MemoryStore } from './memory-store.ts'
import { baseConfig } from './running-sink.ts'

const never = new AbortController().signal

test.each<FileCompression>(['none', 'gzip', 'snappy', 'zstd'])(
  'what waits to be packed by %s goes to disk too, and comes back in its order',
  async (name) => {
    const open = await loadCompression(name)
    const text = 'y'.repeat(300_000)
    const written = async (spills: boolean): Promise<Buffer | undefined> => {
      const given: number[] = []
      const store = new MemoryStore()
      const spill = new SpillFile()
      const inner = open()
      const compressor: Compressor = {
        pieceBytes: inner.pieceBytes,
        push(bytes) {
          given.push(bytes.reduce((sum, { length }) => sum + length, 0))
          return inner.push(bytes)
        },
        end: () => inner.end(),
      }
      const writer = new ObjectWriter({
        ...{ key: 'k', store, spill, partBytes: 8 * 1024 * 1024, firstTimestamp: 'none' },
        ...{ encoder: new JsonFormat('BASE64').open(null), compressor },
      })
      for (let n = 0; n < 9; n++) {
        writer.write(`${n}${text}`, record({ offset: n }))
        if (!spills) continue
        expect(writer.memoryBytes).toBeGreaterThan(text.length)
        await writer.spill(never)
        expect(writer.memoryBytes).toBe(0)
      }
      // It would hold less than a whole piece back, where nobody counts it.
      expect(given.every((length) => length === inner.pieceBytes)).toBe(true)
      await writer.complete({ endOffset: '8', records: 9 }, 'any', never)
      await spill.close()
      return store.objects.get('k')?.body
    }
    const [spilled, kept] = [await written(true), await written(false)]
    expect(spilled?.length).toBeGreaterThan(0)
    expect(spilled?.equals(kept ?? Buffer.alloc(0))).toBe(true)
  },
)

test('an object that is durable holds nothing while others are completed', async () => {
  const store = new MemoryStore()
  const config = parseS3SinkConfig({
    ...baseConfig,
    ...{ 'partitioner.class': `${partitioners}.FieldPartitioner`, 'partition.field.name': 'name' },
    'flush.size': '1000',
  })
  const log = createLogger('test')
  const sink = openParts({ config, formats: await loadFormats(config), store, log })
  const writer = sink.open({ topic: 'test-topic', partition: 12 }, 0)
  const schema = SchemaBuilder.struct().field('name', STRING_SCHEMA).build()
  const size = 100_000
  for (let offset = 0; offset < 40; offset++) {
    const name = `${offset}${'y'.repeat(size)}`
    writer.offer(record({ offset, value: new Struct(schema, [name]) }), 0)
  }
  const held: number[] = []
  store.fault = (step, when) => {
    if (step !== 'put' || when !== 'before') return
    const objects = [...writer.files].flatMap((file) => file.objects)
    held.push(objects.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0))
  }
  await writer.rotate(0, never)
  expect(held).toHaveLength(40)
  expect(held[0]).toBeGreaterThan(40 * size)
  expect(held.at(-1)).toBeLessThan(10 * size)
})
