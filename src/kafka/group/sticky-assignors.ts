import type { TopicPartition } from '../../api/topic-partition.ts'
import { ByteReader } from '../protocol/byte-reader.ts'
import { ByteWriter } from '../protocol/byte-writer.ts'
import { array, int32, string, struct } from '../protocol/codec.ts'
import { byTopic, partitionText } from '../topic-partitions.ts'
import { partitionsToAssign } from './assignor.ts'
import type { GroupAssignment, MemberSubscription, PartitionAssignor } from './assignor.ts'
import { balanceEqual } from './balance-equal.ts'
import { balanceUnequal } from './balance-unequal.ts'
import { hashOfText, inHashOrder } from '../../util/java-hash-order.ts'
import { withoutTransfers } from './owned-partitions.ts'
import type { PartitionRacks } from './partition-racks.ts'
import { inJavaOrder, ownershipOf } from './sticky-ownership.ts'
import type { StickyMember } from './sticky-ownership.ts'
import { StickyRacks } from './sticky-racks.ts'

/**
 * Balanced, and as far as that allows everyone keeps what it had (KIP-54). Its members give everything up before they join,
 * so what each had goes with its user data: `previous_assignment`, an array of topics with partitions, then the generation.
 */
export const stickyAssignor: PartitionAssignor = {
  name: 'sticky',
  javaName: 'org.apache.kafka.clients.consumer.StickyAssignor',
  protocols: ['EAGER'],
  userData(last) {
    if (last === null) return null
    const byName = inHashOrder([...byTopic(last.partitions)], ([topic]) => hashOfText(topic))
    const topics = byName.map(([topic, each]) => ({
      topic,
      partitions: each.map(({ partition }) => partition),
    }))
    const writer = new ByteWriter()
    topicsCodec.write(writer, topics, 0)
    writer.int32(last.generation)
    return writer.view()
  },
  assign: (partitionCounts, members, racks = new Map()) =>
    balance(partitionCounts, members.map(heldInUserData), racks).assignment,
}

/** As `sticky`, but what changes hands is left out until its holder has given it up (KIP-429). The user data is the generation. */
export const cooperativeStickyAssignor: PartitionAssignor = {
  name: 'cooperative-sticky',
  javaName: 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor',
  protocols: ['COOPERATIVE', 'EAGER'],
  userData(last) {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(last?.generation ?? -1)
    return bytes
  },
  assign(partitionCounts, members, racks = new Map()) {
    const plan = balance(partitionCounts, members.map(heldInSubscription), racks)
    const { transfers } = plan
    if (transfers === null) return withoutTransfers(plan.assignment, members)
    for (const [memberId, partitions] of plan.assignment) {
      const left = partitions.filter((each) => transfers.get(partitionText(each)) !== memberId)
      plan.assignment.set(memberId, left)
    }
    return plan.assignment
  },
}

const topicsCodec = array(struct({ topic: string, partitions: array(int32) }))

interface Plan {
  readonly assignment: GroupAssignment
  /** Null where they are told by what members held and will hold. */
  readonly transfers: ReadonlyMap<string, string> | null
}

function balance(
  partitionCounts: ReadonlyMap<string, number>,
  unordered: readonly StickyMember[],
  racks: PartitionRacks,
): Plan {
  const members = inJavaOrder(unordered)
  const subscriptions = members.map(({ subscription }) => subscription)
  const partitions = partitionsToAssign(partitionCounts, subscriptions)
  const exists = ({ topic, partition }: TopicPartition): boolean =>
    partition < (partitionCounts.get(topic) ?? 0)
  const ownership = ownershipOf(members, exists)
  const stickyRacks = new StickyRacks(partitions, racks, subscriptions)
  if (haveSameTopics(subscriptions)) return balanceEqual(partitions, ownership, stickyRacks)
  const group = { partitionCounts, members, ownership, racks: stickyRacks }
  return { assignment: balanceUnequal(group), transfers: null }
}

function haveSameTopics(members: readonly MemberSubscription[]): boolean {
  const texts = members.map(({ topics }) => [...new Set(topics)].sort().join('\n'))
  return new Set(texts).size <= 1
}

/** What is told by the fields of the subscription; by an older client's user data since when (KIP-792). */
function heldInSubscription(subscription: MemberSubscription): StickyMember {
  const { ownedPartitions: partitions, generationId, userData } = subscription
  const isTold = generationId >= 0 || userData === null || userData.length < 4
  const generation = isTold ? generationId : userData.readInt32BE()
  return { subscription, held: { partitions, generation } }
}

/** Older clients tell no generation; what cannot be read counts as nothing. */
function heldInUserData(subscription: MemberSubscription): StickyMember {
  const { userData } = subscription
  const nothing = { partitions: [], generation: -1 }
  if (userData === null || userData.length === 0) return { subscription, held: nothing }
  try {
    const reader = new ByteReader(userData)
    const topics = topicsCodec.read(reader, 0)
    const partitions = topics.flatMap(({ topic, partitions: numbers }) =>
      numbers.map((partition) => ({ topic, partition })),
    )
    const generation = userData.length - reader.position < 4 ? -1 : reader.int32()
    return { subscription, held: { partitions, generation } }
  } catch {
    return { subscription, held: nothing }
  }
}
