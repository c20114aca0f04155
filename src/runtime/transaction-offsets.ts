import { asError } from '../errors/connect-error.ts'
import type { TransactionalProducer } from '../kafka/types.ts'
import { canonicalPartition, encodeOffset } from '../stores/offset-json.ts'
import type { Committable } from './submitted-records.ts'
import type { TaskServices } from './task.ts'
import { partitionCountOf } from './topic-lookup.ts'
import { firstOffsetNumber } from './transaction-records.ts'

/** Beyond so many source partitions their keys are asked for again. */
const mostKeys = 10_000

/** Writes the offsets of a source task into its transaction (KIP-618), in the bytes that the store has for them. */
export class TransactionOffsets {
  readonly #producer: TransactionalProducer
  readonly #topic: string
  readonly #services: TaskServices
  /** By what the source partition says. */
  readonly #keys = new Map<string, Uint8Array>()
  #isKnown = false
  #next = firstOffsetNumber

  constructor(producer: TransactionalProducer, topic: string, services: TaskServices) {
    this.#producer = producer
    this.#topic = topic
    this.#services = services
  }

  /** Appends them; they are durable once the transaction is committed. */
  async append(offsets: readonly Committable[], signal: AbortSignal): Promise<void> {
    const { logger } = this.#services
    if (!this.#isKnown) await partitionCountOf(this.#topic, this.#producer, logger, signal)
    this.#isKnown = true
    const keys = await this.#keysOf(offsets, signal)
    if (!this.#producer.hasRoom) await this.#producer.room(signal)
    const now = Date.now()
    offsets.forEach(([, offset], at) => {
      const key = keys[at] ?? null
      const partition = this.#producer.choosePartition(this.#topic, key)
      this.#producer
        .appender(this.#topic, partition)
        .append(this.#next++, now, key, encodeOffset(offset), null)
    })
  }

  /** Where offsets are kept in a second store as well, one that is reset is reset there first. */
  async resetElsewhere(offsets: readonly Committable[], signal: AbortSignal): Promise<void> {
    const resets = offsets.filter(([, offset]) => offset === null)
    if (resets.length > 0) await this.#services.transactions.writeElsewhere(resets, signal)
  }

  /** Offsets that are durable now go to the second store, too. What fails there is said, and nothing else. */
  copyElsewhere(offsets: readonly Committable[], signal: AbortSignal): void {
    const regular = offsets.filter(([, offset]) => offset !== null)
    if (regular.length === 0) return
    this.#services.transactions.writeElsewhere(regular, signal).catch((error: unknown) => {
      this.#services.logger.warn(
        `Failed to write offsets to the worker's own offsets topic; those in ${this.#topic} are what counts: ${asError(error).message}`,
      )
    })
  }

  async #keysOf(
    offsets: readonly Committable[],
    signal: AbortSignal,
  ): Promise<readonly Uint8Array[]> {
    const names = offsets.map(([partition]) => canonicalPartition(partition))
    if (this.#keys.size > mostKeys) this.#keys.clear()
    const isNew = (_: Committable, at: number): boolean => !this.#keys.has(names[at] ?? '')
    const unknown = offsets.filter(isNew).map(([partition]) => partition)
    if (unknown.length > 0) {
      const keys = await this.#services.transactions.offsetKeys(unknown, signal)
      unknown.forEach((partition, at) => {
        const key = keys[at]
        if (key !== undefined) this.#keys.set(canonicalPartition(partition), key)
      })
    }
    return names.flatMap((name) => this.#keys.get(name) ?? [])
  }
}
