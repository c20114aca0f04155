import { ConnectError } from '../errors/connect-error.ts'
import { reasonOf } from '../util/abort.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { isEnvelope } from './envelope.ts'
import type { Envelope } from './envelope.ts'
import { fromWireError, toWireError } from './wire-error.ts'

/** What a channel needs of a MessagePort, a Worker or a `parentPort`. */
export interface Endpoint {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  off(event: 'message', listener: (message: unknown) => void): unknown
}

/** A map of request names to [argument, answer]. */
export type RequestMap<M> = { readonly [K in keyof M]: readonly [unknown, unknown] }

/** Answers one kind of request each. `signal` aborts when the caller gives up or the channel closes. */
export type RequestHandlers<M extends RequestMap<M>> = {
  readonly [K in keyof M]: (argument: M[K][0], signal: AbortSignal) => MaybePromise<M[K][1]>
}

export type NoticeHandlers<N> = { readonly [K in keyof N]: (notice: N[K]) => void }

export interface RequestOptions {
  /** How long to wait for the answer; without it as long as the channel is open. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

interface OpenRequest {
  resolve(answer: unknown): void
  reject(error: Error): void
}

type AnyHandler = ((argument: unknown, signal: AbortSignal) => unknown) | undefined

/**
 * One end of the conversation between the main thread and a plugin thread: `Asks` and `Says` are the requests
 * and notices it sends, `Answers` and `Hears` those it takes. Messages arrive in the order they were sent, and
 * handlers are called in that order. An error of a handler is thrown at the asking side, as it was here.
 */
export class Channel<
  Asks extends RequestMap<Asks>,
  Answers extends RequestMap<Answers>,
  Says extends object,
  Hears extends object,
> {
  readonly #endpoint: Endpoint
  readonly #incarnation: number
  readonly #peer: string
  readonly #requests: RequestHandlers<Answers>
  readonly #notices: NoticeHandlers<Hears>
  readonly #open = new Map<number, OpenRequest>()
  readonly #answering = new Map<number, AbortController>()
  readonly #listener = (message: unknown): void => this.#receive(message)
  #nextId = 1
  #closed: Error | null = null

  constructor(options: {
    readonly endpoint: Endpoint
    readonly incarnation: number
    /** The other side's name, for messages. */
    readonly peer: string
    readonly requests: RequestHandlers<Answers>
    readonly notices: NoticeHandlers<Hears>
  }) {
    this.#endpoint = options.endpoint
    this.#incarnation = options.incarnation
    this.#peer = options.peer
    this.#requests = options.requests
    this.#notices = options.notices
    this.#endpoint.on('message', this.#listener)
  }

  /** Requests sent and not answered. */
  get pending(): number {
    return this.#open.size
  }

  /** Asks the other side; rejects with its error, at the time limit, on abort, or with the reason of `close`. */
  request<K extends keyof Asks & string>(
    name: K,
    body: Asks[K][0],
    { timeoutMs, signal }: RequestOptions = {},
  ): Promise<Asks[K][1]> {
    if (this.#closed) return Promise.reject(this.#closed)
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const giveUp = (error: Error): void => {
        this.#settle(id)?.reject(error)
        this.#post({ ...this.#head, kind: 'cancel', id })
      }
      const onAbort = (): void => {
        if (signal) giveUp(reasonOf(signal))
      }
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => giveUp(this.#late(name, timeoutMs)), timeoutMs)
      const release = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#open.set(id, {
        resolve: (answer) => {
          release()
          resolve(answer)
        },
        reject: (error) => {
          release()
          reject(error)
        },
      })
      try {
        this.#post({ ...this.#head, kind: 'request', id, name, body })
      } catch (cause) {
        this.#settle(id)?.reject(uncloneable(name, cause))
      }
    })
  }

  /** Tells the other side. Throws where `body` cannot be cloned; after `close` it is dropped. */
  notify<K extends keyof Says & string>(name: K, body: Says[K]): void {
    this.#post({ ...this.#head, kind: 'notice', name, body })
  }

  /** Rejects every open request with `reason` and hears nothing more. The first reason holds. */
  close(reason: Error): void {
    if (this.#closed) return
    this.#closed = reason
    this.#endpoint.off('message', this.#listener)
    for (const id of [...this.#open.keys()]) this.#settle(id)?.reject(reason)
    for (const controller of this.#answering.values()) controller.abort(reason)
    this.#answering.clear()
  }

  get #head(): { readonly sluice: 1; readonly incarnation: number } {
    return { sluice: 1, incarnation: this.#incarnation }
  }

  #post(envelope: Envelope): void {
    if (!this.#closed) this.#endpoint.postMessage(envelope)
  }

  #receive(message: unknown): void {
    // What a dead incarnation still had to say concerns nobody any more.
    if (this.#closed || !isEnvelope(message, this.#incarnation)) return
    switch (message.kind) {
      case 'request':
        void this.#answer(message.id, message.name, message.body)
        break
      case 'cancel':
        this.#answering.get(message.id)?.abort(new ConnectError('The caller gave up.'))
        break
      case 'answer':
        this.#settle(message.id)?.resolve(message.body)
        break
      case 'error':
        this.#settle(message.id)?.reject(fromWireError(message.error))
        break
      case 'notice':
        ;(this.#notices as Readonly<Record<string, AnyHandler>>)[message.name]?.(
          message.body,
          neverAborted,
        )
        break
    }
  }

  async #answer(id: number, name: string, argument: unknown): Promise<void> {
    const controller = new AbortController()
    this.#answering.set(id, controller)
    try {
      const handler = (this.#requests as Readonly<Record<string, AnyHandler>>)[name]
      if (!handler) throw new ConnectError(`Nobody answers "${name}" in this thread.`)
      const body = await handler(argument, controller.signal)
      this.#post({ ...this.#head, kind: 'answer', id, body })
    } catch (error) {
      this.#post({ ...this.#head, kind: 'error', id, error: toWireError(error) })
    } finally {
      this.#answering.delete(id)
    }
  }

  /** Takes a request off the list: it is answered once, whatever else arrives for it. */
  #settle(id: number): OpenRequest | undefined {
    const request = this.#open.get(id)
    this.#open.delete(id)
    return request
  }

  #late(name: string, timeoutMs: number): ConnectError {
    return new ConnectError(`${this.#peer} did not answer "${name}" within ${timeoutMs} ms.`)
  }
}

const neverAborted = new AbortController().signal

function uncloneable(name: string, cause: unknown): ConnectError {
  return new ConnectError(
    `The argument of "${name}" cannot cross between threads: it may hold plain data only.`,
    { cause },
  )
}
