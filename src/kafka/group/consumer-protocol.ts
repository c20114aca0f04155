import type { TopicPartition } from '../../api/topic-partition.ts'
import { ByteReader } from '../protocol/byte-reader.ts'
import { ByteWriter } from '../protocol/byte-writer.ts'
import {
  array,
  int32,
  nullableBytes,
  nullableString,
  since,
  string,
  struct,
} from '../protocol/codec.ts'
import type { Codec, ValueOf } from '../protocol/codec.ts'
import { byTopic, comparePartitions } from '../topic-partitions.ts'
import type { MemberSubscription } from './assignor.ts'

/**
 * What members of a `consumer` group tell the leader and what it tells them, as
 * org.apache.kafka.clients.consumer.internals.ConsumerProtocol lays it out: an int16 version, then the fields
 * of that version; a reader takes what it knows and leaves the rest. Versions 1 to 3 added what a member owns
 * (KIP-429), its generation (KIP-792) and its rack (KIP-881).
 */
const HIGHEST_VERSION = 3

const topicPartitions = array(struct({ topic: string, partitions: array(int32) }))

const subscriptionCodec = struct({
  topics: array(string),
  userData: nullableBytes,
  ownedPartitions: since(1, topicPartitions, []),
  generationId: since(2, int32, -1),
  rackId: since(3, nullableString, null),
})
const assignmentCodec = struct({ assignedPartitions: topicPartitions, userData: nullableBytes })

/** What a member tells the leader. */
export type Subscription = Omit<MemberSubscription, 'memberId' | 'groupInstanceId'>

export function encodeSubscription(
  { topics, userData, ownedPartitions, generationId, rackId }: Subscription,
  version = HIGHEST_VERSION,
): Buffer {
  const body = {
    topics: [...topics].sort(),
    userData,
    ownedPartitions: grouped([...ownedPartitions].sort(comparePartitions)),
    generationId,
    rackId,
  }
  return encode(subscriptionCodec, body, version)
}

export function decodeSubscription(bytes: Buffer): Subscription {
  const { ownedPartitions, ...rest } = decode(subscriptionCodec, bytes)
  return { ...rest, ownedPartitions: flat(ownedPartitions) }
}

export function encodeAssignment(
  partitions: readonly TopicPartition[],
  userData: Buffer | null = null,
  version = HIGHEST_VERSION,
): Buffer {
  return encode(assignmentCodec, { assignedPartitions: grouped(partitions), userData }, version)
}

/** No bytes at all are no partitions: what a member gets that the leader did not know of. */
export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return []
  return flat(decode(assignmentCodec, bytes).assignedPartitions)
}

type Grouped = ValueOf<typeof topicPartitions>

function grouped(partitions: readonly TopicPartition[]): Grouped {
  return Array.from(byTopic(partitions), ([topic, each]) => ({
    topic,
    partitions: each.map(({ partition }) => partition),
  }))
}

function flat(topics: Grouped): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  )
}

function encode<T>(codec: Codec<T>, value: T, version: number): Buffer {
  const writer = new ByteWriter()
  writer.int16(version)
  codec.write(writer, value, version)
  return writer.view()
}

function decode<T>(codec: Codec<T>, bytes: Buffer): T {
  const reader = new ByteReader(bytes)
  return codec.read(reader, Math.min(reader.int16(), HIGHEST_VERSION))
}
