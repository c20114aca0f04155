import { asError, isRetriable } from '../../errors/connect-error.ts'
import { createLogger } from '../../util/logger.ts'
import { backoffMs } from '../net/backoff.ts'
import type { KafkaClient } from '../net/client.ts'
import { brokerError, ErrorCode, isStaleMetadata } from '../protocol/errors.ts'
import type { FetchResponse } from '../protocol/fetch.ts'
import { CorruptRecordError, UnsupportedRecordFormatError } from '../records/errors.ts'
import { partitionText } from '../topic-partitions.ts'
import type { ConsumerOptions } from './consumer-options.ts'
import { OffsetOutOfRangeError } from './errors.ts'
import { FetchedChunk } from './fetched-chunk.ts'
import type { FrameLease } from './frame-lease.ts'
import { isLookup } from './offset-reset.ts'
import type { PartitionState } from './partition-state.ts'
import { readRecordSet } from './record-set.ts'

const log = createLogger('org.apache.kafka.clients.consumer.internals.Fetcher')

type PartitionAnswer = FetchResponse['topics'][number]['partitions'][number]

/** A partition as it was asked for: the answer counts only where it still stands like that. */
export interface Asked {
  readonly state: PartitionState
  readonly offset: number
}

export interface FetchAnswersParts {
  readonly client: KafkaClient
  readonly options: ConsumerOptions
  /** Whether the partition is still one to fetch. */
  readonly isAssigned: (state: PartitionState) => boolean
  /** Takes what no fetching again helps against. */
  readonly raise: (error: Error) => void
}

/** Makes chunks of what brokers answer, and of their errors what is to be done about each partition. */
export class FetchAnswers {
  readonly #parts: FetchAnswersParts

  constructor(parts: FetchAnswersParts) {
    this.#parts = parts
  }

  /** What the answer brought for those that still stand as they were asked. Throws where it is an error as a whole. */
  chunksOf(answer: FetchResponse, asked: readonly Asked[], lease: FrameLease): FetchedChunk[] {
    if (answer.errorCode !== ErrorCode.NONE) throw brokerError(answer.errorCode, 'Cannot fetch')
    const byPartition = new Map(asked.map((each) => [partitionText(each.state), each]))
    const chunks: FetchedChunk[] = []
    for (const { topic, partitions } of answer.topics) {
      for (const each of partitions) {
        const found = byPartition.get(partitionText({ topic, partition: each.partition }))
        const chunk = found && this.#stands(found) && this.#chunkOf(each, found.state, lease)
        if (chunk) chunks.push(chunk)
      }
    }
    return chunks
  }

  /** Whether the partition is still assigned and still wants what it was asked for. */
  #stands({ state, offset }: Asked): boolean {
    const isKnown = state.position !== null && !state.needsValidation
    return isKnown && state.fetchOffset === offset && this.#parts.isAssigned(state)
  }

  #chunkOf(answer: PartitionAnswer, state: PartitionState, lease: FrameLease): FetchedChunk | null {
    if (answer.errorCode !== ErrorCode.NONE) {
      this.#refused(state, answer.errorCode)
      return null
    }
    state.failures = 0
    const { records, abortedTransactions, preferredReadReplica } = answer
    const { client, options } = this.#parts
    const { checkCrcs, isolationLevel } = options
    if (preferredReadReplica >= 0) {
      state.readFrom(preferredReadReplica, client.options.metadataMaxAgeMs)
    }
    state.endOffset = isolationLevel === 1 ? answer.lastStableOffset : answer.highWatermark
    if (records === null || records.length === 0) return null
    const aborted = isolationLevel === 1 ? (abortedTransactions ?? []) : null
    try {
      const set = readRecordSet(records, state.fetchOffset, aborted)
      if (set.nextOffset === state.fetchOffset) throw noWholeBatch(state, records.length)
      const chunk = new FetchedChunk(state, records, set, lease, checkCrcs)
      state.fetchOffset = set.nextOffset
      return chunk
    } catch (error) {
      this.#pause(state)
      this.#parts.raise(unreadable(state, asError(error)))
      return null
    }
  }

  #refused(state: PartitionState, code: number): void {
    const { client, raise } = this.#parts
    const what = `Cannot fetch ${partitionText(state)} from offset ${state.fetchOffset}`
    const isStale = isStaleMetadata(code) || code === ErrorCode.OFFSET_NOT_AVAILABLE
    // A replica that is behind or does not have it is no reason to doubt the leader (KIP-392).
    const wasNear = (isStale || code === ErrorCode.OFFSET_OUT_OF_RANGE) && state.readFromLeader()
    if (code === ErrorCode.OFFSET_OUT_OF_RANGE && wasNear) return
    this.#pause(state)
    if (code === ErrorCode.OFFSET_OUT_OF_RANGE) this.#outOfRange(state, what)
    else if (code === ErrorCode.CORRUPT_MESSAGE) raise(corrupt(state))
    else if (isStale) client.metadata.invalidate(state.topic)
    else {
      const error = brokerError(code, what)
      if (isRetriable(error) || code === ErrorCode.UNKNOWN_SERVER_ERROR) log.warn(error.message)
      else raise(error)
    }
  }

  #outOfRange(state: PartitionState, what: string): void {
    // What is buffered before it is handed out first.
    if (state.chunks.length > 0) return
    const { autoOffsetReset: reset } = this.#parts.options
    if (isLookup(reset)) {
      log.info(`${what}: it is out of range. Going on as auto.offset.reset=${reset.text} says.`)
      state.reset(reset)
    } else this.#parts.raise(outOfRange(state))
  }

  #pause(state: PartitionState): void {
    const { retryBackoff } = this.#parts.client.options
    state.retryAt = performance.now() + backoffMs(retryBackoff, ++state.failures)
  }
}

function outOfRange(state: PartitionState): OffsetOutOfRangeError {
  const where = `${partitionText(state)}=${state.fetchOffset}`
  return new OffsetOutOfRangeError(
    `Offsets out of range with no configured reset policy for partitions: {${where}}. ` +
      'The log has no such offset (any more), and auto.offset.reset is none: set it to earliest or latest, ' +
      'or commit an offset that the log has.',
  )
}

function corrupt(state: PartitionState): CorruptRecordError {
  return new CorruptRecordError(
    `Encountered corrupt message when fetching offset ${state.fetchOffset} for topic-partition ${partitionText(state)}: ` +
      'the broker cannot read it from its disk. Have another replica lead the partition, or commit an offset behind it.',
  )
}

/** Says where it was: a batch knows its offset alone. */
function unreadable(state: PartitionState, cause: Error): Error {
  const message = `Cannot read ${partitionText(state)}: ${cause.message}`
  return cause instanceof UnsupportedRecordFormatError
    ? new UnsupportedRecordFormatError(message, { cause })
    : new CorruptRecordError(message, { cause })
}

function noWholeBatch(state: PartitionState, bytes: number): CorruptRecordError {
  return new CorruptRecordError(
    `Found no whole batch in ${bytes} bytes at offset ${state.fetchOffset}: ` +
      'the broker is expected to send at least one.',
  )
}
