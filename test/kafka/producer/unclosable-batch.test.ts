import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { KafkaProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { producerConfig } from '../../../src/kafka/producer/producer-config.ts'
import type { CompressionCodec } from '../../../src/kafka/records/compression.ts'
import { FakeCluster } from '../../support/fake-cluster.ts'
import { never, Outcomes, quick } from './producer-bench.ts'

/** Compresses, but for those calls, numbered from 0. */
function codecThatFails(...at: readonly number[]): CompressionCodec {
  let calls = 0
  return {
    id: 1,
    name: 'gzip',
    compress: (bytes) => {
      if (at.includes(calls++)) throw new RangeError('no memory left')
      return gzipSync(bytes)
    },
    decompress: (bytes) => gunzipSync(bytes),
  }
}

test.each([
  ['the first', [0], [0]],
  ['one in the middle', [1], [1]],
  ['two in a row', [1, 2], [1, 2]],
])(
  'a batch that cannot be closed fails alone, and holds up nothing: %s',
  async (_which, calls, lost) => {
    await using cluster = await FakeCluster.start()
    const config = { 'bootstrap.servers': cluster.bootstrapServers, ...quick }
    const client = new KafkaClient(clientOptions(config))
    const outcomes = new Outcomes()
    const options = { ...producerConfig(config), codec: codecThatFails(...calls) }
    const producer = new KafkaProducer(client, options, outcomes)
    await producer.partitionCount(cluster.topic, never)
    for (let i = 0; i < 4; i++) {
      producer.appender(cluster.topic, 0).append(i, 1, null, Buffer.from(`m${i}`), null)
      const before = outcomes.errors.size
      const flushed = producer.flush(AbortSignal.timeout(5000))
      // Who appends or flushes is not called back meanwhile.
      expect(outcomes.errors.size).toBe(before)
      await flushed
    }
    const written = [0, 1, 2, 3].filter((i) => !lost.includes(i))
    expect([...outcomes.errors.keys()]).toEqual(lost)
    expect(outcomes.errors.get(lost[0] ?? -1)?.message).toBe(
      'A batch of 1 record(s) for t-0 could not be closed: no memory left',
    )
    expect(cluster.log()).toEqual(written.map((i) => `m${i}`))
    expect([...outcomes.offsets.keys()]).toEqual(written)
    expect(cluster.seen.map(({ sequence }) => sequence)).toEqual(written.map((_, i) => i))
    await producer.close(never)
  },
)
