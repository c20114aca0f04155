import { asError, isRetriable } from '../../errors/connect-error.ts'
import type { WireRequest } from '../protocol/api.ts'
import { WireError } from '../protocol/wire-error.ts'
import { BrokerPool, labelOf } from './broker-pool.ts'
import type { ClientOptions } from './client-options.ts'
import type { Connection } from './connection.ts'
import { Coordinators } from './coordinators.ts'
import {
  ClientClosedError,
  DisconnectError,
  GarbledAnswerError,
  UnreachableError,
} from './errors.ts'
import { FramePool } from './frame-pool.ts'
import { ClusterMetadata } from './metadata.ts'
import type { HostPort } from './socket.ts'

/** A broker by its id in the metadata, or any of the cluster. */
export type Destination = number | 'any'

/**
 * What producer, consumers and groups of one thread send their requests through: connections by (broker, purpose),
 * the metadata of the cluster, and the coordinators of groups and transactions. Opens nothing until it is used and
 * has no timer while nothing is in flight.
 *
 * `send` tries once: its rejection is retriable (`isRetriable`) where the same may work later, and a response with an
 * error code is a response. Who retries waits by `options.retryBackoff` and asks `metadata` or `coordinators` again.
 */
export class KafkaClient {
  readonly options: ClientOptions
  /** Buffers of fetched frames, to give back to. */
  readonly frames = new FramePool()
  readonly metadata: ClusterMetadata
  readonly coordinators: Coordinators
  readonly #pool: BrokerPool
  #closed = false

  constructor(options: ClientOptions) {
    this.options = options
    this.#pool = new BrokerPool(options, this.frames)
    const sendAny = <R>(request: WireRequest<R>, signal: AbortSignal): Promise<R> =>
      this.send('any', 'meta', request, signal)
    this.metadata = new ClusterMetadata(options, sendAny, () =>
      this.#pool.disconnectAll(
        new DisconnectError('The client begins again at its bootstrap servers.'),
      ),
    )
    this.coordinators = new Coordinators(options, this.metadata, sendAny)
  }

  /** Sends `request` on the connection for `purpose`, which is opened where there is none. */
  async send<R>(
    to: Destination,
    purpose: string,
    request: WireRequest<R>,
    signal: AbortSignal,
  ): Promise<R> {
    const connection = await this.connect(to, purpose, signal)
    return connection.send(request, signal)
  }

  /** The connection itself, for who sends several requests that must keep their order. */
  async connect(to: Destination, purpose: string, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted()
    if (this.#closed) throw new ClientClosedError('The Kafka client is closed.')
    if (to === 'any') return this.#connectAny(purpose, signal)
    return this.#pool.connection(this.#addressOf(to), purpose, signal)
  }

  /** The connection to broker `to` for `purpose`, where it is open. */
  opened(to: number, purpose: string): Connection | undefined {
    const address = this.metadata.node(to)
    return address && this.#pool.opened(address, purpose)
  }

  /** Closes every connection. What is in flight or waits is rejected; the client cannot be used again. */
  async close(): Promise<void> {
    this.#closed = true
    this.#pool.close()
    await this.metadata.close()
  }

  #addressOf(nodeId: number): HostPort {
    const address = this.metadata.node(nodeId)
    if (address !== undefined) return address
    throw new DisconnectError(`Broker ${nodeId} is not in the metadata of the cluster (any more).`)
  }

  /** An open connection first, then the brokers that are known, then the bootstrap servers: where all fails, from anew. */
  async #connectAny(purpose: string, signal: AbortSignal): Promise<Connection> {
    const open = this.#pool.anyOpened(purpose)
    if (open !== undefined) return open
    const candidates = await this.#candidates(signal)
    const failures: unknown[] = []
    for (const address of candidates) {
      try {
        return await this.#pool.connection(address, purpose, signal)
      } catch (error) {
        signal.throwIfAborted()
        // What another broker would not believe or understand either is told as it is.
        if (this.#closed || !isRetriable(error)) throw error
        failures.push(error)
      }
    }
    const error = this.#unreachable(failures.at(-1))
    const isGarbled = failures.every((failure) => failure instanceof GarbledAnswerError)
    // A worker that is started with the wrong ports should end, and not wait for them to become others.
    throw isGarbled && this.#pool.isNone(candidates)
      ? new WireError(error.message, { cause: error })
      : error
  }

  /** Those that work first; of those that do not, each waits for its pause. */
  async #candidates(signal: AbortSignal): Promise<HostPort[]> {
    const all = new Map<string, HostPort>()
    const nodes = shuffled(this.metadata.nodes())
    const mayBegin = nodes.length === 0 || this.options.recovery.strategy === 'rebootstrap'
    const servers = mayBegin ? await this.#pool.bootstrapServers(signal) : []
    for (const address of [...nodes, ...shuffled(servers)]) all.set(labelOf(address), address)
    return this.#pool.inOrder([...all.values()])
  }

  #unreachable(cause: unknown): UnreachableError {
    const servers = this.options.bootstrapServers.map(labelOf).join(', ')
    return new UnreachableError(
      `Cannot reach any of the bootstrap servers ${servers}: ${asError(cause).message} ` +
        'Check bootstrap.servers, and that the brokers run and listen there.',
      { cause },
    )
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const all = [...items]
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const [a, b] = [all[i], all[j]]
    if (a !== undefined && b !== undefined) [all[i], all[j]] = [b, a]
  }
  return all
}
