import { isRetriable } from '../../errors/connect-error.ts'
import { createLogger } from '../../util/logger.ts'
import { backoffMs } from '../net/backoff.ts'
import type { KafkaClient } from '../net/client.ts'
import type { ProduceResponse } from '../protocol/produce.ts'
import { WireError } from '../protocol/wire-error.ts'
import type { BatchLedger } from './batch-ledger.ts'
import type { Sent } from './broker-lane.ts'
import { DeliveryTimeoutError } from './errors.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { answersByPartition, verdictOn } from './produce-results.ts'
import type { Verdict } from './produce-results.ts'
import type { ProducerConfig } from './producer-config.ts'
import type { Transactions } from './transactions.ts'

const log = createLogger('org.apache.kafka.clients.producer.internals.Sender')

export interface OutcomeParts {
  readonly client: KafkaClient
  readonly config: ProducerConfig
  readonly ledger: BatchLedger
  readonly transactions: Transactions | null
}

/** What becomes of a batch that was sent: acknowledged, put back, split, or failed for good. */
export class BatchOutcomes {
  readonly #parts: OutcomeParts
  /** Told after a batch of the queue has ended. */
  readonly #onEnd: (queue: PartitionQueue) => void

  constructor(parts: OutcomeParts, onEnd: (queue: PartitionQueue) => void) {
    this.#parts = parts
    this.#onEnd = onEnd
  }

  /** Each partition has an answer of its own. */
  answered(sent: readonly Sent[], response: ProduceResponse): void {
    const answerTo = answersByPartition(response)
    for (const each of sent) {
      const answer = answerTo(each.queue)
      if (answer !== undefined) this.#apply(each, verdictOn(each, answer))
      else if (this.#parts.config.acks === 0) this.#acknowledged(each, -1)
      else this.#unanswered(each, noAnswer(each))
    }
  }

  /** The connection broke, or took too long: the batches may be in the log or not. */
  unanswered(sent: readonly Sent[], error: Error): void {
    for (const each of sent) this.#unanswered(each, error)
  }

  /**
   * A sequence that was given is then missing in the log, or not, as the batch may have got there after all. Which one it
   * is, the broker says of the next batch: it takes it, or refuses its sequence.
   */
  failed({ queue, batch }: Sent, error: Error): void {
    queue.failed(batch)
    this.#parts.client.options.meter?.add('recordsRefused', batch.recordCount)
    this.#parts.ledger.failed(queue, batch, error)
    this.#onEnd(queue)
    this.#parts.transactions?.fail(error)
  }

  /** The batch has waited for longer than `delivery.timeout.ms`. */
  expired(sent: Sent): void {
    const { topic, partition } = sent.queue
    const { recordCount, attempts } = sent.batch
    const { deliveryTimeoutMs } = this.#parts.config
    const error = new DeliveryTimeoutError(
      `Expiring ${recordCount} record(s) for ${topic}-${partition}: ${deliveryTimeoutMs} ms has passed since ` +
        `batch creation, with ${attempts} attempts. Check that the leader of the partition can be reached, ` +
        'or raise delivery.timeout.ms.',
    )
    this.failed(sent, error)
  }

  /** The batch may be in the log, or get there, and must not be sent under another epoch. */
  doubtful(sent: Sent): void {
    const { topic, partition } = sent.queue
    const error = new DeliveryTimeoutError(
      `Giving up ${sent.batch.recordCount} record(s) for ${topic}-${partition}: they were sent and not answered, as was a batch before them that has expired ` +
        'since, so they may be in the log or not, and sending them again could write them twice. Raise delivery.timeout.ms to wait longer for the broker.',
    )
    this.failed(sent, error)
  }

  #unanswered(sent: Sent, error: Error): void {
    sent.batch.mayArrive = true
    if (isRetriable(error)) this.#retry(sent, error)
    else this.failed(sent, error)
  }

  #apply(sent: Sent, verdict: Verdict): void {
    const { queue, batch } = sent
    switch (verdict.kind) {
      case 'acknowledged':
        this.#acknowledged(sent, verdict.baseOffset)
        break
      case 'retry':
        if (verdict.staleMetadata) this.#parts.client.metadata.invalidate(queue.topic)
        this.#retry(sent, verdict.error)
        break
      case 'sequence':
        if (queue.isNext(batch)) this.#beginAgain(sent, verdict.error)
        else this.#retry(sent, verdict.error)
        break
      case 'epoch':
        this.#beginAgain(sent, verdict.error)
        break
      case 'split':
        this.#split(sent)
        break
      case 'failed':
        this.failed(sent, verdict.error)
        break
    }
  }

  #acknowledged({ queue, batch }: Sent, baseOffset: number): void {
    queue.acknowledged(batch)
    this.#parts.ledger.acknowledged(queue, batch, baseOffset)
    this.#onEnd(queue)
  }

  /** Under a higher epoch; but a transaction has one epoch, and ends. */
  #beginAgain(sent: Sent, error: Error): void {
    if (this.#parts.transactions !== null) {
      this.failed(sent, error)
      return
    }
    sent.queue.breakSequence()
    this.#retry(sent, error)
  }

  #retry(sent: Sent, error: Error): void {
    const { queue, batch } = sent
    const { config, client, transactions } = this.#parts
    const doomed = transactions !== null && transactions.failure !== null
    if (doomed || batch.attempts > config.retries) {
      this.failed(sent, error)
      return
    }
    client.options.meter?.add('recordsRetried', batch.recordCount)
    const first = queue.isNext(batch)
    const message = `Sending ${batch.recordCount} records to ${queue.topic}-${queue.partition} again: ${error.message}`
    if (first && batch.attempts === 1) log.warn(message)
    else log.debug(message)
    // Those behind the first wait for it, and need no pause of their own.
    if (first) {
      queue.retryAt = performance.now() + backoffMs(client.options.retryBackoff, batch.attempts)
    }
    queue.putBack(batch)
  }

  #split({ queue, batch }: Sent): void {
    const parts = batch.split()
    for (const part of parts) part.attempts = batch.attempts
    log.info(
      `The broker refused ${batch.recordCount} records of ${batch.sizeBytes} bytes for ${queue.topic}-${queue.partition} ` +
        `as too large: sending them in ${parts.length} batches.`,
    )
    queue.shrinkTo(batch.sizeBytes >> 1)
    queue.putBack(batch, parts)
    this.#parts.ledger.replaced(batch, parts)
  }
}

function noAnswer({ queue }: Sent): WireError {
  return new WireError(
    `The broker left ${queue.topic}-${queue.partition} out of its answer: expected one for every partition sent.`,
  )
}
