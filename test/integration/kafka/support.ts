import { expect, inject } from 'vitest'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { ErrorCode, isStaleMetadata } from '../../../src/kafka/protocol/errors.ts'
import { produceRequest } from '../../../src/kafka/protocol/produce.ts'
import { BatchWriter } from '../../../src/kafka/records/batch-writer.ts'
import type { ClientConfig, FetchedRecords } from '../../../src/kafka/types.ts'
import { waitFor } from '../../support/wait-for.ts'

export function configOf(config: ClientConfig = {}): ClientConfig {
  return { 'bootstrap.servers': inject('bootstrapServers'), ...config }
}

export function openClient(config: ClientConfig = {}): KafkaClient & AsyncDisposable {
  const client = new KafkaClient(clientOptions(configOf(config)))
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

const unstamped = { producerId: -1, producerEpoch: -1, baseSequence: -1 }

export interface Produced {
  readonly key?: string | null
  readonly value: string | null
  /** Ms since the epoch; now where it is left out. */
  readonly timestamp?: number
}

/** Writes one batch, through no producer. */
export async function produce(
  client: KafkaClient,
  { topic, partition }: TopicPartition,
  records: readonly Produced[],
): Promise<void> {
  const writer = new BatchWriter()
  for (const { key = null, value, timestamp = Date.now() } of records) {
    writer.append(timestamp, bytesOf(key), bytesOf(value), null)
  }
  const batch = Buffer.from(writer.close(unstamped))
  const signal = AbortSignal.timeout(20_000)
  const topics = [{ topic, partitions: [{ partition, records: [batch] }] }]
  const asked = { transactionalId: null, acks: -1, brokerTimeoutMs: 10_000, topics } as const
  await waitFor('a leader that takes the batch', async () => {
    const leader = client.metadata.leader(topic, partition)
    if (leader === undefined) return false
    const answer = await client.send(leader.leaderId, 'produce', produceRequest(asked), signal)
    const code = answer.topics[0]?.partitions[0]?.errorCode
    if (code === ErrorCode.NONE) return true
    // A topic that was just created: nothing was appended, and the metadata is behind.
    expect(code).toSatisfy(isStaleMetadata)
    client.metadata.invalidate(topic)
    return false
  })
}

function bytesOf(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text)
}

/** A record as a consumer of ours gave it. */
export interface Consumed extends TopicPartition {
  readonly offset: number
  readonly key: string | null
  readonly value: string | null
}

/** Copies the records out of their frames. */
export function copyOf(slices: readonly FetchedRecords[]): Consumed[] {
  const records: Consumed[] = []
  for (const { topic, partition, cursor } of slices) {
    while (cursor.next()) {
      const text = (start: number, end: number): string | null =>
        start < 0 ? null : cursor.buffer.toString('utf8', start, end)
      const key = text(cursor.keyStart, cursor.keyEnd)
      const value = text(cursor.valueStart, cursor.valueEnd)
      records.push({ topic, partition, offset: cursor.offset, key, value })
    }
  }
  return records
}
