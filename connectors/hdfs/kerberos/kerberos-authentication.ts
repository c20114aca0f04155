import { ConnectError, isRetriable } from 'sluice/api'
import type { Logger } from 'sluice/api'
import type { Authentication, Proof } from '../webhdfs/authentication.ts'
import { UnreachableError, asError } from '../webhdfs/exchange.ts'
import { exceptionOf, isStandby } from '../webhdfs/remote-exception.ts'
import type { KerberosSession } from './kerberos-session.ts'

/** When what could not be renewed is tried again. */
const againMs = 60_000
/** How long the server is waited for when its token is given back. */
const closingMs = 5000

export interface KerberosOptions {
  readonly session: KerberosSession
  /** How often a token is renewed, if it does not end before. */
  readonly renewPeriodMs: number
  readonly log: Logger
  readonly now: () => number
  /** Closes the connections of the session. */
  readonly close: () => void
}

interface Token {
  readonly text: string
  readonly proof: Proof
  /** When it is to be renewed, and when it ends, in milliseconds since the epoch. */
  readonly renewAt: number
  readonly endsAt: number
}

/**
 * A delegation token in the place of a ticket. HDFS gives it to a principal, prolongs it again and again up to its longest life (a day at a time, seven days in all, as Hadoop
 * is delivered), and takes it at each of its NameNodes. It is renewed by the first request after its time has come, so that nothing runs beside the requests.
 */
export class KerberosAuthentication implements Authentication {
  readonly #options: KerberosOptions
  #token: Token | null = null
  #generation = 0
  /** Where the last request went. */
  #address: URL | null = null
  /** Never rejects. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: KerberosOptions) {
    this.#options = options
  }

  get generation(): number {
    return this.#generation
  }

  async proof(address: URL, signal: AbortSignal): Promise<Proof> {
    this.#address = address
    const token = this.#token
    if (token !== null && this.#options.now() < token.renewAt) return token.proof
    // One after another: what the first obtains serves those behind it.
    const mine = this.#turn.then(() => this.#good(address, signal))
    this.#turn = mine.catch(() => undefined)
    return (await abortable(mine, signal)).proof
  }

  refuse(generation: number): void {
    if (generation === this.#generation) this.#token = null
  }

  async close(): Promise<void> {
    const { session, log, close } = this.#options
    try {
      const token = this.#token
      this.#token = null
      if (token === null || this.#address === null) return
      const action = 'cancel the delegation token'
      const query = `op=CANCELDELEGATIONTOKEN&token=${encodeURIComponent(token.text)}`
      const limit = AbortSignal.timeout(closingMs)
      await session.ask(this.#address, { method: 'PUT', query, action }, limit)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      log.debug(`The delegation token was not given back, and ends by itself: ${why}`)
    } finally {
      close()
    }
  }

  async #good(address: URL, signal: AbortSignal): Promise<Token> {
    signal.throwIfAborted()
    const now = this.#options.now()
    const held = this.#token
    if (held !== null && now < held.renewAt) return held
    if (held === null || now >= held.endsAt) return await this.#obtain(address, signal)
    try {
      return (await this.#renewed(held, address, signal)) ?? (await this.#obtain(address, signal))
    } catch (error) {
      signal.throwIfAborted()
      // A refusal may have ended it meanwhile; another NameNode can renew it.
      if (this.#token !== held || isStandby(error) || error instanceof UnreachableError) throw error
      const until = new Date(held.endsAt).toISOString()
      this.#options.log.warn(
        `The delegation token could not be renewed at ${address.host}; it is good until ${until}, and is tried again in a minute.`,
        error,
      )
      return (this.#token = { ...held, renewAt: Math.min(now + againMs, held.endsAt) })
    }
  }

  /** Null where the server does not prolong it: it has lived its longest, was cancelled, or is another's to renew. */
  async #renewed(held: Token, address: URL, signal: AbortSignal): Promise<Token | null> {
    try {
      const endsAt = await this.#renew(held.text, address, signal)
      if (endsAt <= held.endsAt) return null
      return (this.#token = this.#timed(held.text, endsAt))
    } catch (error) {
      if (exceptionOf(error) === 'InvalidToken') this.#token = null
      if (isRetriable(error) || exceptionOf(error) === null) throw error
      return null
    }
  }

  async #obtain(address: URL, signal: AbortSignal): Promise<Token> {
    const { session, renewPeriodMs, now, log } = this.#options
    const user = await session.user(address, signal)
    const query = `op=GETDELEGATIONTOKEN&renewer=${encodeURIComponent(user)}`
    const action = 'get a delegation token'
    const { body } = await session.ask(address, { method: 'GET', query, action }, signal)
    const text = tokenOf(body)
    this.#generation++
    this.#token = this.#timed(text, now() + 2 * renewPeriodMs)
    log.info(`${address.host} gave a delegation token to ${user}`)
    // The server says when a token ends only when it renews it.
    return (await this.#renewed({ ...this.#token, endsAt: 0 }, address, signal)) ?? this.#token
  }

  async #renew(text: string, address: URL, signal: AbortSignal): Promise<number> {
    const query = `op=RENEWDELEGATIONTOKEN&token=${encodeURIComponent(text)}`
    const action = 'renew the delegation token'
    const request = { method: 'PUT', query, action } as const
    const { body } = await this.#options.session.ask(address, request, signal)
    const [, endsAt] = /"long"\s*:\s*(\d+)/.exec(body.toString()) ?? []
    if (endsAt !== undefined) return Number(endsAt)
    throw new ConnectError(`${address.host} did not say how long the delegation token is good.`)
  }

  /** Renewed when a quarter of its time is left, if that is before the period is over. */
  #timed(text: string, endsAt: number): Token {
    const { now, renewPeriodMs } = this.#options
    const leftMs = Math.max(0, endsAt - now())
    const renewAt = now() + Math.min(renewPeriodMs, (leftMs * 3) / 4)
    return { text, proof: { query: { delegation: text } }, renewAt, endsAt }
  }
}

/** `{"Token": {"urlString": "…"}}`; null in the place of the object where HDFS takes names at their word. */
function tokenOf(body: Buffer): string {
  const [, text] = /"urlString"\s*:\s*"([^"\\]+)"/.exec(body.toString()) ?? []
  if (text !== undefined) return text
  throw new ConnectError(
    'HDFS gave no delegation token: it does not ask for Kerberos, it seems. Set hdfs.authentication.kerberos to false.',
  )
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(asError(signal.reason))
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
  })
}
