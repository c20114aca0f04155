import type { MetadataResponse } from '../protocol/metadata.ts'
import type { HostPort } from './socket.ts'

/** A partition as the metadata has it. `leaderId` is -1 while there is no leader. */
export interface PartitionMetadata {
  readonly partition: number
  readonly errorCode: number
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
}

/** A topic as the metadata has it; with an error code it has no partitions. */
export interface TopicMetadata {
  readonly name: string
  readonly topicId: string
  readonly errorCode: number
  readonly internal: boolean
  /** By partition number. */
  readonly partitions: readonly PartitionMetadata[]
  /** Of `performance.now()`. */
  readonly refreshedAt: number
}

/**
 * The topics of an answer. A partition whose leader epoch is older than the one known keeps what is known: the
 * broker that answered is behind (KIP-320).
 */
export function topicsOf(
  answer: MetadataResponse,
  known: ReadonlyMap<string, TopicMetadata>,
): TopicMetadata[] {
  const refreshedAt = performance.now()
  return answer.topics.flatMap((topic) => {
    const { name, topicId, errorCode, isInternal } = topic
    if (name === null) return []
    const before = known.get(name)
    const same = before?.topicId === topicId ? before : undefined
    const partitions = topic.partitions
      .map((found) => newer(partitionOf(found), same))
      .sort((a, b) => a.partition - b.partition)
    return [{ name, topicId, errorCode, internal: isInternal, partitions, refreshedAt }]
  })
}

/** Where a broker listens, and in which rack it is, where it says so. */
export interface BrokerNode extends HostPort {
  readonly rack: string | null
}

/** The brokers of an answer, by id. */
export function nodesOf(answer: MetadataResponse): Map<number, BrokerNode> {
  return new Map(answer.brokers.map(({ nodeId, ...broker }) => [nodeId, broker]))
}

type FoundPartition = MetadataResponse['topics'][number]['partitions'][number]

function partitionOf(found: FoundPartition): PartitionMetadata {
  return {
    partition: found.partitionIndex,
    errorCode: found.errorCode,
    leaderId: found.leaderId,
    leaderEpoch: found.leaderEpoch,
    replicas: found.replicaNodes,
    isr: found.isrNodes,
  }
}

function newer(found: PartitionMetadata, before: TopicMetadata | undefined): PartitionMetadata {
  const known = before?.partitions[found.partition]
  return known !== undefined && known.leaderEpoch > found.leaderEpoch ? known : found
}
