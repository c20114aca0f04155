import type { TopicPartition } from '../api/topic-partition.ts'

/** `orders-0`, as Kafka writes a partition in its messages. */
export function partitionText({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}

/** `orders-0, orders-1`. */
export function partitionsText(partitions: Iterable<TopicPartition>): string {
  return Array.from(partitions, partitionText).join(', ')
}

/** By topic, then by number. */
export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}

/** The partitions that are in `these` and not in `those`. */
export function partitionsWithout<P extends TopicPartition>(
  these: readonly P[],
  those: readonly TopicPartition[],
): P[] {
  const left = new Set(those.map(partitionText))
  return these.filter((each) => !left.has(partitionText(each)))
}

/** One entry a topic, topics in the order of their first partition: how the protocol lists partitions. */
export function byTopic<P extends TopicPartition>(partitions: readonly P[]): Map<string, P[]> {
  const topics = new Map<string, P[]>()
  for (const each of partitions) addTo(topics, each.topic, each)
  return topics
}

/** Adds to the list of `key`, which is made where there is none. */
export function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
