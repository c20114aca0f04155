import type { TopicPartition } from '../../api/topic-partition.ts'
import { partitionText } from '../topic-partitions.ts'

/** The racks that have a replica, by `topic-partition`; a partition left out has none that is known. */
export type PartitionRacks = ReadonlyMap<string, ReadonlySet<string>>

const noRacks: ReadonlySet<string> = new Set()

export function racksOf(racks: PartitionRacks, partition: TopicPartition): ReadonlySet<string> {
  return racks.get(partitionText(partition)) ?? noRacks
}

/** A member, and the rack it says it is in. */
interface RackMember {
  readonly memberId: string
  readonly rackId: string | null
}

/** By member id, where a member says in which rack it is. */
export function memberRacks(members: readonly RackMember[]): Map<string, string> {
  const racks = new Map<string, string>()
  for (const { memberId, rackId } of members) {
    if (rackId !== null && rackId !== '') racks.set(memberId, rackId)
  }
  return racks
}

/** Whether it makes a difference where members are: some partition is in not all of the racks, and one of theirs is among them (KIP-881). */
export function racksMatter(
  ofMembers: ReadonlySet<string>,
  partitions: readonly TopicPartition[],
  racks: PartitionRacks,
): boolean {
  const all = new Set(partitions.flatMap((each) => [...racksOf(racks, each)]))
  if (![...ofMembers].some((rack) => all.has(rack))) return false
  return partitions.some((each) => racksOf(racks, each).size !== all.size)
}
