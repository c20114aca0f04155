import type { TopicPartition } from '../../api/topic-partition.ts'
import { partitionText } from '../topic-partitions.ts'
import { compareText } from './assignor.ts'
import type { GroupAssignment } from './assignor.ts'

/** Who has what while partitions are handed out one by one: members from the one that has least to the one that has most. */
export class MemberLoads {
  readonly #held = new Map<string, TopicPartition[]>()
  readonly #holders = new Map<string, string>()
  #sorted: string[] = []

  constructor(owned: ReadonlyMap<string, readonly TopicPartition[]>) {
    for (const [memberId, partitions] of owned) {
      this.#held.set(memberId, [...partitions])
      for (const each of partitions) this.#holders.set(partitionText(each), memberId)
    }
    this.#sorted = [...this.#held.keys()].sort((a, b) => this.#compare(a, b))
  }

  /** Those that take part, by load and then by name. */
  get memberIds(): readonly string[] {
    return this.#sorted
  }

  /** By how much the fullest has more than the emptiest. */
  get spread(): number {
    return this.count(this.#sorted.at(-1) ?? '') - this.count(this.#sorted[0] ?? '')
  }

  /** The sum of the differences of all pairs. */
  get score(): number {
    let score = 0
    this.#sorted.forEach((memberId, i) => {
      for (const other of this.#sorted.slice(i + 1)) {
        score += Math.abs(this.count(memberId) - this.count(other))
      }
    })
    return score
  }

  count(memberId: string): number {
    return this.#held.get(memberId)?.length ?? 0
  }

  partitionsOf(memberId: string): readonly TopicPartition[] {
    return this.#held.get(memberId) ?? []
  }

  holderOf(partition: TopicPartition): string | undefined {
    return this.#holders.get(partitionText(partition))
  }

  give(partition: TopicPartition, memberId: string): void {
    this.#takeOut(memberId)
    this.#held.get(memberId)?.push(partition)
    this.#holders.set(partitionText(partition), memberId)
    this.#putIn(memberId)
  }

  move(partition: TopicPartition, to: string): void {
    const from = this.holderOf(partition) ?? ''
    this.#takeOut(from)
    const key = partitionText(partition)
    const left = this.partitionsOf(from).filter((each) => partitionText(each) !== key)
    this.#held.set(from, left)
    this.#putIn(from)
    this.give(partition, to)
  }

  /** Takes members out whose share is final; it stays theirs. */
  settle(memberIds: readonly string[]): void {
    for (const memberId of memberIds) this.#takeOut(memberId)
  }

  snapshot(): GroupAssignment {
    return new Map(Array.from(this.#held, ([memberId, partitions]) => [memberId, [...partitions]]))
  }

  #takeOut(memberId: string): void {
    this.#sorted.splice(this.#sorted.indexOf(memberId), 1)
  }

  #putIn(memberId: string): void {
    const at = this.#sorted.findIndex((other) => this.#compare(memberId, other) < 0)
    this.#sorted.splice(at < 0 ? this.#sorted.length : at, 0, memberId)
  }

  #compare(a: string, b: string): number {
    return this.count(a) - this.count(b) || compareText(a, b)
  }
}
