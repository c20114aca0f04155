import { setMaxListeners } from 'node:events'
import { asError } from '../../errors/connect-error.ts'
import { abortable, delay, isAbortOf } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { WireError } from '../protocol/wire-error.ts'
import { backoffMs } from './backoff.ts'
import type { ClientOptions } from './client-options.ts'
import { Connection } from './connection.ts'
import { ClientClosedError, GarbledAnswerError } from './errors.ts'
import type { FramePool } from './frame-pool.ts'
import type { HostPort } from './socket.ts'
import { askVersions } from './versions.ts'

const log = createLogger('org.apache.kafka.clients.NetworkClient')

/** Failures to connect to one address since it last worked, and when it may be tried again. */
interface Outage {
  failures: number
  /** Of `performance.now()`. */
  until: number
}

/**
 * The connections of one client, one for each (address, purpose): what must not wait for something else (a
 * JoinGroup holds up all that is behind it) has a purpose of its own. Reconnects with a growing pause.
 */
export class BrokerPool {
  readonly #options: ClientOptions
  readonly #frames: FramePool
  readonly #open = new Map<string, Connection>()
  readonly #opening = new Map<string, Promise<Connection>>()
  readonly #outages = new Map<string, Outage>()
  /** Addresses of which it is known that a broker listens there. */
  readonly #understood = new Set<string>()
  readonly #closing = new AbortController()

  constructor(options: ClientOptions, frames: FramePool) {
    this.#options = options
    this.#frames = frames
    // Every connection being opened listens to it.
    setMaxListeners(0, this.#closing.signal)
  }

  /** The open connection to `address` for `purpose`, where there is one. */
  opened(address: HostPort, purpose: string): Connection | undefined {
    return this.#open.get(keyOf(address, purpose))
  }

  /** Any open connection for `purpose`. */
  anyOpened(purpose: string): Connection | undefined {
    const end = suffixOf(purpose)
    for (const [key, connection] of this.#open) if (key.endsWith(end)) return connection
    return undefined
  }

  /** Whether connecting to `address` failed a moment ago, so that it would be waited for first. */
  inOutage(address: HostPort): boolean {
    return (this.#outages.get(labelOf(address))?.until ?? 0) > performance.now()
  }

  /** Connects where there is no connection yet; after failures not before their pause is over. */
  async connection(address: HostPort, purpose: string, signal: AbortSignal): Promise<Connection> {
    const key = keyOf(address, purpose)
    const open = this.#open.get(key)
    if (open !== undefined) return open
    let opening = this.#opening.get(key)
    if (opening === undefined) {
      opening = this.#connect(address, key).finally(() => this.#opening.delete(key))
      this.#opening.set(key, opening)
    }
    return abortable(opening, signal)
  }

  /** Closes every connection; what is in flight is rejected. */
  close(): void {
    const reason = new ClientClosedError('The Kafka client is closed.')
    this.#closing.abort(reason)
    for (const connection of [...this.#open.values()]) connection.close(reason)
  }

  async #connect(address: HostPort, key: string): Promise<Connection> {
    const { signal } = this.#closing
    signal.throwIfAborted()
    const outage = this.#outages.get(labelOf(address))
    if (outage !== undefined) await delay(Math.max(outage.until - performance.now(), 0), signal)
    try {
      const connection = await this.#handshake(address)
      this.#outages.delete(labelOf(address))
      this.#understood.add(labelOf(address))
      this.#open.set(key, connection)
      connection.onClose = (reason) => {
        this.#open.delete(key)
        if (!signal.aborted) log.info(`Connection closed: ${reason.message}`)
      }
      return connection
    } catch (error) {
      if (isAbortOf(signal, error)) throw error
      this.#failed(address, error)
      throw this.#told(address, error)
    }
  }

  /** Who cannot be understood is asked a second time, and a broker again and again; what else listens there is an error. */
  #told(address: HostPort, error: unknown): unknown {
    const label = labelOf(address)
    const mayWork = this.#understood.has(label) || this.#outages.get(label)?.failures === 1
    return error instanceof WireError && mayWork ? new GarbledAnswerError(error) : error
  }

  async #handshake(address: HostPort): Promise<Connection> {
    const { signal } = this.#closing
    const connection = await Connection.open(
      { ...this.#options, address, frames: this.#frames },
      signal,
    )
    try {
      connection.setVersions(await askVersions((request) => connection.send(request, signal)))
      await this.#options.authenticate?.(connection, signal)
    } catch (error) {
      connection.close(asError(error))
      throw error
    }
    if (connection.closed) throw connection.reason
    return connection
  }

  #failed(address: HostPort, error: unknown): void {
    const label = labelOf(address)
    const failures = (this.#outages.get(label)?.failures ?? 0) + 1
    const until = performance.now() + backoffMs(this.#options.reconnectBackoff, failures)
    this.#outages.set(label, { failures, until })
    const message = `Connection to ${label} could not be established: ${asError(error).message}`
    if (failures === 1) log.warn(message)
    else log.debug(message)
  }
}

function keyOf(address: HostPort, purpose: string): string {
  return labelOf(address) + suffixOf(purpose)
}

function suffixOf(purpose: string): string {
  return ` ${purpose}`
}

export function labelOf(address: HostPort): string {
  return address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`
}
