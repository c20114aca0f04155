import { compareMembers } from './assignor.ts'
import type { GroupAssignment, PartitionAssignor } from './assignor.ts'

/**
 * Topic by topic, consecutive partitions for the members in order; the first ones get one more where it does not
 * come out even. Does not look at racks (KIP-881): where Java would, a group led by us is balanced all the same.
 */
export const rangeAssignor: PartitionAssignor = {
  name: 'range',
  javaName: 'org.apache.kafka.clients.consumer.RangeAssignor',
  protocols: ['EAGER'],
  userData: () => null,
  assign(partitionCounts, members) {
    const assignment: GroupAssignment = new Map(members.map(({ memberId }) => [memberId, []]))
    const sorted = [...members].sort(compareMembers)
    for (const topic of [...new Set(members.flatMap((member) => member.topics))].sort()) {
      const takers = sorted.filter((member) => member.topics.includes(topic))
      let left = partitionCounts.get(topic) ?? 0
      let partition = 0
      takers.forEach(({ memberId }, i) => {
        const share = Math.ceil(left / (takers.length - i))
        left -= share
        for (const end = partition + share; partition < end; partition++) {
          assignment.get(memberId)?.push({ topic, partition })
        }
      })
    }
    return assignment
  },
}
