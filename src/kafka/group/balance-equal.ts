import type { TopicPartition } from '../../api/topic-partition.ts'
import { partitionText } from '../topic-partitions.ts'
import { compareText } from './assignor.ts'
import type { GroupAssignment } from './assignor.ts'
import type { Ownership } from './sticky-ownership.ts'
import type { StickyRacks } from './sticky-racks.ts'

export interface EqualBalance {
  readonly assignment: GroupAssignment
  /** The partitions that another member has to give up first, by the member that is to have them. */
  readonly transfers: ReadonlyMap<string, string>
}

/**
 * Where everyone may take every partition: each keeps what it held up to its share, low numbers first so that it keeps
 * something of every topic; the first that have more keep the one by which shares differ; the rest goes around,
 * first within racks where they matter. Decides what Java's sticky assignors decide for equal subscriptions.
 */
export function balanceEqual(
  partitions: readonly TopicPartition[],
  ownership: Ownership,
  racks: StickyRacks,
): EqualBalance {
  const shares = new EqualShares(partitions.length, ownership, racks)
  const left = shares.keepOwned(partitions)
  shares.handAround(shares.giveNear(left))
  return shares
}

class EqualShares implements EqualBalance {
  readonly assignment: GroupAssignment = new Map()
  readonly transfers = new Map<string, string>()
  readonly #ownership: Ownership
  readonly #racks: StickyRacks
  readonly #least: number
  readonly #most: number
  /** How many more may have the larger share. */
  #larger: number
  /** Members below the smaller share, and members at it that may get the larger one, each by name. */
  #below: string[] = []
  #atLeast: string[] = []
  /** Who held what is taken away. */
  readonly #takenFrom = new Map<string, string>()

  constructor(count: number, ownership: Ownership, racks: StickyRacks) {
    const members = ownership.owned.size
    this.#ownership = ownership
    this.#racks = racks
    this.#least = Math.floor(count / members)
    this.#most = Math.ceil(count / members)
    this.#larger = count % members
  }

  /** Returns what is left to be given. */
  keepOwned(partitions: readonly TopicPartition[]): readonly TopicPartition[] {
    const kept = new Set<string>()
    for (const [memberId, held] of this.#ownership.owned) {
      const owned = held.filter((each) => this.#mayKeep(memberId, each)).sort(byNumber)
      const share = owned.slice(0, this.#shareOf(memberId, owned.length))
      for (const each of share) kept.add(partitionText(each))
      for (const each of owned.slice(share.length)) {
        this.#takenFrom.set(partitionText(each), memberId)
      }
      this.assignment.set(memberId, share)
    }
    this.#below.sort(compareText)
    this.#atLeast.sort(compareText)
    const left = partitions.filter((each) => !kept.has(partitionText(each)))
    return this.#racks.byScarcity(left)
  }

  /** What finds a member near goes to it; returns the rest. */
  giveNear(left: readonly TopicPartition[]): readonly TopicPartition[] {
    if (!this.#racks.matter) return left
    let turn = 0
    return left.filter((each) => {
      const index = this.#racks.nextNear(each, this.#below, turn)
      if (index >= 0) {
        turn = this.#giveBelow(each, index)
        return false
      }
      const atLeast = this.#racks.nextNear(each, this.#atLeast, 0)
      if (atLeast < 0) return true
      this.#giveAtLeast(each, atLeast)
      return false
    })
  }

  /** One each in turn to those below the smaller share, then one more each to those at it. */
  handAround(left: readonly TopicPartition[]): void {
    let turn = 0
    for (const each of left) {
      if (turn >= this.#below.length) turn = 0
      const memberId = this.#below[turn] ?? this.#atLeast.shift()
      if (memberId === undefined) return
      if (this.#give(each, memberId) === this.#least) {
        this.#below.splice(turn, 1)
        this.#atLeast.push(memberId)
      } else {
        turn++
      }
    }
  }

  #mayKeep(memberId: string, partition: TopicPartition): boolean {
    const key = partitionText(partition)
    if (!this.#racks.isFar(memberId, partition)) return !this.#ownership.contested.has(key)
    this.#takenFrom.set(key, memberId)
    return false
  }

  /** How much of what it held a member keeps; notes whether it may have more. */
  #shareOf(memberId: string, held: number): number {
    if (held < this.#least) {
      this.#below.push(memberId)
      return held
    }
    if (held >= this.#most && this.#larger > 0) {
      this.#countLarger()
      return this.#most
    }
    if (this.#larger > 0) this.#atLeast.push(memberId)
    return this.#least
  }

  #countLarger(): void {
    if (--this.#larger === 0) this.#atLeast = []
  }

  /** Returns whose turn it is next. */
  #giveBelow(partition: TopicPartition, index: number): number {
    const memberId = this.#below[index] ?? ''
    const count = this.#give(partition, memberId)
    let next = index + 1
    if (count >= this.#least) {
      this.#below.splice(index, 1)
      if (count < this.#most && this.#larger > 0) this.#atLeast.push(memberId)
      next = index
    }
    return this.#below.length === 0 ? 0 : next % this.#below.length
  }

  #giveAtLeast(partition: TopicPartition, index: number): void {
    const memberId = this.#atLeast[index] ?? ''
    if (this.#give(partition, memberId) !== this.#most) return
    this.#atLeast.splice(index, 1)
    this.#countLarger()
  }

  #give(partition: TopicPartition, memberId: string): number {
    const share = this.assignment.get(memberId) ?? []
    share.push(partition)
    const key = partitionText(partition)
    const holder = this.#takenFrom.get(key)
    const isTransfer = holder !== undefined && holder !== memberId
    if (isTransfer || this.#ownership.contested.has(key)) this.transfers.set(key, memberId)
    return share.length
  }
}

function byNumber(a: TopicPartition, b: TopicPartition): number {
  return a.partition - b.partition || compareText(a.topic, b.topic)
}
