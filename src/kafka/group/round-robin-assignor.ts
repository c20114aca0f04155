import { compareMembers, partitionsToAssign } from './assignor.ts'
import type { GroupAssignment, PartitionAssignor } from './assignor.ts'

/** All partitions in order, to the members in turn; who does not subscribe to a topic is passed over. */
export const roundRobinAssignor: PartitionAssignor = {
  name: 'roundrobin',
  javaName: 'org.apache.kafka.clients.consumer.RoundRobinAssignor',
  protocols: ['EAGER'],
  userData: () => null,
  assign(partitionCounts, members) {
    const assignment: GroupAssignment = new Map(members.map(({ memberId }) => [memberId, []]))
    const sorted = [...members].sort(compareMembers)
    let turn = 0
    for (const each of partitionsToAssign(partitionCounts, members)) {
      while (sorted[turn]?.topics.includes(each.topic) !== true) turn = (turn + 1) % sorted.length
      assignment.get(sorted[turn]?.memberId ?? '')?.push(each)
      turn = (turn + 1) % sorted.length
    }
    return assignment
  },
}
