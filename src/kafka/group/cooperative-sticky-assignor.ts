import type { TopicPartition } from '../../api/topic-partition.ts'
import { comparePartitions, partitionText, partitionsWithout } from '../topic-partitions.ts'
import { compareText, partitionsToAssign } from './assignor.ts'
import type { GroupAssignment, MemberSubscription, PartitionAssignor } from './assignor.ts'
import { rightfullyOwned, withoutTransfers } from './owned-partitions.ts'

/**
 * Balanced, and as far as that allows everyone keeps what it has (KIP-54); what changes hands is left out until
 * its holder has given it up (KIP-429).
 */
export const cooperativeStickyAssignor: PartitionAssignor = {
  name: 'cooperative-sticky',
  javaName: 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
  protocols: ['COOPERATIVE', 'EAGER'],
  userData(generation) {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(generation)
    return bytes
  },
  assign(partitionCounts, members) {
    const sorted = [...members].sort((a, b) => compareText(a.memberId, b.memberId))
    const partitions = partitionsToAssign(partitionCounts, sorted)
    const owned = rightfullyOwned(partitions, sorted)
    const plan = haveSameTopics(sorted)
      ? balanceEqual(partitions, owned)
      : balanceUnequal(partitions, sorted, owned)
    return withoutTransfers(plan, members)
  },
}

function haveSameTopics(members: readonly MemberSubscription[]): boolean {
  const texts = members.map(({ topics }) => [...new Set(topics)].sort().join('\n'))
  return new Set(texts).size <= 1
}

/**
 * Everyone may take every partition: each keeps what it has up to its share, low numbers first so that it keeps
 * something of every topic; the first that have more keep the one by which shares differ; the rest goes around.
 */
function balanceEqual(
  partitions: readonly TopicPartition[],
  owned: GroupAssignment,
): GroupAssignment {
  const least = Math.floor(partitions.length / owned.size)
  let larger = partitions.length % owned.size
  const assignment: GroupAssignment = new Map()
  for (const [memberId, held] of owned) {
    const takesOneMore = larger > 0 && held.length > least
    if (takesOneMore) larger--
    assignment.set(memberId, held.toSorted(byNumber).slice(0, takesOneMore ? least + 1 : least))
  }
  const left = partitionsWithout(partitions, [...assignment.values()].flat())
  handAround(left, [...assignment.values()], least)
  return assignment
}

function byNumber(a: TopicPartition, b: TopicPartition): number {
  return a.partition - b.partition || compareText(a.topic, b.topic)
}

/** One each in turn to those below `least`, then one more each to those at it. */
function handAround(
  left: readonly TopicPartition[],
  shares: readonly TopicPartition[][],
  least: number,
): void {
  let takers = shares.filter((share) => share.length < least)
  const filled = shares.filter((share) => share.length === least)
  let turn = 0
  for (const each of left) {
    if (turn >= takers.length) {
      turn = 0
      takers = takers.filter((share) => share.length < least)
    }
    const share = takers[turn++] ?? filled.shift()
    share?.push(each)
    if (share?.length === least) filled.push(share)
  }
}

/** Members differ in their topics: the scarcest partitions first, each to whom it may go to and who has least. */
function balanceUnequal(
  partitions: readonly TopicPartition[],
  members: readonly MemberSubscription[],
  owned: GroupAssignment,
): GroupAssignment {
  const takersOf = new Map<string, string[]>()
  for (const { memberId, topics } of members) {
    for (const topic of new Set(topics)) {
      takersOf.set(topic, [...(takersOf.get(topic) ?? []), memberId])
    }
  }
  const balance = new Balance(owned)
  const takers = ({ topic }: TopicPartition): string[] => takersOf.get(topic) ?? []
  const left = partitionsWithout(partitions, [...owned.values()].flat()).sort(
    (a, b) => takers(a).length - takers(b).length || comparePartitions(a, b),
  )
  for (const each of left) balance.give(each, balance.leastOf(takers(each)))
  // What nobody held before is moved first: it costs nobody anything.
  const movable = [...left, ...[...owned.values()].flat()]
  if (movable.length === 0) return balance.assignment
  for (;;) {
    const most = movable.reduce((a, b) =>
      balance.gain(b, takers(b)) > balance.gain(a, takers(a)) ? b : a,
    )
    if (balance.gain(most, takers(most)) < 2) return balance.assignment
    balance.move(most, balance.leastOf(takers(most)))
  }
}
/** Who has what while partitions are handed out one by one. */
class Balance {
  readonly assignment: GroupAssignment
  readonly #holder = new Map<string, string>()

  constructor(owned: GroupAssignment) {
    this.assignment = new Map(Array.from(owned, ([memberId, held]) => [memberId, [...held]]))
    for (const [memberId, held] of owned) {
      for (const each of held) this.#holder.set(partitionText(each), memberId)
    }
  }

  give(partition: TopicPartition, memberId: string): void {
    this.assignment.get(memberId)?.push(partition)
    this.#holder.set(partitionText(partition), memberId)
  }

  leastOf(memberIds: readonly string[]): string {
    return memberIds.reduce((a, b) => (this.#count(b) < this.#count(a) ? b : a))
  }

  /** How many more its holder has than the taker that has least: from two on, moving it evens out. */
  gain(partition: TopicPartition, takers: readonly string[]): number {
    return this.#count(this.#holderOf(partition)) - this.#count(this.leastOf(takers))
  }

  move(partition: TopicPartition, to: string): void {
    const held = this.assignment.get(this.#holderOf(partition)) ?? []
    held.splice(held.indexOf(partition), 1)
    this.give(partition, to)
  }

  #holderOf(partition: TopicPartition): string {
    return this.#holder.get(partitionText(partition)) ?? ''
  }

  #count(memberId: string): number {
    return this.assignment.get(memberId)?.length ?? 0
  }
}
