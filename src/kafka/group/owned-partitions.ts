import { partitionText } from '../topic-partitions.ts'
import type { GroupAssignment, MemberSubscription } from './assignor.ts'

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
