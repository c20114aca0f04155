import type { TopicPartition } from '../../api/topic-partition.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import type { MemberSubscription } from './assignor.ts'
import { decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'
import type { GroupOptions } from './group-options.ts'
import type { GroupProtocol, LeaderTask } from './join-exchange.ts'
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
  #decidedOn: ReadonlyMap<string, number> | null = null
  #groupTopics: readonly string[] = []

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
        userData: assignor.userData(generationId),
        ownedPartitions: owned(),
        generationId,
        rackId: options.rackId,
      }),
    }))
  }

  async assign(
    { protocolName, members }: LeaderTask,
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
    const counts = await this.#parts.watch.partitionCounts(this.#groupTopics, signal)
    this.#decidedOn = counts
    const assignment = assignor.assign(counts, subscriptions)
    return new Map(
      Array.from(assignment, ([memberId, partitions]) => [memberId, encodeAssignment(partitions)]),
    )
  }

  /** To be called with a new generation: only its leader answers for what it was decided on. */
  joined(isLeader: boolean): void {
    if (!isLeader) this.#decidedOn = null
  }

  /** Why the group should be rebalanced, after a look at the topics; null where all is as it was. */
  outdated(): string | null {
    const { watch } = this.#parts
    if (watch.topics.join() !== this.#joinedTopics.join()) return 'the subscribed topics changed'
    if (this.#decidedOn === null) return null
    const now = watch.knownCounts(this.#groupTopics)
    return isSame(now, this.#decidedOn) ? null : 'the number of partitions changed'
  }
}

function isSame(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([topic, count]) => b.get(topic) === count)
}
