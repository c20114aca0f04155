import type { TopicPartition } from '../../api/topic-partition.ts'
import { brokerError, ErrorCode, isRetriableCode, isStaleMetadata } from '../protocol/errors.ts'
import type { ProduceResponse } from '../protocol/produce.ts'
import type { ProducerBatch } from './producer-batch.ts'

/** A batch that was sent, and the queue it is from. */
export interface SentBatch<Q extends TopicPartition = TopicPartition> {
  readonly queue: Q
  readonly batch: ProducerBatch
}

/** What is to be done with a batch after an answer. */
export type Verdict =
  | { readonly kind: 'acknowledged'; readonly baseOffset: number }
  /** Send the same bytes again, after a pause, or after fresh metadata. */
  | { readonly kind: 'retry'; readonly staleMetadata: boolean; readonly error: Error }
  /** The broker expects another sequence: retry, after beginning again if the batch was the next one. */
  | { readonly kind: 'sequence'; readonly error: Error }
  /** The epoch is not good any more: begin again, then retry. */
  | { readonly kind: 'epoch'; readonly error: Error }
  | { readonly kind: 'split' }
  | { readonly kind: 'failed'; readonly error: Error }

export type PartitionAnswer = ProduceResponse['topics'][number]['partitions'][number]

/** The answer for each partition, by topic and number. */
export function answersByPartition(
  response: ProduceResponse,
): (partition: TopicPartition) => PartitionAnswer | undefined {
  const byTopic = new Map(response.topics.map(({ topic, partitions }) => [topic, partitions]))
  return ({ topic, partition }) =>
    byTopic.get(topic)?.find((answer) => answer.partition === partition)
}

/** The rules of an idempotent producer, by error code (KIP-98, KIP-360). */
export function verdictOn({ queue, batch }: SentBatch, answer: PartitionAnswer): Verdict {
  const { errorCode } = answer
  const errorOf = (): Error =>
    brokerError(errorCode, `Cannot write to ${queue.topic}-${queue.partition}`, answer.errorMessage)
  switch (errorCode) {
    case ErrorCode.NONE:
    case ErrorCode.DUPLICATE_SEQUENCE_NUMBER: // in the log since an attempt whose answer was lost
      return { kind: 'acknowledged', baseOffset: answer.baseOffset }
    case ErrorCode.MESSAGE_TOO_LARGE:
    case ErrorCode.RECORD_LIST_TOO_LARGE:
      if (batch.recordCount > 1) return { kind: 'split' }
      return { kind: 'failed', error: errorOf() }
    case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
    case ErrorCode.UNKNOWN_PRODUCER_ID:
      return { kind: 'sequence', error: errorOf() }
    case ErrorCode.INVALID_PRODUCER_EPOCH:
      return { kind: 'epoch', error: errorOf() }
    default:
      if (!isRetriableCode(errorCode)) return { kind: 'failed', error: errorOf() }
      return { kind: 'retry', staleMetadata: isStaleMetadata(errorCode), error: errorOf() }
  }
}
