import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import tls from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { asError } from '../../api/index.ts'
import { RegistryAwayError } from './registry-errors.ts'

/** A schema is seldom longer than some kilobytes. */
const mostAnswerBytes = 32 * 1024 * 1024

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

export interface HttpOptions {
  readonly connectTimeoutMs: number
  readonly readTimeoutMs: number
  readonly tls: ConnectionOptions
  readonly proxy: { readonly host: string; readonly port: number } | null
}

/** Asks over connections that it keeps; {@link close} ends them and whatever is being asked. */
export class HttpClient {
  readonly #options: HttpOptions
  readonly #plain = new http.Agent({ keepAlive: true, maxSockets: 4 })
  readonly #secure: https.Agent
  readonly #closed = new AbortController()

  constructor(options: HttpOptions) {
    this.#options = options
    this.#secure = new https.Agent({ keepAlive: true, maxSockets: 4, ...options.tls })
  }

  /** Rejects with a RegistryAwayError where no answer comes. */
  async ask(request: HttpRequest): Promise<HttpAnswer> {
    const { host } = request.url
    try {
      return await this.#exchange(request, await this.#openTunnel(request.url))
    } catch (cause) {
      const { signal } = this.#closed
      const why = reasonOf(signal.aborted ? signal.reason : cause)
      throw new RegistryAwayError(`${host} cannot be asked: ${why}`, { cause })
    }
  }

  get signal(): AbortSignal {
    return this.#closed.signal
  }

  close(): void {
    this.#closed.abort(new Error('the converter was closed'))
    this.#plain.destroy()
    this.#secure.destroy()
  }

  /** A way through the proxy to a host that speaks TLS; null where none is needed. */
  async #openTunnel(url: URL): Promise<Socket | null> {
    const { proxy, connectTimeoutMs } = this.#options
    if (proxy === null || url.protocol !== 'https:') return null
    const target = `${url.hostname}:${url.port === '' ? '443' : url.port}`
    const socket = await new Promise<Socket>((resolve, reject) => {
      const { signal } = this.#closed
      const request = http.request({
        ...proxy,
        ...{ method: 'CONNECT', path: target, agent: false, signal, timeout: connectTimeoutMs },
        headers: { Host: target },
      })
      request.once('connect', (response, opened) => {
        if (response.statusCode === 200) {
          resolve(opened)
          return
        }
        opened.destroy()
        reject(new Error(`the proxy answered with status ${response.statusCode ?? 0}`))
      })
      request.once('timeout', () => request.destroy(new Error('the proxy does not answer')))
      request.once('error', reject)
      request.end()
    })
    const { hostname } = url
    const servername = isIP(hostname) === 0 ? { servername: hostname } : {}
    return tls.connect({ ...this.#options.tls, socket, host: hostname, ...servername })
  }

  #exchange(request: HttpRequest, tunnel: Socket | null): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const opened = this.#open(request, tunnel)
      const fail = (error: Error): void => {
        opened.destroy()
        reject(error)
      }
      const { connectTimeoutMs, readTimeoutMs } = this.#options
      const connecting = setTimeout(() => {
        fail(new Error(`no connection within ${connectTimeoutMs} ms`))
      }, connectTimeoutMs)
      const connected = (): void => clearTimeout(connecting)
      opened.setTimeout(readTimeoutMs, () =>
        fail(new Error(`no answer within ${readTimeoutMs} ms`)),
      )
      opened.once('socket', (socket) => {
        if (socket.connecting) socket.once('connect', connected)
        else connected()
      })
      opened.once('close', connected)
      opened.once('error', fail)
      opened.once('response', (response) => collect(response, resolve, fail))
      opened.end(request.body ?? undefined)
    })
  }

  #open({ method, url, headers }: HttpRequest, tunnel: Socket | null): http.ClientRequest {
    const { proxy } = this.#options
    const { signal } = this.#closed
    const body = { method, headers, signal }
    if (tunnel !== null) {
      return http.request(url, { ...body, protocol: 'https:', agent: oneSocket(tunnel) })
    }
    if (url.protocol === 'https:') return https.request(url, { ...body, agent: this.#secure })
    if (proxy === null) return http.request(url, { ...body, agent: this.#plain })
    const viaProxy = { ...headers, Host: url.host }
    return http.request({
      ...body,
      ...proxy,
      headers: viaProxy,
      path: url.href,
      agent: this.#plain,
    })
  }
}

/** An agent for one request over a socket that is open. */
function oneSocket(socket: Socket): https.Agent {
  const agent = new https.Agent({ keepAlive: false })
  return Object.assign(agent, { createConnection: () => socket })
}

function collect(
  response: http.IncomingMessage,
  resolve: (answer: HttpAnswer) => void,
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > mostAnswerBytes) fail(new Error('its answer is too long'))
    else chunks.push(chunk)
  })
  response.once('error', fail)
  response.once('end', () => {
    resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() })
  })
}

/** Of several attempts at once, as for a name with several addresses, Node tells none in its message. */
function reasonOf(cause: unknown): string {
  const error = asError(cause)
  if (error instanceof AggregateError) {
    return error.errors.map((each: unknown) => asError(each).message).join(', ')
  }
  return error.message
}
