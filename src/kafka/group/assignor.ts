import type { TopicPartition } from '../../api/topic-partition.ts'
import type { PartitionRacks } from './partition-racks.ts'

/** Whether members give up everything before a rebalance, or only what goes to someone else (KIP-429). */
export type RebalanceProtocol = 'EAGER' | 'COOPERATIVE'

/** What a member told the group when it joined. */
export interface MemberSubscription {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly topics: readonly string[]
  readonly userData: Buffer | null
  /** What it holds at this moment, and since which generation; nothing and -1 from older clients. */
  readonly ownedPartitions: readonly TopicPartition[]
  readonly generationId: number
  readonly rackId: string | null
}

/** What a member was assigned, and in which generation. */
export interface LastAssignment {
  readonly partitions: readonly TopicPartition[]
  readonly generation: number
}

/** Partitions by member id; every member has an entry. */
export type GroupAssignment = Map<string, TopicPartition[]>

/** Decides, in the member that leads the group, who gets which partitions. */
export interface PartitionAssignor {
  /** Its name in the protocol: members agree on one that all of them offer. */
  readonly name: string
  /** The Java class that stands for it in `partition.assignment.strategy`. */
  readonly javaName: string
  readonly protocols: readonly RebalanceProtocol[]
  /** What else a member tells the leader; `last` is what it was assigned last by this assignor. */
  userData(last: LastAssignment | null): Buffer | null
  /** `partitionCounts` has the topics that exist, `racks` where their replicas are; nothing where nobody asks for it. */
  assign(
    partitionCounts: ReadonlyMap<string, number>,
    members: readonly MemberSubscription[],
    racks?: PartitionRacks,
  ): GroupAssignment
}

/** Static members first, by instance id; then the others by member id. */
export function compareMembers(a: MemberSubscription, b: MemberSubscription): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null) {
    return compareText(a.groupInstanceId, b.groupInstanceId)
  }
  if (a.groupInstanceId !== null) return -1
  if (b.groupInstanceId !== null) return 1
  return compareText(a.memberId, b.memberId)
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Every partition of every topic that exists and that a member subscribed to, in order. */
export function partitionsToAssign(
  partitionCounts: ReadonlyMap<string, number>,
  members: readonly MemberSubscription[],
): TopicPartition[] {
  const topics = new Set(members.flatMap((member) => member.topics))
  const partitions: TopicPartition[] = []
  for (const topic of [...topics].sort()) {
    const count = partitionCounts.get(topic) ?? 0
    for (let partition = 0; partition < count; partition++) partitions.push({ topic, partition })
  }
  return partitions
}
