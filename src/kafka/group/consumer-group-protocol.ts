import type { TopicPartition } from '../../api/topic-partition.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import type { LastAssignment, MemberSubscription } from './assignor.ts'
import { decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'
import type { GroupOptions } from './group-options.ts'
import type { Generation, GroupProtocol, LeaderTask } from './join-exchange.ts'
import type { TopicWatch } from './topic-watch.ts'

export interface ConsumerGroupProtocolParts {
  readonly options: GroupOptions
  readonly watch: TopicWatch
  /** The partitions held at this moment. */
  readonly owned: () => readonly TopicPartition[]
}

/** The protocol of groups whose members share the partitions of topics. */
export class ConsumerGroupProtocol implements GroupProtocol {
  readonly type = 'consumer'
  readonly #parts: ConsumerGroupProtocolParts
  #joinedTopics: readonly string[] = []
  /** What the last assignment was made from, where this member made it. */
  #decidedOn: string | null = null
  #groupTopics: readonly string[] = []
  /** By the name of the assignor that the group had chosen. */
  readonly #last = new Map<string, LastAssignment>()

  constructor(parts: ConsumerGroupProtocolParts) {
    this.#parts = parts
  }

  protocols(generationId: number): readonly { readonly name: string; readonly metadata: Buffer }[] {
    const { options, watch, owned } = this.#parts
    this.#joinedTopics = watch.topics
    return options.assignors.map((assignor) => ({
      name: assignor.name,
      metadata: encodeSubscription({
        topics: watch.topics,
        userData: assignor.userData(this.#last.get(assignor.name) ?? null),
        ownedPartitions: owned(),
        generationId,
        rackId: options.rackId,
      }),
    }))
  }

  async assign(
    { protocolName, members, keepsAssignment }: LeaderTask,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Buffer>> {
    const assignor = this.#parts.options.assignors.find(({ name }) => name === protocolName)
    if (!assignor) {
      throw new ConnectError(
        `Group ${this.#parts.options.groupId} chose the assignor ${protocolName}, which this member does not have.`,
      )
    }
    const subscriptions = members.map(
      ({ memberId, groupInstanceId, metadata }): MemberSubscription => ({
        ...decodeSubscription(metadata),
        memberId,
        groupInstanceId,
      }),
    )
    this.#groupTopics = [...new Set(subscriptions.flatMap(({ topics }) => topics))].sort()
    const { watch } = this.#parts
    const counts = await watch.partitionCounts(this.#groupTopics, signal)
    this.#decidedOn = this.#snapshot()
    if (keepsAssignment) return new Map()
    const looksAtRacks = subscriptions.some(({ rackId }) => rackId !== null)
    const racks = looksAtRacks ? watch.partitionRacks(this.#groupTopics) : undefined
    const assignment = assignor.assign(counts, subscriptions, racks)
    return new Map(
      Array.from(assignment, ([memberId, partitions]) => [memberId, encodeAssignment(partitions)]),
    )
  }

  /** To be called with a new generation: only its leader answers for what it was decided on. */
  joined({ id, isLeader, protocolName }: Generation, partitions: readonly TopicPartition[]): void {
    if (!isLeader) this.#decidedOn = null
    this.#last.set(protocolName, { partitions, generation: id })
  }

  /** Why the group should be rebalanced, after a look at the topics; null where all is as it was. */
  outdated(): string | null {
    const { watch } = this.#parts
    if (watch.topics.join() !== this.#joinedTopics.join()) return 'the subscribed topics changed'
    if (this.#decidedOn === null) return null
    return this.#snapshot() === this.#decidedOn ? null : 'the topics changed'
  }

  /** Partitions of the topics, and their racks where this member says in which one it is (KIP-881). */
  #snapshot(): string {
    const { watch, options } = this.#parts
    const counts = [...watch.knownCounts(this.#groupTopics)]
    const racks = options.rackId === null ? [] : [...watch.partitionRacks(this.#groupTopics)]
    return JSON.stringify([counts, racks.map(([key, names]) => [key, [...names].sort()])])
  }
}
