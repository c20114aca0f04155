import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { ConfigError, ConnectError, RetriableError } from 'sluice/api'
import { asError } from '../webhdfs/exchange.ts'
import type { Negotiate, Negotiation, NegotiationReply, NegotiationRequest } from './negotiation.ts'

/** A KDC that cannot be reached is given up by GSSAPI much sooner, where there are not many. */
const mostMs = 30_000

export interface Principal {
  readonly name: string
  /** The file with its key. */
  readonly keytab: string
}

export interface ChildOptions {
  /** The module that the process runs: beside the bundle of this plugin. */
  readonly entry?: URL
  readonly env?: NodeJS.ProcessEnv
  /** How long Kerberos may take for an answer. */
  readonly timeoutMs?: number
}

/** Exchanges of SPNEGO by a process each, which lives as long as one of them. Tickets are in its memory, and end with it. */
export function negotiateInChild(principal: Principal, options: ChildOptions = {}): Negotiate {
  return (host) => new ChildNegotiation(`HTTP@${host}`, principal, options)
}

class ChildNegotiation implements Negotiation {
  readonly #child: ChildProcess
  readonly #service: string
  readonly #principal: string
  readonly #timeoutMs: number
  /** Why there is no process, or no longer. */
  #ended: string | null = null

  constructor(service: string, { name, keytab }: Principal, options: ChildOptions) {
    const { entry = new URL('./negotiate.js', import.meta.url), env = process.env } = options
    // Of a debugger or a hook for the worker the process knows nothing.
    const { NODE_OPTIONS: _options, ...rest } = env
    this.#service = service
    this.#principal = name
    this.#timeoutMs = options.timeoutMs ?? mostMs
    this.#child = fork(entry, [], {
      env: { ...rest, KRB5CCNAME: 'MEMORY:sluice', KRB5_CLIENT_KTNAME: `FILE:${keytab}` },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.once('error', (error) => (this.#ended ??= error.message))
    this.#child.once('exit', (code, signal) => {
      this.#ended ??= `the process that asks it ended with ${signal ?? `code ${code ?? 0}`}`
    })
  }

  async token(signal: AbortSignal): Promise<string> {
    const request = { kind: 'token', service: this.#service, principal: this.#principal } as const
    const reply = await this.#ask(request, signal)
    if (reply.kind === 'token') return reply.token
    if (reply.kind === 'failed') throw this.#failed(reply)
    throw this.#failed({ message: 'it answered out of turn' })
  }

  async verify(challenge: string, signal: AbortSignal): Promise<void> {
    const reply = await this.#ask({ kind: 'verify', challenge }, signal)
    if (reply.kind === 'verified') return
    const why = reply.kind === 'failed' ? reply.message : reply.kind
    throw new ConnectError(`${this.#service} does not prove who it is to Kerberos: ${why}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.removeAllListeners('message')
    if (this.#ended !== null) return
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    // It has nothing to put in order, and GSSAPI may hold it.
    if (this.#child.kill('SIGKILL')) await gone
  }

  async #ask(request: NegotiationRequest, signal: AbortSignal): Promise<NegotiationReply> {
    signal.throwIfAborted()
    const child = this.#child
    let stop = (): void => undefined
    try {
      return await new Promise((resolve, reject) => {
        const failed = (why: string): void => reject(this.#failed({ message: why }))
        const replied = (reply: unknown): void => resolve(reply as NegotiationReply)
        const ended = (): void => failed(this.#ended ?? 'the process that asks it ended')
        const abort = (): void => reject(asError(signal.reason))
        const late = (): void => failed(`no answer within ${this.#timeoutMs / 1000} s`)
        const timer = setTimeout(late, this.#timeoutMs)
        stop = () => {
          clearTimeout(timer)
          child.off('message', replied).off('exit', ended).off('error', ended)
          signal.removeEventListener('abort', abort)
        }
        child.once('message', replied).once('exit', ended).once('error', ended)
        signal.addEventListener('abort', abort, { once: true })
        if (this.#ended !== null) ended()
        // An error here is told by one of the events.
        else child.send(request, () => undefined)
      })
    } finally {
      stop()
    }
  }

  #failed(reply: { readonly missing?: boolean; readonly message: string }): ConnectError {
    const { missing = false, message } = reply
    if (missing) {
      return new ConfigError(
        `Kerberos needs the package kerberos, which is not installed or not built for this machine: ${message}. Install it beside this worker: npm install kerberos@7 (Debian has what it is built with in libkrb5-dev).`,
      )
    }
    const about = `Kerberos gives ${this.#principal} no ticket for ${this.#service}`
    return new RetriableError(`${about}: ${message}${hintOf(message)}`)
  }
}

/** By the words of MIT Kerberos. */
function hintOf(message: string): string {
  if (/find client principal|no suitable keys|key table|keytab/i.test(message)) {
    return '. Set connect.hdfs.principal to a principal, with its realm, whose key is in the file of connect.hdfs.keytab.'
  }
  if (/Client .*not found in Kerberos database|Preauthentication failed/i.test(message)) {
    return '. The KDC does not know the principal, or has another key of it: export its keytab anew.'
  }
  if (/Server .*not found in Kerberos database/i.test(message)) {
    return '. The KDC must know HTTP of the host by which webhdfs.url, or hadoop.conf.dir, names the NameNode.'
  }
  if (/KDC|realm/i.test(message)) return '. See krb5.conf (KRB5_CONFIG) for where the KDC is.'
  if (/clock skew/i.test(message)) return '. Set the clock of this machine.'
  return ''
}
