import type { TopicPartition } from '../../api/topic-partition.ts'
import { comparePartitions } from '../topic-partitions.ts'
import { compareMembers } from './assignor.ts'
import type { GroupAssignment, MemberSubscription, PartitionAssignor } from './assignor.ts'
import { memberRacks, racksMatter, racksOf } from './partition-racks.ts'
import type { PartitionRacks } from './partition-racks.ts'

/**
 * Topic by topic, consecutive partitions for the members in order; the first ones get one more where it does not come out
 * even. Where racks matter, first what is in a member's own rack, and topics with as many partitions and the same
 * members alike (KIP-881).
 */
export const rangeAssignor: PartitionAssignor = {
  name: 'range',
  javaName: 'org.apache.kafka.clients.consumer.RangeAssignor',
  protocols: ['EAGER'],
  userData: () => null,
  assign(partitionCounts, members, racks = new Map()) {
    const assignment: GroupAssignment = new Map(members.map(({ memberId }) => [memberId, []]))
    const sorted = [...members].sort(compareMembers)
    const topics = [...new Set(members.flatMap((member) => member.topics))].sort()
    const shares = topics.map((topic) => {
      const takers = sorted.filter((member) => member.topics.includes(topic))
      return new TopicShares(topic, partitionCounts.get(topic) ?? 0, takers, racks)
    })
    const rackAware = shares.some((each) => each.racksMatter)
    if (rackAware) for (const alike of coPartitioned(shares)) shareByRack(alike, assignment)
    for (const each of shares) each.giveRanges(assignment, () => true)
    if (rackAware) for (const partitions of assignment.values()) partitions.sort(comparePartitions)
    return assignment
  },
}

/** The topics that have the same members, in the same racks, and as many partitions. */
function coPartitioned(shares: readonly TopicShares[]): readonly (readonly TopicShares[])[] {
  const groups = new Map<string, TopicShares[]>()
  for (const each of shares) {
    if (!each.hasRacks) continue
    const alike = groups.get(each.signature)
    if (alike) alike.push(each)
    else groups.set(each.signature, [each])
  }
  return [...groups.values()]
}

function shareByRack(alike: readonly TopicShares[], assignment: GroupAssignment): void {
  const [first] = alike
  if (first === undefined) return
  if (alike.length > 1) {
    shareAlike(alike, first, assignment)
  } else if (first.racksMatter) {
    first.giveRanges(assignment, (memberId, partition) => first.isNear(memberId, partition))
  }
}

/** Partitions of the same number go to one member, which is near to all of them. */
function shareAlike(
  alike: readonly TopicShares[],
  first: TopicShares,
  assignment: GroupAssignment,
): void {
  const members = new Set(first.memberIds)
  for (let partition = 0; partition < first.count && members.size > 0; partition++) {
    const takes = (memberId: string): boolean =>
      alike.every((each) => each.isNear(memberId, partition) && each.roomOf(memberId) > 0)
    const taker = [...members].find(takes)
    if (taker === undefined) continue
    for (const each of alike) each.give(taker, [partition], assignment)
    if (alike.every((each) => each.roomOf(taker) === 0)) members.delete(taker)
  }
}

/** One topic while its partitions are handed out. */
class TopicShares {
  readonly count: number
  readonly memberIds: readonly string[]
  readonly racksMatter: boolean
  readonly #topic: string
  readonly #racks: PartitionRacks
  readonly #memberRacks: ReadonlyMap<string, string>
  readonly #left: Set<number>
  readonly #given = new Map<string, number>()
  readonly #share: number
  /** How many more may have one above the share. */
  #larger: number

  constructor(
    topic: string,
    count: number,
    takers: readonly MemberSubscription[],
    racks: PartitionRacks,
  ) {
    this.#topic = topic
    this.count = count
    this.memberIds = takers.map(({ memberId }) => memberId)
    this.#racks = racks
    this.#memberRacks = memberRacks(takers)
    this.#left = new Set(Array(count).keys())
    this.#share = takers.length === 0 ? 0 : Math.floor(count / takers.length)
    this.#larger = takers.length === 0 ? 0 : count % takers.length
    const partitions = [...this.#left].map((partition) => ({ topic, partition }))
    this.racksMatter = racksMatter(new Set(this.#memberRacks.values()), partitions, racks)
  }

  get hasRacks(): boolean {
    return this.#memberRacks.size > 0
  }

  get signature(): string {
    const members = this.memberIds.map((id) => [id, this.#memberRacks.get(id) ?? null])
    return JSON.stringify([this.count, members])
  }

  /** A member that says no rack is near to everything. */
  isNear(memberId: string, partition: number): boolean {
    const rack = this.#memberRacks.get(memberId)
    return rack === undefined || racksOf(this.#racks, this.#partition(partition)).has(rack)
  }

  roomOf(memberId: string): number {
    const most = this.#share + (this.#larger > 0 ? 1 : 0)
    return Math.max(most - (this.#given.get(memberId) ?? 0), 0)
  }

  give(memberId: string, partitions: readonly number[], assignment: GroupAssignment): void {
    for (const each of partitions) {
      assignment.get(memberId)?.push(this.#partition(each))
      this.#left.delete(each)
    }
    const given = (this.#given.get(memberId) ?? 0) + partitions.length
    this.#given.set(memberId, given)
    if (given > this.#share) this.#larger--
  }

  /** Gives every member as much as it has room for of what is left and it may have. */
  giveRanges(
    assignment: GroupAssignment,
    may: (memberId: string, partition: number) => boolean,
  ): void {
    for (const memberId of this.memberIds) {
      if (this.#left.size === 0) return
      const free = [...this.#left].filter((partition) => may(memberId, partition))
      const taken = free.slice(0, this.roomOf(memberId))
      if (taken.length > 0) this.give(memberId, taken, assignment)
    }
  }

  #partition(partition: number): TopicPartition {
    return { topic: this.#topic, partition }
  }
}
