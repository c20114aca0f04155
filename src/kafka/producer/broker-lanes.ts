import type { TopicPartition } from '../../api/topic-partition.ts'
import type { KafkaClient } from '../net/client.ts'
import { BrokerLane } from './broker-lane.ts'
import type { LaneOwner } from './broker-lane.ts'
import type { ProducerConfig } from './producer-config.ts'

/** The ways to the brokers that lead anything, opened when they are first needed. */
export class BrokerLanes {
  readonly #client: KafkaClient
  readonly #config: ProducerConfig
  readonly #owner: LaneOwner
  readonly #lanes = new Map<number, BrokerLane>()

  constructor(client: KafkaClient, config: ProducerConfig, owner: LaneOwner) {
    this.#client = client
    this.#config = config
    this.#owner = owner
  }

  /** Null while the partition has no leader that is known. */
  to({ topic, partition }: TopicPartition): BrokerLane | null {
    const leader = this.#client.metadata.leader(topic, partition)
    if (leader === undefined) return null
    let lane = this.#lanes.get(leader.leaderId)
    if (lane === undefined) {
      lane = new BrokerLane(leader.leaderId, this.#client, this.#config, this.#owner)
      this.#lanes.set(leader.leaderId, lane)
    }
    return lane
  }

  /** Whether the partition's leader takes nothing, for longer than `partitioner.availability.timeout.ms`. */
  isStalled(to: TopicPartition): boolean {
    const { availabilityTimeoutMs } = this.#config
    if (availabilityTimeoutMs === 0) return false
    const leader = this.#client.metadata.leader(to.topic, to.partition)
    const since = leader && this.#lanes.get(leader.leaderId)?.shutSince
    return since !== undefined && performance.now() - since > availabilityTimeoutMs
  }
}
