import type { TopicPartition } from '../../api/topic-partition.ts'
import { partitionText } from '../topic-partitions.ts'
import type { MemberSubscription } from './assignor.ts'
import { memberRacks, racksMatter, racksOf } from './partition-racks.ts'
import type { PartitionRacks } from './partition-racks.ts'

/** Where members and partitions are, as far as it makes a difference: nowhere where it does not (KIP-881). */
export class StickyRacks {
  readonly #members: ReadonlyMap<string, string>
  readonly #partitions: PartitionRacks
  /** Members that are near, by partition; null where no member says where it is. */
  readonly #near: ReadonlyMap<string, number> | null

  constructor(
    partitions: readonly TopicPartition[],
    racks: PartitionRacks,
    members: readonly MemberSubscription[],
  ) {
    const byMember = memberRacks(members)
    const matter = racksMatter(new Set(byMember.values()), partitions, racks)
    this.#members = matter ? byMember : new Map<string, string>()
    this.#partitions = racks
    this.#near = byMember.size === 0 ? null : nearMembers(partitions, racks, byMember)
  }

  /** Whether it makes a difference at all. */
  get matter(): boolean {
    return this.#members.size > 0
  }

  rackOf(memberId: string): string | undefined {
    return this.#members.get(memberId)
  }

  /** Whether the partition has a replica in this rack. */
  has(partition: TopicPartition, rack: string): boolean {
    return racksOf(this.#partitions, partition).has(rack)
  }

  isFar(memberId: string, partition: TopicPartition): boolean {
    const rack = this.rackOf(memberId)
    return rack !== undefined && !this.has(partition, rack)
  }

  /** Those with the fewest members near first. */
  byScarcity(partitions: readonly TopicPartition[]): TopicPartition[] {
    const near = this.#near
    if (near === null) return [...partitions]
    const count = (each: TopicPartition): number => near.get(partitionText(each)) ?? 0
    return [...partitions].sort((a, b) => count(a) - count(b))
  }

  /** Index of the first member in a rack of the partition, looked for from `from` on and around; -1 for none. */
  nextNear(partition: TopicPartition, memberIds: readonly string[], from: number): number {
    for (let i = 0; i < memberIds.length; i++) {
      const index = (from + i) % memberIds.length
      const rack = this.rackOf(memberIds[index] ?? '')
      if (rack !== undefined && this.has(partition, rack)) return index
    }
    return -1
  }
}

function nearMembers(
  partitions: readonly TopicPartition[],
  racks: PartitionRacks,
  byMember: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const rack of byMember.values()) sizes.set(rack, (sizes.get(rack) ?? 0) + 1)
  return new Map(
    partitions.map((each) => {
      let near = 0
      for (const rack of racksOf(racks, each)) near += sizes.get(rack) ?? 0
      return [partitionText(each), near]
    }),
  )
}
