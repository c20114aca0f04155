import type { KafkaClient } from '../net/client.ts'
import type { Connection } from '../net/connection.ts'
import type { ClientMeter } from '../types.ts'
import { produceRequest } from '../protocol/produce.ts'
import type { ProducePartition, ProduceResponse } from '../protocol/produce.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { SentBatch } from './produce-results.ts'
import type { ProducerConfig } from './producer-config.ts'

export type Sent = SentBatch<PartitionQueue>

/** Whom a lane tells. */
export interface LaneOwner {
  /** Highest version of Produce; the protocol's own where it is undefined. */
  readonly produceMaxVersion: number | undefined
  /** The lane may take requests again: it is connected, or an answer came, or the socket has drained. */
  ready(lane: BrokerLane): void
  unreachable(lane: BrokerLane, error: unknown): void
  answered(lane: BrokerLane, sent: readonly Sent[], response: ProduceResponse): void
  /** No answer: what was sent may be in the log or not. */
  unanswered(lane: BrokerLane, sent: readonly Sent[], error: unknown): void
}

/** The way to one broker: one connection of its own, and the Produce requests on it that are not answered. */
export class BrokerLane {
  readonly nodeId: number
  /** Requests sent and not answered. */
  inFlight = 0
  /** Since when of `performance.now()` it was asked for in vain; undefined while it takes requests, and once it has answered. */
  shutSince: number | undefined
  readonly #client: KafkaClient
  readonly #config: ProducerConfig
  readonly #owner: LaneOwner
  #connection: Connection | null = null
  #connecting = false

  constructor(nodeId: number, client: KafkaClient, config: ProducerConfig, owner: LaneOwner) {
    this.nodeId = nodeId
    this.#client = client
    this.#config = config
    this.#owner = owner
  }

  /** Whether a request may be sent now. Where there is no connection, one is opened, and `ready` is told then. */
  open(signal: AbortSignal): boolean {
    const isOpen = this.#isOpen(signal)
    this.shutSince = isOpen ? undefined : (this.shutSince ?? performance.now())
    return isOpen
  }

  /** Sends these batches in one request, of each partition one. To be called when {@link open} only. */
  send(sent: readonly Sent[]): void {
    const connection = this.#connection
    if (connection === null) return
    const { acks, transactionalId } = this.#config
    const maxVersion = this.#owner.produceMaxVersion
    const request = produceRequest({
      transactionalId,
      ...(maxVersion !== undefined && { maxVersion }),
      acks,
      brokerTimeoutMs: this.#client.options.requestTimeoutMs,
      topics: byTopic(sent),
    })
    this.inFlight++
    countSent(sent, this.#client.options.meter)
    connection.send(request).then(
      (response) => {
        this.inFlight--
        this.shutSince = undefined
        this.#owner.answered(this, sent, response)
      },
      (error: unknown) => {
        this.inFlight--
        this.#owner.unanswered(this, sent, error)
      },
    )
  }

  #isOpen(signal: AbortSignal): boolean {
    if (this.inFlight >= this.#config.maxInFlight) return false
    if (this.#connection !== null && !this.#connection.closed) return this.#connection.writable
    this.#connection = null
    if (!this.#connecting) void this.#connect(signal)
    return false
  }

  async #connect(signal: AbortSignal): Promise<void> {
    this.#connecting = true
    try {
      this.#connection = await this.#client.connect(this.nodeId, 'produce', signal)
      this.#connection.onDrain = () => this.#owner.ready(this)
    } catch (error) {
      this.#connecting = false
      this.#owner.unreachable(this, error)
      return
    }
    this.#connecting = false
    this.#owner.ready(this)
  }
}

function countSent(sent: readonly Sent[], meter: ClientMeter | undefined): void {
  if (meter === undefined) return
  meter.add('batchesSent', sent.length)
  for (const { batch } of sent) {
    meter.add('recordsSent', batch.recordCount)
    meter.add('batchBytesSent', batch.sizeBytes)
  }
}

function byTopic(
  sent: readonly Sent[],
): { readonly topic: string; readonly partitions: readonly ProducePartition[] }[] {
  const topics = new Map<string, ProducePartition[]>()
  for (const { queue, batch } of sent) {
    const { topic, partition } = queue
    const entry = { partition, records: [batch.bytes] }
    const partitions = topics.get(topic)
    if (partitions === undefined) topics.set(topic, [entry])
    else partitions.push(entry)
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}
