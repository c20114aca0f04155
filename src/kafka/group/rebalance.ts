import { createLogger } from '../../util/logger.ts'
import type { AssignedConsumer } from '../consumer/assigned-consumer.ts'
import { partitionsText, partitionsWithout } from '../topic-partitions.ts'
import type { RebalanceListener } from '../types.ts'
import { commonProtocol } from './assignors.ts'
import type { RebalanceProtocol } from './assignor.ts'
import type { ConsumerGroupProtocol } from './consumer-group-protocol.ts'
import { decodeAssignment } from './consumer-protocol.ts'
import type { GroupOptions } from './group-options.ts'
import type { Joined, Membership } from './membership.ts'
import type { TopicWatch } from './topic-watch.ts'

const log = createLogger(
  'org.apache.kafka.clients.consumer.internals.ConsumerRebalanceListenerInvoker',
)

export interface RebalanceParts {
  readonly options: GroupOptions
  readonly data: AssignedConsumer
  readonly membership: Membership
  readonly protocol: ConsumerGroupProtocol
  readonly watch: TopicWatch
  readonly listener: RebalanceListener
}

/**
 * Serves what the group asks of this member, within a poll: gives partitions up, joins, takes what it is given. The
 * listener is awaited before the group goes on, so that what it commits is there before someone else reads it.
 */
export class Rebalance {
  readonly #parts: RebalanceParts
  readonly #kind: RebalanceProtocol

  constructor(parts: RebalanceParts) {
    this.#parts = parts
    this.#kind = commonProtocol(parts.options.assignors)
  }

  /** Does what there is to do; a join that it starts goes on beside. Rejects with what the listener does. */
  async serve(): Promise<void> {
    const { membership } = this.#parts
    for (;;) {
      membership.throwError()
      if (membership.takeLoss()) await this.#lost()
      const joined = membership.takeJoined()
      if (joined !== null) {
        await this.#joined(joined)
      } else if (!membership.mustJoin) {
        return
      } else {
        await this.#prepare()
        // The generation may have ended while the listener was at work.
        if (!membership.hasLoss) {
          membership.startJoin()
          return
        }
      }
    }
  }

  /** Gives everything up, before the member leaves the group. */
  async giveUp(): Promise<void> {
    const { data, membership } = this.#parts
    if (membership.takeLoss() || membership.generation === null) await this.#lost()
    else await this.#revoke(data.assignment())
  }

  /** What must be given up before the others hear that this member joins. */
  async #prepare(): Promise<void> {
    const { data, watch } = this.#parts
    const owned = data.assignment()
    const topics = new Set(watch.topics)
    await this.#revoke(
      this.#kind === 'EAGER' ? owned : owned.filter(({ topic }) => !topics.has(topic)),
    )
  }

  async #joined({ generation, assignment }: Joined): Promise<void> {
    const { data, membership, protocol, listener } = this.#parts
    const assigned = decodeAssignment(assignment)
    protocol.joined(generation, assigned)
    const revoked = partitionsWithout(data.assignment(), assigned)
    if (revoked.length > 0) {
      await this.#revoke(revoked)
      // Whoever is to have them gets them in the rebalance that follows (KIP-429).
      membership.requestRejoin(`it gave up ${partitionsText(revoked)}`)
    }
    const added = partitionsWithout(assigned, data.assignment())
    log.info(`Adding newly assigned partitions: ${partitionsText(added)}`)
    data.assign(assigned)
    await listener.assigned(added)
  }

  async #revoke(partitions: ReturnType<AssignedConsumer['assignment']>): Promise<void> {
    if (partitions.length === 0) return
    const { data, listener } = this.#parts
    log.info(`Revoke previously assigned partitions ${partitionsText(partitions)}`)
    try {
      await listener.revoked(partitions)
    } finally {
      data.assign(partitionsWithout(data.assignment(), partitions))
    }
  }

  async #lost(): Promise<void> {
    const { data, listener } = this.#parts
    const partitions = data.assignment()
    if (partitions.length === 0) return
    log.info(`Lost previously assigned partitions ${partitionsText(partitions)}`)
    data.assign([])
    await listener.lost(partitions)
  }
}
