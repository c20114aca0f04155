import type net from 'node:net'
import { asError } from '../../errors/connect-error.ts'
import { reasonOf } from '../../util/abort.ts'
import type { ClientMeter } from '../types.ts'
import type { ApiKey, WireRequest } from '../protocol/api.ts'
import { ByteReader } from '../protocol/byte-reader.ts'
import { WireError } from '../protocol/wire-error.ts'
import { apiVersionsApi } from '../protocol/api-versions.ts'
import { DisconnectError, RequestTimeoutError, GarbledAnswerError } from './errors.ts'
import type { FramePool } from './frame-pool.ts'
import { FrameReader } from './frame-reader.ts'
import { InFlight } from './in-flight.ts'
import { openSocket } from './open-socket.ts'
import { encodeHeader } from './request-header.ts'
import { unwatch, watch } from './request-timer.ts'
import { decode, settlers } from './pending-request.ts'
import type { Pending } from './pending-request.ts'
import { Renewal } from './renewal.ts'
import { RequestGate } from './request-gate.ts'
import type { SocketFactory, SocketTarget } from './socket.ts'
import { Throttle } from './throttle.ts'
import { checkedVersions } from './versions.ts'
import type { Spoken, VersionRange } from './versions.ts'

/** Bytes a socket may hold unsent before {@link Connection.writable} says to wait. */
const MAX_UNSENT_BYTES = 1024 * 1024
const MAX_INT32 = 0x7fffffff

export interface ConnectionOptions {
  readonly address: SocketTarget
  readonly clientId: string
  readonly socketFactory: SocketFactory
  readonly frames: FramePool
  readonly requestTimeoutMs: number
  /** How long connecting may take (`socket.connection.setup.timeout.ms`). */
  readonly setupTimeoutMs: number
  /** Longest response that is taken. */
  readonly maxFrameBytes: number
  readonly meter?: ClientMeter
}

/**
 * One connection to a broker: requests are answered in the order they were sent. Closed by the first error, by a
 * request that is not answered in time, or by `close`; every request in flight is then rejected, with a
 * {@link DisconnectError} or what else closed it.
 */
export class Connection {
  readonly address: SocketTarget
  /** Called once when the connection has ended, with the reason. */
  onClose: (reason: Error) => void = () => undefined
  /** Called when the socket can take more, after `writable` was false. */
  onDrain: () => void = () => undefined

  readonly #options: ConnectionOptions
  readonly #reader: FrameReader
  readonly #pending = new InFlight()
  readonly #gate = new RequestGate()
  readonly #renewal = new Renewal(this.#gate, (error) => this.close(error))
  readonly #throttle = new Throttle(this.#gate, () => this.onDrain())
  #socket: net.Socket | null = null
  #nextId = 0
  #spoken: Spoken | null = null
  #closed: Error | null = null
  #isCounted = false
  #openedAt = 0

  private constructor(options: ConnectionOptions) {
    this.#options = options
    this.address = options.address
    this.#reader = new FrameReader(options.frames, options.maxFrameBytes, (...frame) =>
      this.#answer(...frame),
    )
  }

  /** Connects. Rejects with a DisconnectError that says why, or the signal's reason. */
  static async open(options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
    const connection = new Connection(options)
    await connection.#connect(signal)
    return connection
  }

  get closed(): boolean {
    return this.#closed !== null
  }

  /** Why the connection ended. */
  get reason(): Error {
    return this.#closed ?? this.#disconnect('open')
  }

  /** Requests that were sent and are not answered. */
  get inFlight(): number {
    return this.#pending.count
  }

  /** For how long nothing was asked; 0 while an answer is due. */
  idleMs(now: number): number {
    return this.inFlight > 0 ? 0 : now - Math.max(this.#pending.usedAt, this.#openedAt)
  }

  /** False while the socket holds much that it could not send yet, or requests are held back: then wait for `onDrain`. */
  get writable(): boolean {
    if (this.#socket === null || this.#gate.isShut) return false
    return this.#socket.writableLength < MAX_UNSENT_BYTES
  }

  /** What the broker speaks, told by ApiVersions; until then only that may be sent. */
  setVersions(spoken: Spoken): void {
    this.#spoken = spoken
  }

  /** The level of a feature that the cluster has switched on (KIP-584); 0 where it has not. */
  featureLevel(name: string): number {
    return this.#spoken?.features.get(name) ?? 0
  }

  /** Does `renew`, which authenticates, in so many ms; what is sent while it lasts goes after it. */
  renewIn(ms: number, renew: () => Promise<void>): void {
    if (this.#closed === null) this.#renewal.schedule(ms, renew, () => this.onDrain())
  }

  /** The version in which `api` is spoken here. Throws an UnsupportedVersionError where there is none. */
  versionOf(api: ApiKey, maxVersion = api.maxVersion): number {
    const range: VersionRange | undefined =
      this.#spoken === null && api.key === apiVersionsApi.key
        ? api
        : this.#spoken?.versions.get(api.key)
    return checkedVersions(api, range, maxVersion, this.#label())
  }

  /**
   * Sends `request` and gives its decoded answer. Written before this returns, but while the connection authenticates
   * again or its broker asked for a pause; the order of calls is the order on the wire. An abort gives up on the answer,
   * not on the connection.
   */
  send<R>(request: WireRequest<R>, signal?: AbortSignal): Promise<R> {
    if (!this.#gate.isShut || request.api.authenticates === true) return this.#send(request, signal)
    return new Promise((resolve, reject) => {
      const settle = settlers(resolve as (answer: unknown) => void, reject, signal)
      this.#gate.wait(() => void this.#send(request, signal).then(settle.resolve, settle.reject))
    })
  }

  #send<R>(request: WireRequest<R>, signal?: AbortSignal): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const socket = this.#socket
      if (this.#closed !== null || socket === null) throw this.#closed ?? this.#disconnect('closed')
      if (signal?.aborted === true) throw reasonOf(signal)
      const version = this.versionOf(request.api, request.maxVersion)
      const id = this.#write(socket, request, version)
      if (request.oneWay !== undefined) resolve(request.oneWay())
      else {
        this.#expect({
          id,
          version,
          request,
          sentAt: performance.now(),
          timeoutMs: request.timeoutMs ?? this.#options.requestTimeoutMs,
          ...settlers(resolve as (answer: unknown) => void, reject, signal),
        })
      }
    })
  }

  /** Ends the connection; requests in flight are rejected with `reason`. */
  close(reason: Error = this.#disconnect('closed by us')): void {
    if (this.#closed !== null) return
    this.#closed = reason
    unwatch(this)
    this.#countClosed()
    this.#socket?.destroy()
    for (const pending of this.#pending.drain()) pending.reject(reason)
    this.#renewal.end()
    this.#throttle.end()
    this.#gate.end()
    this.onClose(reason)
  }

  deadline(): number {
    return this.#pending.deadline
  }

  expire(): void {
    const { oldest } = this.#pending
    if (oldest === undefined) return
    const { request, timeoutMs } = oldest
    this.close(
      new RequestTimeoutError(
        `${this.#label()} did not answer ${request.api.name} within ${timeoutMs} ms: ` +
          'the connection was closed. Check the broker, or raise request.timeout.ms.',
      ),
    )
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const label = this.#label()
    const owner = {
      reader: { buffer: () => this.#reader.target(), callback: (n: number) => this.#read(n) },
      ended: (reason: Error) => this.close(reason),
      drained: () => this.onDrain(),
    }
    this.#socket = await openSocket({ ...this.#options, label }, owner, signal)
    this.#openedAt = performance.now()
    this.#countOpened()
  }

  #write(socket: net.Socket, request: WireRequest<unknown>, version: number): number {
    const parts = request.encode(version)
    let bodyBytes = 0
    for (const part of parts) bodyBytes += part.length
    const id = this.#nextId
    this.#nextId = id === MAX_INT32 ? 0 : id + 1
    const header = { api: request.api, version, id, clientId: this.#options.clientId }
    const head = encodeHeader(header, bodyBytes)
    this.#options.meter?.add('requests', 1)
    this.#options.meter?.add('bytesOut', head.length + bodyBytes)
    socket.cork()
    socket.write(head)
    for (const part of parts) socket.write(part)
    socket.uncork()
    return id
  }

  #countOpened(): void {
    this.#isCounted = true
    this.#options.meter?.add('connections', 1)
    this.#options.meter?.add('connectionsOpened', 1)
  }

  #countClosed(): void {
    if (!this.#isCounted) return
    this.#options.meter?.add('connections', -1)
    this.#options.meter?.add('connectionsClosed', 1)
  }

  #expect(pending: Pending): void {
    this.#pending.add(pending)
    if (this.inFlight === 1) watch(this)
  }

  #read(length: number): boolean {
    if (this.#closed !== null) return false
    this.#options.meter?.add('bytesIn', length)
    try {
      this.#reader.received(length)
    } catch (cause) {
      this.close(this.#unreadable(asError(cause)))
    }
    return !this.closed
  }

  #answer(buffer: Buffer, start: number, end: number, own: boolean): boolean {
    const pending = this.#take()
    const kept = pending.request.keepsFrame === true
    const from = kept && !own ? this.#copy(buffer, start, end) : new ByteReader(buffer, start, end)
    const id = from.int32()
    if (id !== pending.id) {
      const found = `expected the response to request ${pending.id}, found that to ${id}`
      throw this.#refuse(pending, new WireError(found))
    }
    try {
      const answer = decode(pending, from)
      this.#throttle.heed(answer)
      pending.resolve(answer)
    } catch (cause) {
      throw this.#refuse(pending, undecodable(pending, cause))
    }
    return kept
  }

  #take(): Pending {
    const pending = this.#pending.take()
    if (pending === undefined) throw new WireError('it sent a response that nothing had asked for')
    if (this.inFlight === 0) unwatch(this)
    // The time limit of the next one may be a shorter one.
    else watch(this)
    this.#options.meter?.add('responses', 1)
    return pending
  }

  /** The request that is no more in flight learns what all others do. */
  #refuse(pending: Pending, cause: WireError): GarbledAnswerError {
    const error = this.#unreadable(cause)
    pending.reject(error)
    return error
  }

  #unreadable(cause: Error): GarbledAnswerError {
    if (cause instanceof GarbledAnswerError) return cause
    const message = `${this.#label()}: ${cause.message}. The connection was closed.`
    return new GarbledAnswerError(message, { cause })
  }

  #copy(buffer: Buffer, start: number, end: number): ByteReader {
    const frame = this.#options.frames.take(end - start)
    buffer.copy(frame, 0, start, end)
    return new ByteReader(frame)
  }

  #label(): string {
    return `Broker ${this.address.host}:${this.address.port}`
  }

  #disconnect(reason: string, cause?: unknown): DisconnectError {
    return new DisconnectError(`${this.#label()}: ${reason}.`, { cause })
  }
}

function undecodable({ request, version }: Pending, cause: unknown): WireError {
  const what = `${request.api.name} version ${version}`
  const why = asError(cause).message.replace(/\.$/, '')
  return new WireError(`its response to ${what} cannot be read (${why})`, { cause })
}
