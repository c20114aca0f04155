import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RetriableError } from '../../../../src/api/index.ts'
import type { Logger } from '../../../../src/api/index.ts'
import { KerberosAuthentication } from '../../../../connectors/hdfs/kerberos/kerberos-authentication.ts'
import { KerberosSession } from '../../../../connectors/hdfs/kerberos/kerberos-session.ts'
import type { Negotiate } from '../../../../connectors/hdfs/kerberos/negotiation.ts'
import { Connections } from '../../../../connectors/hdfs/webhdfs/exchange.ts'
import { WebHdfsClient } from '../../../../connectors/hdfs/webhdfs/webhdfs-client.ts'

interface Recorded {
  readonly id: string
  readonly response: {
    readonly status: number
    readonly reason: string
    readonly headers: Readonly<Record<string, string | readonly string[]>>
    readonly json?: unknown
    readonly text?: string
  }
}

const file = new URL('../../../fixtures/webhdfs/kerberos.jsonl', import.meta.url)
const recorded = new Map(
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded)
    .map((line) => [line.id, line.response]),
)

/** What a NameNode that stands by says of every token, as Hadoop 3.5 was seen to. */
const standby = {
  exception: 'SecurityException',
  javaClassName: 'java.lang.SecurityException',
  message:
    'Failed to obtain user group information: org.apache.hadoop.security.token.SecretManager$InvalidToken: StandbyException',
}

export const hourMs = 3_600_000

/**
 * NameNode and DataNode of a cluster with Kerberos, which answer what Hadoop was recorded to answer: a ticket is good once, a cookie while it is known, a token
 * until it ends or is cancelled.
 */
export class SecureFake implements AsyncDisposable {
  /** `GETDELEGATIONTOKEN by ticket`, `CREATE by token-1`, and so on. */
  readonly asked: string[] = []
  nowMs = 1_000_000_000_000
  /** How long a token is good behind each renewal, and at most. */
  renewMs = 24 * hourMs
  longestMs = 7 * 24 * hourMs
  standsBy = false
  /** Answers of the name with these in place of their own. */
  readonly instead = new Map<string, { readonly status: number; readonly body: string }>()
  readonly tokens: Map<string, { readonly bornAt: number; endsAt: number }>
  readonly #tickets = new Set<string>()
  readonly #cookies = new Map<string, number>()
  readonly #server: Server

  private constructor(tokens: SecureFake['tokens']) {
    this.tokens = tokens
    this.#server = createServer((request, response) => {
      request.resume().once('end', () => this.#answer(request, response))
    })
  }

  /** Nodes of one cluster share their tokens. */
  static async start(tokens: SecureFake['tokens'] = new Map()): Promise<SecureFake> {
    const fake = new SecureFake(tokens)
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve))
    return fake
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
  }

  /** Nobody is known any more. */
  forget(): void {
    this.tokens.clear()
    this.#cookies.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { searchParams: query } = new URL(request.url ?? '', this.url)
    const op = query.get('op') ?? ''
    const token = query.get('delegation')
    if (query.has('namenoderpcaddress')) this.#dataNode(op, token, response)
    else this.#nameNode(request, query, response)
  }

  #nameNode(request: IncomingMessage, query: URLSearchParams, response: ServerResponse): void {
    const op = query.get('op') ?? ''
    const token = query.get('delegation')
    const instead = this.instead.get(op)
    this.asked.push(`${op} by ${this.#proofOf(request, token)}`)
    if (instead !== undefined) {
      response.writeHead(instead.status, { 'content-type': 'application/json' }).end(instead.body)
    } else if (token !== null) this.#byToken(op, token, response)
    else if (this.#isKnown(request, response)) this.#byPrincipal(op, query, response)
  }

  #proofOf(request: IncomingMessage, token: string | null): string {
    if (token !== null) return token
    if (request.headers.authorization !== undefined) return 'ticket'
    return request.headers.cookie === undefined ? 'nobody' : 'cookie'
  }

  /** Whether ticket or cookie are good; answers where they are not. */
  #isKnown({ headers }: IncomingMessage, response: ServerResponse): boolean {
    const cookie = /s=(\d+)/.exec(headers.cookie ?? '')?.[1]
    if (cookie !== undefined && (this.#cookies.get(cookie) ?? 0) > this.nowMs) return true
    const ticket = /^Negotiate (.+)$/.exec(headers.authorization ?? '')?.[1]
    if (ticket === undefined || this.#tickets.has(ticket)) {
      this.#send(response, ticket === undefined ? 'anonymous' : 'negotiate.replay')
      return false
    }
    this.#tickets.add(ticket)
    const signature = String(this.#tickets.size)
    const endsAt = this.nowMs + 10 * hourMs
    this.#cookies.set(signature, endsAt)
    const fields = `u=sluice&p=sluice@SLUICE.TEST&t=kerberos&e=${endsAt}&s=${signature}`
    response.setHeader('set-cookie', `hadoop.auth="${fields}"; Path=/; HttpOnly`)
    response.setHeader('www-authenticate', `Negotiate proof-of-${ticket}`)
    return true
  }

  #byPrincipal(op: string, query: URLSearchParams, response: ServerResponse): void {
    const text = query.get('token') ?? ''
    const found = this.tokens.get(text)
    if (this.standsBy && op.endsWith('DELEGATIONTOKEN')) {
      this.#refuse(response, { ...standby, message: 'in state standby' })
    } else if (op === 'GETDELEGATIONTOKEN') this.#give(response)
    else if (op === 'RENEWDELEGATIONTOKEN') {
      if (found === undefined) this.#send(response, 'delegation.cancelled')
      else {
        found.endsAt = Math.min(this.nowMs + this.renewMs, found.bornAt + this.longestMs)
        this.#send(response, 'renewdelegationtoken', { long: found.endsAt })
      }
    } else if (op === 'CANCELDELEGATIONTOKEN') {
      this.tokens.delete(text)
      this.#send(response, 'canceldelegationtoken')
    } else this.#send(response, 'negotiate')
  }

  #give(response: ServerResponse): void {
    const token = `token-${this.tokens.size + 1}`
    this.tokens.set(token, { bornAt: this.nowMs, endsAt: this.nowMs + this.renewMs })
    this.#send(response, 'getdelegationtoken.plain', { token })
  }

  #byToken(op: string, token: string, response: ServerResponse): void {
    if (this.standsBy) this.#refuse(response, standby)
    else if (!this.#isGood(token)) this.#send(response, 'delegation.cancelled')
    else if (op === 'CREATE') this.#send(response, 'delegation.create.1-namenode', { token })
    else if (op === 'OPEN') this.#send(response, 'negotiate.open.1-namenode', { token })
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"boolean":true}')
  }

  #dataNode(op: string, token: string | null, response: ServerResponse): void {
    this.asked.push(`${op} at the DataNode by ${token ?? 'nobody'}`)
    if (token === null) this.#send(response, 'datanode.no-token')
    else if (!this.#isGood(token)) {
      const message = "Token for real user: , can't be found in cache"
      this.#refuse(response, { exception: 'InvalidToken', message })
    } else if (op === 'CREATE') this.#send(response, 'delegation.create.2-datanode')
    else this.#send(response, 'negotiate.open.2-datanode')
  }

  #isGood(token: string): boolean {
    return (this.tokens.get(token)?.endsAt ?? 0) > this.nowMs
  }

  #refuse(response: ServerResponse, exception: object): void {
    response.writeHead(403, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ RemoteException: exception }))
  }

  /** A recorded answer, with what varies. What was set before stays. */
  #send(
    response: ServerResponse,
    id: string,
    values: { readonly token?: string; readonly long?: number } = {},
  ): void {
    const found = recorded.get(id)
    if (found === undefined) throw new Error(`nothing was recorded of ${id}`)
    const filled = (text: string): string =>
      text
        .replaceAll('{token}', values.token ?? '')
        .replaceAll(/\{(?:datanode|namenoderpc)\}/g, this.url.host)
    for (const [name, value] of Object.entries(found.headers)) {
      if (response.hasHeader(name) || name === 'content-length' || name === 'set-cookie') continue
      if (typeof value === 'string' && !value.includes('{base64}')) {
        response.setHeader(name, filled(value))
      }
    }
    const json = values.long === undefined ? found.json : { long: values.long }
    const body = json === undefined ? (found.text ?? '') : JSON.stringify(json)
    response.writeHead(found.status, found.reason).end(filled(body))
  }
}

/** A principal whose exchanges are counted, and what it logged. */
export class Somebody {
  exchanges = 0
  readonly verified: string[] = []
  readonly warnings: string[] = []
  /** What Kerberos says in the place of a ticket. */
  refusal: string | null = null
  /** Whether Kerberos does not answer at all. */
  waits = false
  ticket = (): string => `ticket-${this.exchanges}`
  readonly connections = new Connections()
  readonly negotiate: Negotiate = () => ({
    token: (signal) => {
      this.exchanges++
      const { refusal } = this
      if (this.waits) return aborted(signal)
      if (refusal !== null) return Promise.reject(new RetriableError(refusal))
      return Promise.resolve(this.ticket())
    },
    verify: (challenge) => {
      this.verified.push(challenge)
      return Promise.resolve()
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })

  /** A client of these nodes, by the clock of the first. */
  client(...nodes: readonly [SecureFake, ...SecureFake[]]): {
    readonly client: WebHdfsClient
    readonly authentication: KerberosAuthentication
  } {
    const { connections, negotiate } = this
    const now = (): number => nodes[0].nowMs
    const session = new KerberosSession({
      ...{ connections, negotiate, now, principal: 'sluice/host@SLUICE.TEST', timeoutMs: 60_000 },
    })
    const authentication = new KerberosAuthentication({
      ...{ session, now, log: this.#log, renewPeriodMs: hourMs },
      close: () => connections.close(),
    })
    const addresses = nodes.map(({ url }) => url)
    const client = new WebHdfsClient({
      ...{ addresses, authentication, identity: { query: {} }, timeoutMs: 60_000 },
    })
    return { client, authentication }
  }

  get #log(): Logger {
    const nothing = (): void => undefined
    const log: Logger = {
      name: 'test',
      ...{ error: nothing, info: nothing, debug: nothing, trace: nothing },
      warn: (message) => void this.warnings.push(message),
      isEnabled: () => false,
      withContext: () => log,
    }
    return log
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted', { cause: signal.reason })))
  })
}
