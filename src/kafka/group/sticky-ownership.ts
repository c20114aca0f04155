import type { TopicPartition } from '../../api/topic-partition.ts'
import { partitionText } from '../topic-partitions.ts'
import { hashOfText, inHashOrder } from '../../util/java-hash-order.ts'
import type { LastAssignment, MemberSubscription } from './assignor.ts'

/** A member, and what it says it had; the generation since which is -1 where it is too old to say. */
export interface StickyMember {
  readonly subscription: MemberSubscription
  readonly held: LastAssignment
}

export interface Ownership {
  /** What each member rightly held, in the order in which Java goes through the members. */
  readonly owned: ReadonlyMap<string, readonly TopicPartition[]>
  /** What two members of one generation claimed: it is nobody's. */
  readonly contested: ReadonlySet<string>
  /** The latest generation of any member. */
  readonly generation: number
}

const NO_GENERATION = -1

/** In the order of Java's maps of members. */
export function inJavaOrder(members: readonly StickyMember[]): readonly StickyMember[] {
  return inHashOrder(members, ({ subscription }) => hashOfText(subscription.memberId))
}

/**
 * Who held what, of the partitions that exist. Of two that claim one it belongs to the later generation, and to
 * nobody where both are of the same. The generation of the other is the one that it joined with, as in Java.
 */
export function ownershipOf(
  members: readonly StickyMember[],
  exists: (partition: TopicPartition) => boolean,
): Ownership {
  const owners = new Map<string, StickyMember>()
  const contested = new Set<string>()
  const owned = new Map<string, Map<string, TopicPartition>>()
  let latest = NO_GENERATION
  const ownedBy = (member: StickyMember): Map<string, TopicPartition> =>
    owned.get(member.subscription.memberId) ?? new Map<string, TopicPartition>()
  for (const member of members) {
    const mine = new Map<string, TopicPartition>()
    owned.set(member.subscription.memberId, mine)
    const generation = member.held.generation
    latest = Math.max(latest, generation)
    for (const each of member.held.partitions) {
      if (!exists(each)) continue
      const key = partitionText(each)
      const other = owners.get(key)
      const others = other?.subscription.generationId ?? NO_GENERATION
      if (other !== undefined && generation < others) continue
      owners.set(key, member)
      if (other !== undefined) ownedBy(other).delete(key)
      if (other !== undefined && generation === others) contested.add(key)
      else mine.set(key, each)
    }
  }
  const entries = Array.from(owned, ([id, held]) => [id, [...held.values()]] as const)
  return { owned: new Map(entries), contested, generation: latest }
}
