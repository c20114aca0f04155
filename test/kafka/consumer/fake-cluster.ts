import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { DisconnectError } from '../../../src/kafka/net/errors.ts'
import { FramePool } from '../../../src/kafka/net/frame-pool.ts'
import type { WireRequest } from '../../../src/kafka/protocol/api.ts'
import { decodeBody, encodeBody } from '../../../src/kafka/protocol/api.ts'
import type { ValueOf } from '../../../src/kafka/protocol/codec.ts'
import { ByteReader } from '../../../src/kafka/protocol/byte-reader.ts'
import { fetchApi } from '../../../src/kafka/protocol/fetch.ts'
import { abortable } from '../../../src/util/abort.ts'

/** By partition: the records of an answer, its error code, or the replica to read from instead. */
type Answer = Readonly<Record<number, Buffer | number | { readonly replica: number }>>

interface InFlight {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/** Brokers that are asked for one topic, `orders`, and answer when they are told to, through the real bytes. */
export class FakeCluster {
  /** Who leads a partition; broker 1 where it is not said, null for no one. */
  readonly leaders = new Map<number, number | null>()
  readonly invalidated: string[] = []
  /** Of every leader. */
  leaderEpoch = 4
  /** Brokers that the metadata does not have. */
  readonly gone = new Set<number>()
  /** Brokers whose connection is still being opened. */
  readonly opening = new Set<number>()
  /** The fetches, whole. */
  readonly requests: ValueOf<typeof fetchApi.request>[] = []
  readonly #inFlight = new Map<number, InFlight>()
  #asked: (readonly [number, Record<number, number>])[] = []

  /** As much of a client as a fetcher uses. */
  readonly client = {
    options: {
      retryBackoff: { firstMs: 100, maxMs: 1000 },
      requestTimeoutMs: 30_000,
      metadataMaxAgeMs: 300_000,
    },
    frames: new FramePool(),
    metadata: {
      leader: (_topic: string, partition: number) => {
        const leaderId = this.leaders.has(partition) ? this.leaders.get(partition) : 1
        return leaderId == null ? undefined : { leaderId, leaderEpoch: this.leaderEpoch }
      },
      invalidate: (topic: string) => this.invalidated.push(topic),
      invalidateNode: () => undefined,
      node: (id: number) => (this.gone.has(id) ? undefined : { host: 'localhost', port: 9092 }),
    },
    opened: (broker: number) =>
      this.opening.has(broker)
        ? undefined
        : { close: () => this.#inFlight.has(broker) && this.fail(broker, closed()) },
    send: <R>(broker: number, _purpose: string, request: WireRequest<R>, signal: AbortSignal) =>
      abortable(this.#send(broker, request), signal),
  } as unknown as KafkaClient

  /** Who was asked for which offset of which partition, since the last time this was called. */
  asked(): readonly (readonly [number, Record<number, number>])[] {
    const asked = this.#asked
    this.#asked = []
    return asked
  }

  answer(broker: number, answer: Answer): void {
    this.#take(broker).resolve(answer)
  }

  fail(broker: number, error: Error): void {
    this.#take(broker).reject(error)
  }

  #take(broker: number): InFlight {
    const found = this.#inFlight.get(broker)
    if (!found) throw new Error(`nothing was asked of broker ${broker}`)
    this.#inFlight.delete(broker)
    return found
  }

  async #send<R>(broker: number, request: WireRequest<R>): Promise<R> {
    if (this.#inFlight.has(broker)) throw new Error(`broker ${broker} was asked twice at a time`)
    const version = fetchApi.maxVersion
    const bytes = Buffer.concat(request.encode(version))
    const body = decodeBody(fetchApi, fetchApi.request, new ByteReader(bytes), version)
    this.requests.push(body)
    const offsets = body.topics[0]?.partitions.map((each) => [each.partition, each.fetchOffset])
    this.#asked.push([broker, Object.fromEntries(offsets ?? []) as Record<number, number>])
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#inFlight.set(broker, { resolve, reject })
    })
    return request.decode(new ByteReader(encoded(answer)), version)
  }
}

function closed(): DisconnectError {
  return new DisconnectError('closed by us')
}

function encoded(answer: Answer): Buffer {
  const partitions = Object.entries(answer).map(([partition, said]) => ({
    partition: Number(partition),
    errorCode: typeof said === 'number' ? said : 0,
    highWatermark: 1000,
    lastStableOffset: 1000,
    logStartOffset: 0,
    divergingEpoch: { epoch: -1, endOffset: -1 },
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
    abortedTransactions: null,
    preferredReadReplica: typeof said === 'object' && 'replica' in said ? said.replica : -1,
    records: Buffer.isBuffer(said) ? said : null,
  }))
  const body = { throttleTimeMs: 0, errorCode: 0, sessionId: 0 }
  const topics = [{ topic: 'orders', partitions }]
  const { response, maxVersion } = fetchApi
  return Buffer.from(encodeBody(fetchApi, response, { ...body, topics }, maxVersion))
}
