import type { TopicPartition } from '../../api/topic-partition.ts'
import { isRetriable } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import { backoffMs } from '../net/backoff.ts'
import type { KafkaClient } from '../net/client.ts'
import { request } from '../protocol/api.ts'
import { brokerError, ErrorCode, isRetriableCode, isStaleMetadata } from '../protocol/errors.ts'
import { listOffsetsApi } from '../protocol/list-offsets.ts'
import type { ListOffsetsRequest } from '../protocol/list-offsets.ts'
import { byTopic, partitionText, partitionsText } from '../topic-partitions.ts'
import type { IsolationLevel } from './consumer-options.ts'
import { groupByLeader, refreshLeaders } from './leaders.ts'

export interface OffsetQuery {
  readonly partitions: readonly TopicPartition[]
  /** `LATEST_TIMESTAMP`, `EARLIEST_TIMESTAMP`, or ms: the first record not older. */
  readonly timestamp: number
  /** Where the end is: with 0 the high watermark, with 1 before what is open still. */
  readonly isolationLevel: IsolationLevel
  /** Names the connections to use. */
  readonly purpose: string
  /** Called with each offset as it comes: some leaders may take longer to be found. */
  readonly onFound?: (partition: TopicPartition, offset: number) => void
}

/**
 * The offsets that the leaders of the partitions tell, by `topic-partition`; -1 where no record is that young.
 * Goes on trying until the signal aborts, but for an error that no waiting helps against.
 */
export async function listOffsets(
  client: KafkaClient,
  query: OffsetQuery,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  for (let failures = 0; ; failures++) {
    const left = query.partitions.filter((each) => !found.has(partitionText(each)))
    if (left.length === 0) return found
    signal.throwIfAborted()
    if (failures > 1) await delay(backoffMs(client.options.retryBackoff, failures), signal)
    const { byLeader, leaderless } = groupByLeader(client, left)
    if (leaderless.length > 0) await refreshLeaders(client, leaderless, signal)
    const asked = Array.from(byLeader, ([leader, partitions]) =>
      ask(client, leader, { ...query, partitions }, found, signal),
    )
    await Promise.all(asked)
  }
}

async function ask(
  client: KafkaClient,
  leader: number,
  query: OffsetQuery,
  found: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const body = requestOf(client, query)
    const answer = await client.send(leader, query.purpose, request(listOffsetsApi, body), signal)
    for (const { name: topic, partitions } of answer.topics) {
      for (const { partitionIndex, errorCode, offset } of partitions) {
        const partition = { topic, partition: partitionIndex }
        if (errorCode === ErrorCode.NONE) {
          found.set(partitionText(partition), offset)
          query.onFound?.(partition, offset)
        } else {
          refused(client, partition, errorCode)
        }
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!isRetriable(error)) throw error
    for (const topic of byTopic(query.partitions).keys()) client.metadata.invalidate(topic)
  }
}

function requestOf(
  client: KafkaClient,
  { partitions, timestamp, isolationLevel }: OffsetQuery,
): ListOffsetsRequest {
  const topics = Array.from(byTopic(partitions), ([name, each]) => ({
    name,
    partitions: each.map(({ partition }) => ({
      partitionIndex: partition,
      currentLeaderEpoch: client.metadata.leader(name, partition)?.leaderEpoch ?? -1,
      timestamp,
    })),
  }))
  return { replicaId: -1, isolationLevel, topics }
}

function refused(client: KafkaClient, partition: TopicPartition, code: number): void {
  if (!isRetriableCode(code)) {
    throw brokerError(code, `Cannot look up offsets of ${partitionsText([partition])}`)
  }
  if (isStaleMetadata(code)) client.metadata.invalidate(partition.topic)
}
