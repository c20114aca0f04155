import { isRetriable } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { backoffMs } from '../net/backoff.ts'
import type { KafkaClient } from '../net/client.ts'
import { request } from '../protocol/api.ts'
import type { WireRequest } from '../protocol/api.ts'
import { brokerError, codeOf, ErrorCode, isRetriableCode } from '../protocol/errors.ts'
import { addPartitionsToTxnApi, endTxnApi, initProducerIdApi } from '../protocol/transactions.ts'
import type { AddPartitionsToTxnResponse } from '../protocol/transactions.ts'
import { byTopic } from '../topic-partitions.ts'
import type { TopicPartition } from '../../api/topic-partition.ts'
import { ProducerFencedError } from './errors.ts'
import type { Identity } from './producer-batch.ts'

const log = createLogger('org.apache.kafka.clients.producer.internals.TransactionManager')

/** The end of the transaction before is still being written: it takes a moment, so ask again soon. */
const CONCURRENT_MS = 20
/** EndTxn of a transaction in which brokers add the partitions themselves (KIP-890). */
const END_TV2 = 5
const END_TV1 = 4

/** Where another broker coordinates now. */
const moved: ReadonlySet<number | undefined> = new Set([
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
])
const fenced: ReadonlySet<number | undefined> = new Set([
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.INVALID_PRODUCER_EPOCH,
])

export interface TransactionSettings {
  readonly transactionalId: string
  readonly timeoutMs: number
}

/** Speaks to the broker that coordinates the transactions of one id; asks until the answer is a definite one. */
export class TransactionCoordinator {
  readonly #client: KafkaClient
  readonly #settings: TransactionSettings
  #brokersAddPartitions = false
  #mayArriveLate = false

  constructor(client: KafkaClient, settings: TransactionSettings) {
    this.#client = client
    this.#settings = settings
  }

  /** Whether the cluster's transactions are those of TV2; known once {@link init} has been answered. */
  get brokersAddPartitions(): boolean {
    return this.#brokersAddPartitions
  }

  /**
   * Whether a request under the current epoch was not answered: the coordinator may get it at any time, and take it for one
   * of a later transaction. In TV2 each transaction has an epoch of its own.
   */
  get mayArriveLate(): boolean {
    return this.#mayArriveLate && !this.#brokersAddPartitions
  }

  /** A new epoch of the id: fences whoever had it and ends what was open. With `former` only where that is still the last. */
  async init(former: Identity | null, signal: AbortSignal): Promise<Identity> {
    const { transactionalId, timeoutMs } = this.#settings
    const asked = request(initProducerIdApi, {
      transactionalId,
      transactionTimeoutMs: timeoutMs,
      producerId: former?.producerId ?? -1,
      producerEpoch: former?.epoch ?? -1,
    })
    const answer = await this.#ask('begin with', asked, errorCodeOf, signal)
    this.#mayArriveLate = false
    return { producerId: answer.producerId, epoch: answer.producerEpoch }
  }

  /** TV1: names partitions before the first record of the transaction goes there. */
  async add(
    identity: Identity,
    partitions: readonly TopicPartition[],
    signal: AbortSignal,
  ): Promise<void> {
    const asked = request(addPartitionsToTxnApi, {
      transactionalId: this.#settings.transactionalId,
      producerId: identity.producerId,
      producerEpoch: identity.epoch,
      topics: Array.from(byTopic(partitions), ([name, each]) => ({
        name,
        partitions: each.map(({ partition }) => partition),
      })),
    })
    await this.#ask('add partitions to', asked, firstErrorOf, signal)
  }

  /** Commits or aborts; resolves with the identity to go on with. */
  async end(identity: Identity, committed: boolean, signal: AbortSignal): Promise<Identity> {
    const body = {
      transactionalId: this.#settings.transactionalId,
      producerId: identity.producerId,
      producerEpoch: identity.epoch,
      committed,
    }
    const maxVersion = this.#brokersAddPartitions ? END_TV2 : END_TV1
    const asked = request(endTxnApi, body, { maxVersion })
    const answer = await this.#ask(committed ? 'commit' : 'abort', asked, errorCodeOf, signal)
    if (answer.producerEpoch < 0) return identity
    return { producerId: answer.producerId, epoch: answer.producerEpoch }
  }

  async #ask<R>(
    doing: string,
    asked: WireRequest<R>,
    codeIn: (answer: R) => number,
    signal: AbortSignal,
  ): Promise<R> {
    const { transactionalId } = this.#settings
    const what = `Cannot ${doing} the transaction of "${transactionalId}"`
    for (let failures = 1; ; failures++) {
      try {
        const answer = await this.#askOnce(asked, signal)
        const code = codeIn(answer)
        if (code === ErrorCode.NONE) return answer
        throw brokerError(code, what)
      } catch (error) {
        const code = codeOf(error)
        if (code === undefined) this.#mayArriveLate = true
        signal.throwIfAborted()
        if (fenced.has(code)) throw fencing(transactionalId, error)
        if (!isRetriable(error)) throw error
        if (code === undefined || moved.has(code)) {
          this.#client.coordinators.forget('transaction', transactionalId)
        }
        log.debug(`${what} yet: ${String(error)}`)
        const { retryBackoff } = this.#client.options
        const concurrent = code === ErrorCode.CONCURRENT_TRANSACTIONS
        await delay(concurrent ? CONCURRENT_MS : backoffMs(retryBackoff, failures), signal)
      }
    }
  }

  async #askOnce<R>(asked: WireRequest<R>, signal: AbortSignal): Promise<R> {
    const { coordinators } = this.#client
    const node = await coordinators.find('transaction', this.#settings.transactionalId, signal)
    const connection = await this.#client.connect(node, 'transaction', signal)
    this.#brokersAddPartitions = connection.featureLevel('transaction.version') >= 2
    return connection.send(asked, signal)
  }
}

function errorCodeOf({ errorCode }: { readonly errorCode: number }): number {
  return errorCode
}

/** Of several errors one that ends the transaction, then one to try again after; those not tried say nothing. */
function firstErrorOf({ results }: AddPartitionsToTxnResponse): number {
  const codes = results
    .flatMap((topic) => topic.partitions.map(({ errorCode }) => errorCode))
    .filter((code) => code !== ErrorCode.NONE)
  const told = codes.filter((code) => code !== ErrorCode.OPERATION_NOT_ATTEMPTED)
  return told.find((code) => !isRetriableCode(code)) ?? told[0] ?? codes[0] ?? ErrorCode.NONE
}

function fencing(transactionalId: string, cause: unknown): ProducerFencedError {
  return new ProducerFencedError(
    `There is a newer producer with the same transactionalId "${transactionalId}" which fences the current one.`,
    { cause },
  )
}
