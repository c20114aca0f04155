import type { TopicPartition } from '../../api/topic-partition.ts'
import { partitionText } from '../topic-partitions.ts'
import { compareText } from './assignor.ts'
import type { GroupAssignment } from './assignor.ts'
import { MemberLoads } from './member-loads.ts'
import { PartitionMovements } from './partition-movements.ts'
import type { Ownership, StickyMember } from './sticky-ownership.ts'
import type { StickyRacks } from './sticky-racks.ts'

export interface UnequalGroup {
  readonly partitionCounts: ReadonlyMap<string, number>
  readonly members: readonly StickyMember[]
  readonly ownership: Ownership
  readonly racks: StickyRacks
}

/**
 * Where members differ in their topics: everyone keeps what it held and may still have; the scarcest of the rest first go
 * to whoever may take them and has least, within racks where those matter; then partitions are moved while that evens
 * loads out. Decides what Java's sticky assignors decide for unequal subscriptions (KIP-54, KIP-881).
 */
export function balanceUnequal(group: UnequalGroup): GroupAssignment {
  return new UnequalBalance(group).decide()
}

class UnequalBalance {
  readonly #racks: StickyRacks
  readonly #counts: ReadonlyMap<string, number>
  /** Who may take a topic. */
  readonly #takers = new Map<string, string[]>()
  readonly #topics = new Map<string, ReadonlySet<string>>()
  readonly #loads: MemberLoads
  readonly #movements = new PartitionMovements()
  /** Who had a partition in an earlier generation. */
  readonly #earlier: ReadonlyMap<string, string>
  /** Whether somebody has to give something up anyway. */
  readonly #revokes: boolean

  constructor({ partitionCounts, members, ownership, racks }: UnequalGroup) {
    this.#racks = racks
    this.#counts = partitionCounts
    for (const { subscription } of members) {
      const topics = subscription.topics.filter((topic) => partitionCounts.has(topic))
      this.#topics.set(subscription.memberId, new Set(topics))
      for (const topic of new Set(topics)) {
        this.#takers.set(topic, [...this.#takersOf(topic), subscription.memberId])
      }
    }
    const kept = new Map(
      Array.from(ownership.owned, ([memberId, held]) => [
        memberId,
        held.filter((each) => this.#mayTake(memberId, each) && !racks.isFar(memberId, each)),
      ]),
    )
    this.#revokes = [...kept].some(
      ([id, held]) => held.length < (ownership.owned.get(id)?.length ?? 0),
    )
    this.#loads = new MemberLoads(kept)
    this.#earlier = earlierHolders(members, ownership.generation)
  }

  decide(): GroupAssignment {
    const loads = this.#loads
    const all = this.#allPartitions()
    const left = all.filter((each) => loads.holderOf(each) === undefined)
    const isNew = left.length === all.length
    this.#handOut(left)
    const movable = (each: TopicPartition): boolean => this.#takersOf(each.topic).length > 1
    loads.settle(loads.memberIds.filter((memberId) => !this.#takesPart(memberId)))
    const before = loads.snapshot()
    const score = loads.score
    if (!this.#revokes) this.#evenOut(left.filter(movable))
    const isMoved = this.#evenOut(all.filter(movable))
    return !isNew && isMoved && loads.score >= score ? before : loads.snapshot()
  }

  #takersOf(topic: string): readonly string[] {
    return this.#takers.get(topic) ?? []
  }

  #mayTake(memberId: string, { topic }: TopicPartition): boolean {
    return this.#topics.get(memberId)?.has(topic) === true
  }

  /** Topics with few takers first. */
  #allPartitions(): TopicPartition[] {
    const takers = (topic: string): number => this.#takersOf(topic).length
    const topics = [...this.#counts.keys()].filter((topic) => takers(topic) > 0)
    topics.sort((a, b) => takers(a) - takers(b) || compareText(a, b))
    return topics.flatMap((topic) =>
      Array.from(Array(this.#counts.get(topic)).keys(), (partition) => ({ topic, partition })),
    )
  }

  #handOut(left: readonly TopicPartition[]): void {
    const isFar = (memberId: string, each: TopicPartition): boolean =>
      this.#racks.isFar(memberId, each)
    const rest = this.#racks.matter ? left.filter((each) => !this.#giveTo(each, isFar)) : left
    for (const each of rest) this.#giveTo(each, () => false)
  }

  /** Gives it to the one that has least of those that may take it; false where there is none. */
  #giveTo(
    partition: TopicPartition,
    excludes: (memberId: string, partition: TopicPartition) => boolean,
  ): boolean {
    const taker = this.#loads.memberIds.find(
      (memberId) => this.#mayTake(memberId, partition) && !excludes(memberId, partition),
    )
    if (taker === undefined) return false
    this.#loads.give(partition, taker)
    return true
  }

  /** Whether what it has may change: there is more for it, or someone else may take of it. */
  #takesPart(memberId: string): boolean {
    const most = this.#mostFor(memberId)
    if (this.#loads.count(memberId) < most) return true
    const held = this.#loads.partitionsOf(memberId)
    return held.some(({ topic }) => this.#takersOf(topic).length > 1)
  }

  #mostFor(memberId: string): number {
    let most = 0
    for (const topic of this.#topics.get(memberId) ?? []) most += this.#counts.get(topic) ?? 0
    return most
  }

  /** Moves partitions until no move evens anything out; whether there was one. */
  #evenOut(partitions: readonly TopicPartition[]): boolean {
    let isMoved = false
    for (let again = true; again;) {
      again = false
      for (const each of partitions) {
        if (this.#isEven()) break
        if (this.#improve(each)) again = isMoved = true
      }
    }
    return isMoved
  }

  #isEven(): boolean {
    const loads = this.#loads
    if (loads.spread <= 1) return true
    return loads.memberIds.every((memberId) => {
      const count = loads.count(memberId)
      if (count === this.#mostFor(memberId)) return true
      return ![...(this.#topics.get(memberId) ?? [])].some((topic) =>
        this.#hasFuller(topic, memberId, count),
      )
    })
  }

  /** Whether someone has a partition of the topic and two more than this member. */
  #hasFuller(topic: string, memberId: string, count: number): boolean {
    for (let partition = 0; partition < (this.#counts.get(topic) ?? 0); partition++) {
      const holder = this.#loads.holderOf({ topic, partition })
      if (holder === undefined || holder === memberId) continue
      if (count + 1 < this.#loads.count(holder)) return true
    }
    return false
  }

  /**
   * Moves it where that helps: back to who had it before, else to the one that has least. Who had it must still subscribe to
   * it; Java forgets to ask.
   */
  #improve(partition: TopicPartition): boolean {
    const loads = this.#loads
    const holder = loads.holderOf(partition)
    if (holder === undefined) return false
    const isLighter = (memberId: string): boolean => loads.count(holder) > loads.count(memberId) + 1
    const earlier = this.#earlier.get(partitionText(partition))
    if (earlier !== undefined && this.#mayTake(earlier, partition) && isLighter(earlier)) {
      this.#move(partition, holder, earlier)
      return true
    }
    if (!this.#takersOf(partition.topic).some(isLighter)) return false
    const lightest = loads.memberIds.find((memberId) => this.#mayTake(memberId, partition))
    if (lightest === undefined) return false
    this.#move(partition, holder, lightest)
    return true
  }

  #move(partition: TopicPartition, from: string, to: string): void {
    const actual = this.#movements.actual(partition, from, to)
    this.#movements.moved(actual, this.#loads.holderOf(actual) ?? from, to)
    this.#loads.move(actual, to)
  }
}

/** What members held in a generation before the latest; of two the later one's. */
function earlierHolders(
  members: readonly StickyMember[],
  latest: number,
): ReadonlyMap<string, string> {
  const holders = new Map<string, string>()
  const generations = new Map<string, number>()
  for (const { subscription, held } of members) {
    const { generation } = held
    if (generation >= latest) continue
    for (const each of held.partitions) {
      const key = partitionText(each)
      if (generation <= (generations.get(key) ?? -Infinity)) continue
      holders.set(key, subscription.memberId)
      generations.set(key, generation)
    }
  }
  return holders
}
