import { setMaxListeners } from 'node:events'
import { asError, isRetriable } from '../../errors/connect-error.ts'
import { abortable, delay, isAbortOf } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { backoffMs } from './backoff.ts'
import type { ClientOptions } from './client-options.ts'
import { Connection } from './connection.ts'
import { ClientClosedError, DisconnectError, RequestTimeoutError } from './errors.ts'
import type { FramePool } from './frame-pool.ts'
import { HostAddresses } from './host-addresses.ts'
import { IdleSweep } from './idle-sweep.ts'
import { Outages } from './outages.ts'
import type { HostPort, SocketTarget } from './socket.ts'
import { askVersions } from './versions.ts'

const log = createLogger('org.apache.kafka.clients.NetworkClient')

/** Less may be chance: a few answers that were damaged on their way, one after the other. */
const enoughFailures = 5

/**
 * The connections of one client, one for each (address, purpose): what must not wait for something else (a
 * JoinGroup holds up all that is behind it) has a purpose of its own. Reconnects with a growing pause.
 */
export class BrokerPool {
  readonly #options: ClientOptions
  readonly #frames: FramePool
  readonly #open = new Map<string, Connection>()
  readonly #opening = new Map<string, Promise<Connection>>()
  readonly #outages: Outages
  readonly #addresses: HostAddresses
  readonly #idle: IdleSweep
  readonly #closing = new AbortController()
  #hasUnderstood = false

  constructor(options: ClientOptions, frames: FramePool) {
    this.#options = options
    this.#frames = frames
    this.#outages = new Outages(options.reconnectBackoff)
    this.#addresses = new HostAddresses(options.resolver)
    this.#idle = new IdleSweep(
      options.maxIdleMs,
      () => this.#open.values(),
      () => new DisconnectError(`Not used for ${options.maxIdleMs} ms (connections.max.idle.ms).`),
    )
    // Every connection being opened listens to it.
    setMaxListeners(0, this.#closing.signal)
  }

  /** Whether `addresses` have been asked again and again, and neither they nor any other has ever said anything that a broker says. */
  isNone(addresses: readonly HostPort[]): boolean {
    if (this.#hasUnderstood) return false
    return addresses.every((address) => this.#outages.failures(labelOf(address)) >= enoughFailures)
  }

  /** The open connection to `address` for `purpose`, where there is one. */
  opened(address: HostPort, purpose: string): Connection | undefined {
    return this.#open.get(keyOf(address, purpose))
  }

  /** An open connection for `purpose` to a broker that has not left anything unanswered lately. */
  anyOpened(purpose: string): Connection | undefined {
    const end = suffixOf(purpose)
    let best: Connection | undefined
    for (const [key, connection] of this.#open) {
      if (!key.endsWith(end) || this.#outages.failures(labelOf(connection.address)) > 0) continue
      if (best === undefined || connection.inFlight < best.inFlight) best = connection
    }
    return best
  }

  /** `addresses` with those first that have failed least since they last worked. */
  inOrder(addresses: readonly HostPort[]): HostPort[] {
    const failures = (address: HostPort): number => this.#outages.failures(labelOf(address))
    return [...addresses].sort((a, b) => failures(a) - failures(b))
  }

  /** Where to begin, as `client.dns.lookup` says. */
  async bootstrapServers(signal: AbortSignal): Promise<readonly HostPort[]> {
    const { bootstrapServers, dnsLookup } = this.#options
    if (dnsLookup === 'use_all_dns_ips') return bootstrapServers
    return this.#addresses.canonical(bootstrapServers, signal)
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

  /** Ends every connection; what is in flight is rejected with `reason`. New ones may be opened. */
  disconnectAll(reason: Error): void {
    for (const connection of [...this.#open.values()]) connection.close(reason)
  }

  /** Closes every connection; what is in flight is rejected. */
  close(): void {
    const reason = new ClientClosedError('The Kafka client is closed.')
    this.#closing.abort(reason)
    this.#idle.end()
    this.disconnectAll(reason)
  }

  async #connect(address: HostPort, key: string): Promise<Connection> {
    const { signal } = this.#closing
    signal.throwIfAborted()
    const label = labelOf(address)
    const pause = this.#outages.pauseMs(label)
    if (pause > 0) await delay(pause, signal)
    try {
      const connection = await this.#handshakeWithAny(address)
      this.#outages.worked(label)
      this.#hasUnderstood = true
      this.#open.set(key, connection)
      this.#idle.opened()
      connection.onClose = (reason) => this.#ended(key, label, reason)
      return connection
    } catch (error) {
      if (!isAbortOf(signal, error)) this.#failed(label, error)
      throw error
    }
  }

  /** Tries the addresses of the host one after another, but what another one would not help against is told at once. */
  async #handshakeWithAny(address: HostPort): Promise<Connection> {
    const { signal } = this.#closing
    const { host } = address
    let failure: unknown
    for (const ip of await this.#addresses.of(address, signal)) {
      try {
        const connection = await this.#handshake({ ...address, ip })
        this.#addresses.worked(host, ip)
        return connection
      } catch (error) {
        this.#addresses.failed(host, ip)
        if (signal.aborted || !isRetriable(error)) throw error
        failure = error
      }
    }
    throw failure
  }

  async #handshake(address: SocketTarget): Promise<Connection> {
    const { signal } = this.#closing
    const setupTimeoutMs = this.#setupTimeoutMs(labelOf(address))
    const connection = await Connection.open(
      { ...this.#options, setupTimeoutMs, address, frames: this.#frames },
      signal,
    )
    try {
      // A frozen process still takes connections: its kernel does. What it speaks it does not say.
      const timeoutMs = Math.min(this.#options.requestTimeoutMs, setupTimeoutMs)
      const spoken = await askVersions((request) =>
        connection.send({ ...request, timeoutMs }, signal),
      )
      connection.setVersions(spoken)
      await this.#options.authenticate?.(connection, signal)
    } catch (error) {
      connection.close(asError(error))
      throw error
    }
    if (connection.closed) throw connection.reason
    return connection
  }

  /** Grows with the failures, so that a broker that is merely slow is reached in the end. */
  #setupTimeoutMs(label: string): number {
    const { setupTimeout } = this.#options
    return backoffMs(setupTimeout, this.#outages.failures(label) + 1)
  }

  #ended(key: string, label: string, reason: Error): void {
    this.#open.delete(key)
    if (this.#closing.signal.aborted) return
    // The same broker should be the last one to be asked who leads its partitions now.
    if (reason instanceof RequestTimeoutError) this.#outages.failed(label)
    log.info(`Connection to ${label} closed: ${reason.message}`)
  }

  #failed(label: string, error: unknown): void {
    this.#outages.failed(label)
    const message = `Connection to ${label} could not be established: ${asError(error).message}`
    if (this.#outages.failures(label) === 1) log.warn(message)
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
