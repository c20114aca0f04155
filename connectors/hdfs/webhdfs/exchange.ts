import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { ConnectError } from 'sluice/api'

/** A NameNode closes connections that were idle for 60 s. */
const idleMs = 30_000
/** Answers other than the contents of files are read whole; a directory of a million files has some 300 MB. */
const mostAnswerBytes = 512 * 1024 * 1024

/** The connection could not be made: nothing was asked. */
export class UnreachableError extends ConnectError {}

/** The connection was lost, or no answer came: what was asked may have been done. */
export class LostAnswerError extends ConnectError {}

/** Bytes to be sent, which may be read more than once. */
export interface HdfsBody {
  readonly bytes: number
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface Exchange {
  readonly method: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: HdfsBody
  /** How long the other side may say and take nothing. */
  readonly timeoutMs: number
}

export interface Answer {
  readonly status: number
  /** What the status line says besides. */
  readonly reason: string
  readonly location: string | null
  readonly setCookie: readonly string[]
  /** What the server says of itself in an exchange of SPNEGO, as base64. */
  readonly challenge: string | null
  readonly body: Buffer
}

/** The connections of a client: those to NameNodes are kept, a DataNode closes its own after each answer. */
export class Connections {
  readonly #http = new HttpAgent({ keepAlive: true, timeout: idleMs })
  readonly #https = new HttpsAgent({ keepAlive: true, timeout: idleMs })

  /**
   * Sends a request, and resolves with the beginning of the answer. Rejects with an {@link UnreachableError} or a {@link LostAnswerError}. The query is in no
   * message: it may hold a token.
   */
  async begin(url: URL, exchange: Exchange, signal: AbortSignal): Promise<IncomingMessage> {
    signal.throwIfAborted()
    const { body, timeoutMs } = exchange
    const asked = this.#request(url, exchange, signal)
    asked.setTimeout(timeoutMs, () =>
      asked.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)),
    )
    const answer = answerOf(asked, url, signal)
    if (body === undefined) asked.end()
    else void send(asked, body).catch((error: unknown) => asked.destroy(asError(error)))
    return await answer
  }

  /** The whole answer. */
  async ask(url: URL, exchange: Exchange, signal: AbortSignal): Promise<Answer> {
    const message = await this.begin(url, exchange, signal)
    const { statusCode: status = 0, statusMessage: reason = '', headers } = message
    const body = await readAll(message, url, signal)
    const { location = null, 'set-cookie': setCookie = [] } = headers
    const [, challenge = null] = /^Negotiate (\S+)/.exec(headers['www-authenticate'] ?? '') ?? []
    return { status, reason, location, setCookie, challenge, body }
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }

  #request(url: URL, { method, headers, body }: Exchange, signal: AbortSignal): ClientRequest {
    const length = body === undefined ? {} : { 'content-length': body.bytes }
    const options = { method, headers: { ...headers, ...length }, signal }
    if (url.protocol === 'https:') return httpsRequest(url, { ...options, agent: this.#https })
    return httpRequest(url, { ...options, agent: this.#http })
  }
}

function answerOf(asked: ClientRequest, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  let connected = asked.reusedSocket
  return new Promise((resolve, reject) => {
    asked.once('socket', (socket) => {
      if (!socket.connecting) connected = true
      else socket.once('connect', () => (connected = true))
    })
    asked.once('response', resolve)
    // Later errors belong to the answer's body, whose reader hears of them.
    asked.on('error', (cause: Error) => {
      if (signal.aborted) reject(asError(signal.reason))
      else if (connected) reject(lost(url, cause))
      else
        reject(new UnreachableError(`Cannot connect to ${url.host}: ${cause.message}`, { cause }))
    })
  })
}

function lost({ host }: URL, cause: unknown): LostAnswerError {
  const { message } = asError(cause)
  return new LostAnswerError(`The connection to ${host} was lost: ${message}`, { cause })
}

/** Stops where the answer comes before all is sent: it is a refusal. */
async function send(asked: ClientRequest, body: HdfsBody): Promise<void> {
  const state = { answered: false }
  asked.once('response', () => (state.answered = true))
  for await (const chunk of body.read()) {
    if (state.answered || asked.destroyed) return
    if (!asked.write(chunk)) await drained(asked)
  }
  asked.end()
}

function drained(asked: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      asked.off('drain', done).off('close', done).off('response', done)
      resolve()
    }
    asked.once('drain', done).once('close', done).once('response', done)
  })
}

/** The body of an answer. Rejects with a {@link LostAnswerError}. */
export async function readAll(
  message: IncomingMessage,
  url: URL,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > mostAnswerBytes) throw new Error(`more than ${mostAnswerBytes} bytes came`)
    }
  } catch (cause) {
    signal.throwIfAborted()
    throw lost(url, cause)
  }
  return Buffer.concat(chunks, bytes)
}

/** What was thrown may be anything. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
