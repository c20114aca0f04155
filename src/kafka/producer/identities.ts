import { asError, isRetriable } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { backoffMs } from '../net/backoff.ts'
import type { KafkaClient } from '../net/client.ts'
import { request } from '../protocol/api.ts'
import { brokerError, codeOf, ErrorCode } from '../protocol/errors.ts'
import { initProducerIdApi } from '../protocol/transactions.ts'
import type { InitProducerIdResponse } from '../protocol/transactions.ts'
import type { Identity } from './producer-batch.ts'

const log = createLogger('org.apache.kafka.clients.producer.internals.TransactionManager')
const MAX_EPOCH = 32_767
const MAX_INT32 = 0x7fffffff

/**
 * The producer id and epoch that make a producer idempotent (KIP-98), the same for all its partitions until one of them
 * has to begin again. The epoch is then raised here, as Java does without transactions (KIP-360): what is still under way
 * under the lower one is refused by the broker.
 */
export class Identities {
  readonly #client: KafkaClient
  #current: Identity | null = null
  #asking: Promise<void> | null = null

  constructor(client: KafkaClient) {
    this.#client = client
  }

  /** Null until there is one; then {@link obtain} it. */
  get current(): Identity | null {
    return this.#current
  }

  /**
   * Asks a broker for a producer id until it gives one. Resolves to false where the cluster does not allow it: then the
   * producer goes on without. Rejects for any error that no waiting helps against.
   */
  async obtain(signal: AbortSignal): Promise<boolean> {
    try {
      await (this.#asking ??= this.#ask(signal))
      return true
    } catch (error) {
      if (codeOf(error) !== ErrorCode.CLUSTER_AUTHORIZATION_FAILED) throw error
      log.warn(
        `No producer id without the right to IdempotentWrite on the cluster: sending without idempotence, ` +
          `one request a partition at a time. ${asError(error).message}`,
      )
      return false
    } finally {
      this.#asking = null
    }
  }

  /** An epoch above that of `former`; null where there is none, and a new producer id must be obtained first. */
  raise(former: Identity | null): Identity | null {
    const current = this.#current
    if (current === null || former !== current) return current
    this.#current =
      current.epoch >= MAX_EPOCH
        ? null
        : { producerId: current.producerId, epoch: current.epoch + 1 }
    if (this.#current !== null) {
      log.info(`Producer ${current.producerId} goes on with epoch ${this.#current.epoch}.`)
    }
    return this.#current
  }

  async #ask(signal: AbortSignal): Promise<void> {
    for (let failures = 1; this.#current === null; failures++) {
      try {
        const { producerId, producerEpoch } = await this.#askOnce(signal)
        this.#current = { producerId, epoch: producerEpoch }
        log.debug(`Producer id is ${producerId}, epoch ${producerEpoch}.`)
      } catch (error) {
        signal.throwIfAborted()
        if (!isRetriable(error)) throw error
        log.debug(`No producer id yet: ${asError(error).message}`)
        await delay(backoffMs(this.#client.options.retryBackoff, failures), signal)
      }
    }
  }

  async #askOnce(signal: AbortSignal): Promise<InitProducerIdResponse> {
    const asked = request(initProducerIdApi, {
      transactionalId: null,
      transactionTimeoutMs: MAX_INT32,
      producerId: -1,
      producerEpoch: -1,
    })
    const answer = await this.#client.send('any', 'meta', asked, signal)
    if (answer.errorCode === ErrorCode.NONE) return answer
    throw brokerError(answer.errorCode, 'Cannot get a producer id')
  }
}
