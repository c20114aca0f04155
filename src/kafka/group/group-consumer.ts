import type { TopicPartition } from '../../api/topic-partition.ts'
import { readClientConfig } from '../../config/client-values.ts'
import { asError, ConnectError } from '../../errors/connect-error.ts'
import { abortable, isAbortOf } from '../../util/abort.ts'
import type { MemoryShare } from '../../util/memory-budget.ts'
import { AssignedConsumer } from '../consumer/assigned-consumer.ts'
import { consumerOptions } from '../consumer/consumer-options.ts'
import type { PartitionState } from '../consumer/partition-state.ts'
import { clientOptions } from '../net/client-options.ts'
import { KafkaClient } from '../net/client.ts'
import { partitionText } from '../topic-partitions.ts'
import type {
  ClientConfig,
  ClientMeter,
  FetchedRecords,
  GroupConsumer,
  RebalanceListener,
  Subscription,
} from '../types.ts'
import { ConsumerGroupProtocol } from './consumer-group-protocol.ts'
import { CoordinatorLink } from './coordinator.ts'
import { commitOffsets, fetchOffsets } from './group-offsets.ts'
import type { CommittedOffset, GroupOffsetsParts } from './group-offsets.ts'
import { groupOptions } from './group-options.ts'
import type { GroupOptions } from './group-options.ts'
import { Membership } from './membership.ts'
import { Rebalance } from './rebalance.ts'
import { TopicWatch } from './topic-watch.ts'

export interface GroupConsumerHooks {
  /** Called with every member id the group gives this consumer, so that a dead thread's can be taken out. */
  readonly onMemberId?: (groupId: string, memberId: string) => void
  /** Called when nobody has polled for more than `max.poll.interval.ms`, `limitMs`: the consumer has left its group. */
  readonly onIdle?: (limitMs: number) => void
  readonly meter?: ClientMeter
  /** What fetched records count against beside `fetch.max.bytes`; closed with the consumer. */
  readonly memory?: MemoryShare
}

/** A consumer of the group `group.id`, configured by Kafka's keys. Throws a ConfigError. Opens nothing yet. */
export function createGroupConsumer(
  config: ClientConfig,
  hooks: GroupConsumerHooks = {},
): GroupConsumer {
  return new KafkaGroupConsumer(config, hooks)
}

/** What there is from `subscribe` on. */
interface Subscribed {
  readonly membership: Membership
  readonly protocol: ConsumerGroupProtocol
  readonly watch: TopicWatch
  readonly rebalance: Rebalance
}

let opened = 0

/** Never commits by itself: `enable.auto.commit` has no meaning here. */
class KafkaGroupConsumer implements GroupConsumer {
  readonly #client: KafkaClient
  readonly #options: GroupOptions
  readonly #hooks: GroupConsumerHooks
  readonly #data: AssignedConsumer
  readonly #coordinator: CoordinatorLink
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #subscribed: Subscribed | null = null
  #isFetchingOffsets = false
  #hasLooked = false

  constructor(config: ClientConfig, hooks: GroupConsumerHooks) {
    readClientConfig('consumer', config)
    this.#options = groupOptions(config)
    this.#client = new KafkaClient(clientOptions(config, hooks.meter))
    this.#hooks = hooks
    this.#data = new AssignedConsumer(this.#client, consumerOptions(config), hooks.memory)
    const purpose = `coordinator-${++opened}`
    this.#coordinator = new CoordinatorLink(this.#client, this.#options.groupId, purpose)
  }

  subscribe(subscription: Subscription, listener: RebalanceListener): void {
    if (this.#subscribed !== null) throw new ConnectError('The consumer is subscribed already.')
    const data = this.#data
    const options = this.#options
    const watch = new TopicWatch({ client: this.#client, options, subscription })
    const owned = (): readonly TopicPartition[] => data.assignment()
    const protocol = new ConsumerGroupProtocol({ options, watch, owned })
    const membership = new Membership({
      coordinator: this.#coordinator,
      protocol,
      options,
      retryBackoff: this.#client.options.retryBackoff,
      notify: data.notifier.notify,
      onMemberId: (memberId) => this.#hooks.onMemberId?.(options.groupId, memberId),
      onIdle: () => this.#hooks.onIdle?.(options.maxPollIntervalMs),
    })
    const rebalance = new Rebalance({ options, data, membership, protocol, watch, listener })
    this.#subscribed = { membership, protocol, watch, rebalance }
  }

  async poll(timeoutMs: number, signal: AbortSignal): Promise<readonly FetchedRecords[]> {
    const deadline = performance.now() + timeoutMs
    const { membership, rebalance, watch } = this.#requireSubscribed()
    membership.setPolling(true)
    try {
      await this.#data.beginPoll(signal)
      for (;;) {
        if (this.#knowsTopics(watch)) await rebalance.serve()
        this.#fetchCommitted()
        const records = membership.isUncertain ? [] : this.#data.take()
        if (records.length > 0 || this.#data.takeWakeup()) return records
        const left = deadline - performance.now()
        if (left <= 0) return records
        await this.#data.wait(Math.min(left, watch.dueInMs), signal)
      }
    } finally {
      membership.setPolling(false)
    }
  }

  wakeup(): void {
    this.#data.wakeup()
  }

  stillHolds(): boolean {
    return this.#subscribed?.membership.holds ?? false
  }

  assignment(): readonly TopicPartition[] {
    return this.#data.assignment()
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#data.pause(partitions)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#data.resume(partitions)
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#data.seek(partition, offset)
  }

  async position(partition: TopicPartition, signal: AbortSignal): Promise<number> {
    this.#fetchCommitted()
    return await this.#data.position(partition, signal)
  }

  async commit(offsets: readonly CommittedOffset[], signal: AbortSignal): Promise<void> {
    const { membership } = this.#requireSubscribed()
    await commitOffsets(this.#offsetsParts(), membership, offsets, signal)
  }

  async close(signal: AbortSignal): Promise<void> {
    try {
      await this.#subscribed?.rebalance.giveUp()
    } finally {
      // Leaving has a limit of its own, and goes on where nobody can wait for it.
      await abortable(this.#end(), signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    }
  }

  async #end(): Promise<void> {
    await this.#subscribed?.membership.leave()
    this.#closing.abort(new Error('The consumer is closed.'))
    await this.#data.close()
    this.#hooks.memory?.close()
    await this.#client.close()
    await Promise.allSettled(this.#running)
  }

  /** Looks at the topics where it is time; false until that was done once. */
  #knowsTopics(watch: TopicWatch): boolean {
    if (watch.dueInMs === 0) this.#run(this.#look(watch))
    return this.#hasLooked
  }

  async #look(watch: TopicWatch): Promise<void> {
    if (!(await watch.look(this.#closing.signal))) return
    this.#hasLooked = true
    const { membership, protocol } = this.#requireSubscribed()
    const reason = membership.generation === null ? null : protocol.outdated()
    if (reason !== null) membership.requestRejoin(reason)
  }

  /** Where a partition has no position yet, it goes on at the committed offset, else where `auto.offset.reset` says. */
  #fetchCommitted(): void {
    const partitions = this.#data.unpositioned()
    if (partitions.length === 0 || this.#isFetchingOffsets) return
    this.#isFetchingOffsets = true
    this.#run(
      this.#position(partitions).finally(() => {
        this.#isFetchingOffsets = false
      }),
      // Someone may wait for a partition that was assigned meanwhile.
      () => this.#fetchCommitted(),
    )
  }

  async #position(partitions: readonly PartitionState[]): Promise<void> {
    const committed = await fetchOffsets(this.#offsetsParts(), partitions, this.#closing.signal)
    // Meanwhile some may have been sought, or given up and assigned again: then that offset is an old one.
    for (const each of this.#data.unpositioned()) {
      if (!partitions.includes(each)) continue
      const found = committed.get(partitionText(each))
      if (found === undefined) this.#data.reset(each)
      else this.#data.seek(each, found.offset, found.leaderEpoch)
    }
  }

  #offsetsParts(): GroupOffsetsParts {
    const { retryBackoff } = this.#client.options
    return { coordinator: this.#coordinator, options: this.#options, retryBackoff }
  }

  /** Work beside the loop: its error is thrown by the next poll, which it wakes. */
  #run(work: Promise<void>, next: () => void = () => undefined): void {
    const { signal } = this.#closing
    const settled = work
      .then(next)
      .catch((error: unknown) => {
        if (!isAbortOf(signal, error)) this.#data.fail(asError(error))
      })
      .finally(() => {
        this.#running.delete(settled)
        this.#data.notifier.notify()
      })
    this.#running.add(settled)
  }

  #requireSubscribed(): Subscribed {
    if (this.#subscribed !== null) return this.#subscribed
    throw new ConnectError('The consumer is not subscribed to any topic.')
  }
}
