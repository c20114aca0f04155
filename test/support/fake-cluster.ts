import { BatchCursor } from '../../src/kafka/records/batch-cursor.ts'
import {
  array,
  int16,
  int32,
  nullableBytes,
  nullableString,
  string,
  struct,
} from '../../src/kafka/protocol/codec.ts'
import { ErrorCode } from '../../src/kafka/protocol/errors.ts'
import { metadataApi } from '../../src/kafka/protocol/metadata.ts'
import { produceApi } from '../../src/kafka/protocol/produce.ts'
import { initProducerIdApi } from '../../src/kafka/protocol/transactions.ts'
import { ZERO_UUID } from '../../src/kafka/protocol/codec.ts'
import { safeInt64, since, tagged } from '../../src/kafka/protocol/codec.ts'
import type { FakeAnswer, FakeApi, FakeRequest } from './fake-broker.ts'
import { answerOf, FakeBroker, readRequest } from './fake-broker.ts'

const produceRequestCodec = struct({
  transactionalId: nullableString,
  acks: int16,
  timeoutMs: int32,
  topics: array(
    struct({
      topic: string,
      partitions: array(struct({ partition: int32, records: nullableBytes })),
    }),
  ),
})

const produceResponseCodec = struct({
  topics: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          partition: int32,
          errorCode: int16,
          baseOffset: safeInt64,
          logAppendTimeMs: safeInt64,
          logStartOffset: safeInt64,
          recordErrors: since(8, array(struct({ at: int32, message: nullableString })), []),
          errorMessage: since(8, nullableString, null),
          currentLeader: tagged(0, 10, int32, -1),
        }),
      ),
    }),
  ),
  throttleTimeMs: int32,
})

/** One batch as it came. */
export interface SeenBatch {
  readonly partition: number
  readonly producerId: number
  readonly epoch: number
  readonly sequence: number
  readonly values: readonly string[]
  readonly bytes: Buffer
}

/**
 * What the broker does with a Produce request. `lose-answer` and `append-in-silence` append first, as does `append-and-babble`, which answers with what
 * is no answer; `silence` and `disconnect` do not. A number
 * is the error code for every partition, or those that the function names, which are not appended.
 */
export type ProduceFate =
  | 'append'
  | 'lose-answer'
  | 'append-in-silence'
  | 'append-and-babble'
  | 'silence'
  | 'disconnect'
  | number
  | ((batch: SeenBatch) => number)

interface ProducerState {
  epoch: number
  nextSequence: number
  recent: { sequence: number; count: number; offset: number }[]
}

/** The log of one partition, with the checks of a real one on producer ids, epochs and sequences (KIP-98). */
class FakePartition {
  readonly values: string[] = []
  readonly #producers = new Map<number, ProducerState>()
  #forgetful = false

  /** Refuses producers that it does not know, as brokers before 2.8 do once records of theirs have been deleted. */
  forgetProducers(): void {
    this.#producers.clear()
    this.#forgetful = true
  }

  append(batch: SeenBatch): { errorCode: number; baseOffset: number } {
    if (batch.producerId < 0) return this.#write(batch)
    const known = this.#producers.get(batch.producerId)
    if (known === undefined && this.#forgetful && batch.sequence > 0)
      return refused(ErrorCode.UNKNOWN_PRODUCER_ID)
    if (known !== undefined && batch.epoch < known.epoch)
      return refused(ErrorCode.INVALID_PRODUCER_EPOCH)
    // Whatever sequence an unknown producer begins with is the first.
    const first = known === undefined ? batch.sequence : 0
    const state =
      known?.epoch === batch.epoch ? known : { epoch: batch.epoch, nextSequence: first, recent: [] }
    const count = batch.values.length
    const same = state.recent.find((r) => r.sequence === batch.sequence && r.count === count)
    if (same !== undefined) return { errorCode: 0, baseOffset: same.offset }
    if (batch.sequence !== state.nextSequence)
      return refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
    this.#producers.set(batch.producerId, state)
    state.nextSequence = batch.sequence + count
    state.recent = [
      ...state.recent.slice(-4),
      { sequence: batch.sequence, count, offset: this.values.length },
    ]
    return this.#write(batch)
  }

  #write(batch: SeenBatch): { errorCode: number; baseOffset: number } {
    const baseOffset = this.values.length
    this.values.push(...batch.values)
    return { errorCode: 0, baseOffset }
  }
}

function refused(errorCode: number): { errorCode: number; baseOffset: number } {
  return { errorCode, baseOffset: -1 }
}

export interface FakeClusterOptions {
  readonly topic?: string
  readonly partitions?: number
  /** The fate of the Produce request numbered from 0. */
  readonly fate?: (n: number, batches: readonly SeenBatch[]) => ProduceFate
  /** Error codes of InitProducerId, one a request, before it works. */
  readonly initErrors?: number[]
  /** Error codes of the topic in Metadata, one a request, before it is there. */
  readonly topicErrors?: number[]
  readonly produceVersion?: number
  /** The most records of a batch; more are MESSAGE_TOO_LARGE. */
  readonly largest?: number
  /** Before an answer to Produce is sent. */
  readonly delayMs?: number
}

/** A cluster of one fake broker with one topic, enough for a producer. */
export class FakeCluster implements AsyncDisposable {
  readonly seen: SeenBatch[] = []
  readonly #options: FakeClusterOptions
  readonly #partitions: FakePartition[]
  #broker: FakeBroker | null = null
  #produced = 0

  private constructor(options: FakeClusterOptions) {
    this.#options = options
    this.#partitions = Array.from({ length: options.partitions ?? 1 }, () => new FakePartition())
  }

  static async start(options: FakeClusterOptions = {}): Promise<FakeCluster> {
    const cluster = new FakeCluster(options)
    cluster.#broker = await FakeBroker.start(cluster.#apis())
    return cluster
  }

  get broker(): FakeBroker {
    if (this.#broker === null) throw new Error('not started')
    return this.#broker
  }

  get bootstrapServers(): string {
    return `127.0.0.1:${this.broker.port}`
  }

  get topic(): string {
    return this.#options.topic ?? 't'
  }

  /** What lies in a partition's log. */
  log(partition = 0): readonly string[] {
    return this.#partitions[partition]?.values ?? []
  }

  /** A batch of a request that was long on its way gets there. */
  arrive(batch: SeenBatch): void {
    this.#partitions[batch.partition]?.append(batch)
  }

  /** Forgets every producer, as when retention has deleted all its records. */
  forgetProducers(): void {
    for (const partition of this.#partitions) partition.forgetProducers()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.broker[Symbol.asyncDispose]()
  }

  #apis(): FakeApi[] {
    const { produceVersion } = this.#options
    return [
      { api: metadataApi, handle: (request) => this.#metadata(request) },
      { api: initProducerIdApi, handle: (request) => this.#initProducerId(request) },
      {
        api: produceApi,
        ...(produceVersion !== undefined && { maxVersion: produceVersion }),
        handle: (request) => this.#produce(request),
      },
    ]
  }

  #metadata(request: FakeRequest): Buffer {
    const asked = readRequest(metadataApi.request, request, metadataApi)
    const errorCode = asked.topics?.length === 0 ? 0 : (this.#options.topicErrors?.shift() ?? 0)
    const partitions = this.#partitions.map((_, partitionIndex) => ({
      errorCode: 0,
      partitionIndex,
      leaderId: 1,
      leaderEpoch: 0,
      replicaNodes: [1],
      isrNodes: [1],
      offlineReplicas: [],
    }))
    const topics = (asked.topics ?? []).map(({ name }) => ({
      errorCode: name === this.topic ? errorCode : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      name,
      topicId: ZERO_UUID,
      isInternal: false,
      partitions: name === this.topic && errorCode === 0 ? partitions : [],
      topicAuthorizedOperations: 0,
    }))
    const body = {
      throttleTimeMs: 0,
      brokers: [{ nodeId: 1, host: '127.0.0.1', port: this.broker.port, rack: null }],
      clusterId: 'fake',
      controllerId: 1,
      topics,
      clusterAuthorizedOperations: 0,
      errorCode: 0,
    }
    return answerOf(metadataApi.response, body, request, metadataApi)
  }

  #initProducerId(request: FakeRequest): Buffer {
    const errorCode = this.#options.initErrors?.shift() ?? 0
    const body = { throttleTimeMs: 0, errorCode, producerId: 4711, producerEpoch: 0 }
    return answerOf(initProducerIdApi.response, body, request, initProducerIdApi)
  }

  async #produce(request: FakeRequest): Promise<FakeAnswer> {
    const { acks, topics } = readRequest(produceRequestCodec, request, produceApi)
    const batches = topics.flatMap(({ partitions }) =>
      partitions.map(({ partition, records }) => parseBatch(partition, records ?? Buffer.alloc(0))),
    )
    this.seen.push(...batches)
    const fate = this.#options.fate?.(this.#produced++, batches) ?? 'append'
    if (this.#options.delayMs !== undefined) await sleep(this.#options.delayMs)
    if (fate === 'disconnect' || fate === 'silence') return fate
    const results = batches.map((batch) => ({ batch, ...this.#apply(batch, fate) }))
    if (fate === 'lose-answer') return 'disconnect'
    if (fate === 'append-in-silence') return 'silence'
    if (fate === 'append-and-babble') {
      request.socket.write('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return 'silence'
    }
    if (acks === 0) return 'none'
    const partitions = results.map(({ batch, errorCode, baseOffset }) => ({
      partition: batch.partition,
      errorCode,
      baseOffset,
      logAppendTimeMs: -1,
      logStartOffset: 0,
      recordErrors: [],
      errorMessage: null,
      currentLeader: -1,
    }))
    const body = { topics: [{ topic: this.topic, partitions }], throttleTimeMs: 0 }
    return answerOf(produceResponseCodec, body, request, produceApi)
  }

  #apply(batch: SeenBatch, fate: ProduceFate): { errorCode: number; baseOffset: number } {
    const code = typeof fate === 'function' ? fate(batch) : fate
    if (typeof code === 'number' && code !== 0) return refused(code)
    const { largest = Infinity } = this.#options
    if (batch.values.length > largest) return refused(ErrorCode.MESSAGE_TOO_LARGE)
    const log = this.#partitions[batch.partition]
    return log?.append(batch) ?? refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  }
}

function parseBatch(partition: number, bytes: Buffer): SeenBatch {
  const cursor = new BatchCursor()
  if (!cursor.open(bytes, 0, bytes.length, true)) throw new Error('a batch that is cut off')
  const values: string[] = []
  while (cursor.advance()) values.push(cursor.value()?.toString() ?? '')
  return {
    partition,
    producerId: cursor.producerId,
    epoch: bytes.readInt16BE(51),
    sequence: bytes.readInt32BE(53),
    values,
    bytes,
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
