import type { TopicPartition } from '../../api/topic-partition.ts'
import { isRetriable } from '../../errors/connect-error.ts'
import type { KafkaClient } from '../net/client.ts'
import { brokerError, ErrorCode, isRetriableCode } from '../protocol/errors.ts'
import { byTopic } from '../topic-partitions.ts'

/** Partitions by the broker that leads them, and those of which nobody is known to. */
interface Leaders<P extends TopicPartition> {
  readonly byLeader: ReadonlyMap<number, P[]>
  readonly leaderless: readonly P[]
}

export function groupByLeader<P extends TopicPartition>(
  client: KafkaClient,
  partitions: readonly P[],
): Leaders<P> {
  const byLeader = new Map<number, P[]>()
  const leaderless: P[] = []
  for (const each of partitions) {
    const leader = client.metadata.leader(each.topic, each.partition)
    if (leader === undefined) leaderless.push(each)
    else byLeader.set(leader.leaderId, [...(byLeader.get(leader.leaderId) ?? []), each])
  }
  return { byLeader, leaderless }
}

/** Asks who leads them, once. Rejects where a topic cannot be used and no waiting helps. */
export async function refreshLeaders(
  client: KafkaClient,
  partitions: readonly TopicPartition[],
  signal: AbortSignal,
): Promise<void> {
  const topics = [...byTopic(partitions).keys()]
  try {
    await client.metadata.refresh(topics, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!isRetriable(error)) throw error
  }
  for (const topic of topics) {
    const code = client.metadata.topic(topic)?.errorCode ?? ErrorCode.NONE
    if (code !== ErrorCode.NONE && !isRetriableCode(code)) throw brokerError(code, `Topic ${topic}`)
  }
}
