import type { TopicPartition } from '../../api/topic-partition.ts'
import { partitionText } from '../topic-partitions.ts'
import type { GroupAssignment, MemberSubscription } from './assignor.ts'

/**
 * What the members rightly hold of what they say they hold: partitions that exist and that they still subscribe
 * to. Where two claim one, it belongs to the later generation, and to nobody where both are of the same.
 */
export function rightfullyOwned(
  partitions: readonly TopicPartition[],
  members: readonly MemberSubscription[],
): GroupAssignment {
  const existing = new Set(partitions.map(partitionText))
  const holders = new Map<string, MemberSubscription | null>()
  const generations = new Map<string, number>()
  for (const member of members) {
    for (const each of member.ownedPartitions) {
      const key = partitionText(each)
      const generation = generations.get(key) ?? -Infinity
      if (member.generationId < generation) continue
      holders.set(key, member.generationId === generation ? null : member)
      generations.set(key, member.generationId)
    }
  }
  return new Map(
    members.map((member) => [
      member.memberId,
      member.ownedPartitions.filter((each) => {
        const key = partitionText(each)
        const holds = holders.get(key) === member && existing.has(key)
        return holds && member.topics.includes(each.topic)
      }),
    ]),
  )
}

/**
 * Takes from `assignment` what another member still holds: it gets that in the rebalance that follows once the
 * holder has given it up (KIP-429).
 */
export function withoutTransfers(
  assignment: GroupAssignment,
  members: readonly MemberSubscription[],
): GroupAssignment {
  const heldBy = new Map<string, Set<string>>()
  for (const { memberId, ownedPartitions } of members) {
    heldBy.set(memberId, new Set(ownedPartitions.map(partitionText)))
  }
  const givenUp = new Set<string>()
  for (const [memberId, held] of heldBy) {
    const kept = new Set(assignment.get(memberId)?.map(partitionText))
    for (const key of held) if (!kept.has(key)) givenUp.add(key)
  }
  return new Map(
    Array.from(assignment, ([memberId, partitions]) => [
      memberId,
      partitions.filter((each) => {
        const key = partitionText(each)
        return heldBy.get(memberId)?.has(key) === true || !givenUp.has(key)
      }),
    ]),
  )
}
