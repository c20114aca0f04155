import { RetriableError } from 'sluice/api'
import type { ConnectError } from 'sluice/api'
import { LostAnswerError, UnreachableError } from '../webhdfs/exchange.ts'
import type { Answer, Connections } from '../webhdfs/exchange.ts'
import { errorOf } from '../webhdfs/remote-exception.ts'
import type { Negotiate } from './negotiation.ts'

/** A cookie is not used in the last of its ten hours' minutes. */
const marginMs = 60_000

export interface SessionOptions {
  readonly connections: Connections
  readonly negotiate: Negotiate
  readonly principal: string
  readonly timeoutMs: number
  readonly now: () => number
}

export interface SessionRequest {
  readonly method: 'GET' | 'PUT'
  /** May hold a token: in no message. */
  readonly query: string
  /** For messages. */
  readonly action: string
}

/** What `hadoop.auth` says: the server signs it, and takes it in the place of a ticket. */
interface Cookie {
  readonly header: string
  /** The name that the server has for the principal. */
  readonly user: string
  readonly endsAt: number
}

/** Asks servers what they answer a principal alone, and keeps their cookies. */
export class KerberosSession {
  readonly #options: SessionOptions
  /** By origin. */
  readonly #cookies = new Map<string, Cookie>()

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** What the server calls the principal. */
  async user(address: URL, signal: AbortSignal): Promise<string> {
    const query = 'op=GETHOMEDIRECTORY'
    await this.ask(address, { method: 'GET', query, action: 'log in to HDFS' }, signal)
    const [first = ''] = this.#options.principal.split(/[/@]/)
    return this.#cookies.get(address.origin)?.user ?? first
  }

  /** Rejects as {@link Authentication} says. */
  async ask(address: URL, request: SessionRequest, signal: AbortSignal): Promise<Answer> {
    const answer = await this.#withCookie(address, request, signal)
    const found = answer ?? (await this.#negotiated(address, request, signal))
    const error = errorOf(found, request.action)
    if (error !== null) throw error
    return found
  }

  /** Null where there is none that the server takes. */
  async #withCookie(
    address: URL,
    request: SessionRequest,
    signal: AbortSignal,
  ): Promise<Answer | null> {
    const cookie = this.#cookies.get(address.origin)
    if (cookie === undefined) return null
    if (this.#options.now() < cookie.endsAt - marginMs) {
      const answer = await this.#send(address, request, { cookie: cookie.header }, signal)
      if (answer.status !== 401) return answer
    }
    this.#cookies.delete(address.origin)
    return null
  }

  async #negotiated(address: URL, request: SessionRequest, signal: AbortSignal): Promise<Answer> {
    await using negotiation = this.#options.negotiate(address.hostname)
    const authorization = `Negotiate ${await negotiation.token(signal)}`
    const answer = await this.#send(address, request, { authorization }, signal)
    if (isRefusal(answer)) throw this.#refused(address, answer)
    if (answer.challenge !== null) await negotiation.verify(answer.challenge, signal)
    const cookie = cookieOf(answer)
    if (cookie !== null) this.#cookies.set(address.origin, cookie)
    return answer
  }

  /** Nothing of what this is for was asked, whatever became of the answer. */
  async #send(
    address: URL,
    { method, query }: SessionRequest,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { connections, timeoutMs } = this.#options
    const url = new URL(`${address.origin}/webhdfs/v1/?${query}`)
    const all = { ...headers, 'x-xsrf-header': 'sluice' }
    try {
      return await connections.ask(url, { method, headers: all, timeoutMs }, signal)
    } catch (error) {
      if (!(error instanceof LostAnswerError)) throw error
      throw new UnreachableError(error.message, { cause: error })
    }
  }

  #refused({ host }: URL, { status, reason }: Answer): ConnectError {
    const why = reason === '' ? `status ${status}` : `status ${status}, ${reason}`
    return new RetriableError(
      `${host} does not take the ticket of ${this.#options.principal}: ${why}. Its HTTP principal and keytab, and the clocks of both machines, must be right.`,
    )
  }
}

/** A filter refused before HDFS was asked, whose own refusals are JSON: 401, or 403 for a ticket that is wrong. */
function isRefusal({ status, body }: Answer): boolean {
  return status === 401 || (status === 403 && !body.toString('utf8', 0, 20).startsWith('{'))
}

/** `hadoop.auth="u=…&p=…&t=kerberos&e=…&s=…"; Path=/; …`, where e is when it ends, in milliseconds since the epoch. */
function cookieOf({ setCookie }: Answer): Cookie | null {
  for (const text of setCookie) {
    const [, value] = /^hadoop\.auth=("?[^;"]+"?)/.exec(text) ?? []
    if (value === undefined) continue
    const fields = new Map(value.replaceAll('"', '').split('&').map(pairOf))
    const user = fields.get('u') ?? ''
    const endsAt = Number(fields.get('e'))
    if (user === '' || !Number.isFinite(endsAt)) continue
    return { header: `hadoop.auth=${value}`, user, endsAt }
  }
  return null
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}
