import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { TlsOptions } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { ConnectError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import { Connections } from './connections.ts'
import * as limits from './limits.ts'
import { urlOf } from './listeners.ts'
import type { Listener } from './listeners.ts'
import { refusalOf, refusalOfError, refuse, refuseSocket } from './refusals.ts'
import type { Refusal } from './refusals.ts'
import { clientOf, logRefused, logWhenAnswered } from './request-log.ts'

const log = createLogger('org.apache.kafka.connect.runtime.rest.RestServer')

/** The methods that are routed. Any other is to every resource what TRACE is: not allowed. */
export const methods: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
]

export interface HttpServerOptions {
  readonly listener: Listener
  /** For https. */
  readonly tls?: TlsOptions | undefined
  readonly app: FastifyInstance
  /** The `Server` header. */
  readonly name: string
  /** Sets the headers that every answer has. */
  readonly prepare: (request: IncomingMessage, response: ServerResponse) => void
}

/** One listener and its connections. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #server: Server
  readonly #connections = new Connections()
  #stopping = false

  constructor(options: HttpServerOptions) {
    this.#options = options
    this.#server = createHttp(options)
    this.#server.maxConnections = limits.maxConnections
    this.#server.setTimeout(limits.idleTimeout)
    this.#serveRequests()
    this.#serveConnections()
  }

  async listen(): Promise<Listener> {
    const { listener } = this.#options
    const { host, port } = listener
    this.#server.listen({ port, ...(host !== '' && { host }) })
    try {
      await once(this.#server, 'listening')
    } catch (cause) {
      throw new ConnectError(
        `Cannot listen on ${urlOf(listener)}: ${reasonOf(cause)} Set "listeners" to another address or port.`,
        { cause },
      )
    }
    return { ...listener, port: (this.#server.address() as AddressInfo).port }
  }

  /** Answers what has been asked, each answer the last of its connection; waits for no client that is slow itself. */
  async close(graceMs: number): Promise<void> {
    if (!this.#server.listening) return
    this.#stopping = true
    this.#connections.makeLast()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#connections.closeIdle()
    const slow = setTimeout(() => this.#connections.closeSlow(), limits.slowClientMs)
    const last = setTimeout(() => this.#connections.closeAll(), graceMs)
    try {
      await closed
    } finally {
      clearTimeout(slow)
      clearTimeout(last)
    }
  }

  #serveRequests(): void {
    this.#server.on('request', (request, response) => this.#handle(request, response))
    this.#server.on('checkContinue', (request, response) => {
      // A body that will be refused need not be sent.
      const length = Number(request.headers['content-length'] ?? 0)
      if (length <= limits.bodyLimitBytes) response.writeContinue()
      this.#handle(request, response)
    })
    this.#server.on('checkExpectation', (request, response) => {
      const message = 'The Expect header is something else than 100-continue.'
      this.#handle(request, response, { status: 417, message })
    })
    this.#server.on('connect', (_request, socket) => {
      this.#refuse(socket, { status: 405, message: 'HTTP 405 Method Not Allowed' })
    })
    this.#server.on('clientError', (error, socket) => this.#clientError(error, socket))
  }

  #serveConnections(): void {
    const isTls = this.#options.tls !== undefined
    if (isTls)
      this.#server.on('connection', (socket: Socket) => this.#connections.handshake(socket))
    this.#server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#connections.add(socket)
      if (isDistrusted(socket)) socket.destroy()
    })
    this.#server.on('tlsClientError', (error: Error, socket: Socket) => {
      log.info(`No TLS with ${clientOf(socket)}: ${error.message}`)
    })
    let warned = false
    this.#server.on('drop', () => {
      if (!warned) {
        log.warn(
          `${urlOf(this.#options.listener)} has ${limits.maxConnections} connections open; further ones are closed as they come.`,
        )
      }
      warned = true
    })
  }

  #handle(request: IncomingMessage, response: ServerResponse, refused?: Refusal): void {
    logWhenAnswered(request, response)
    this.#connections.answering(request, response)
    response.setHeader('Server', this.#options.name)
    this.#options.prepare(request, response)
    if (this.#stopping) response.setHeader('Connection', 'close')
    const refusal = refused ?? refusalOf(request)
    if (refusal !== null) {
      refuse(response, refusal)
      return
    }
    if (!methods.includes(request.method ?? '')) request.method = 'TRACE'
    request.url = routed(request.url ?? '/')
    this.#options.app.routing(request, response)
  }

  #clientError(error: Error, socket: Duplex): void {
    const refusal = refusalOfError(error)
    if (refusal === null || !socket.writable) socket.destroy()
    else if (this.#connections.owesNothing(socket)) this.#refuse(socket, refusal)
    else this.#connections.endAfterAnswers(socket)
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    const client = clientOf(socket)
    const bytes = refuseSocket(socket, refusal, this.#options.name)
    logRefused({ client, status: refusal.status, bytes })
  }
}

function createHttp({ tls }: HttpServerOptions): Server {
  const { keepAliveTimeout, headersTimeout, requestTimeout, connectionsCheckingInterval } = limits
  const options = {
    ...{ keepAliveTimeout, headersTimeout, requestTimeout, connectionsCheckingInterval },
    maxHeaderSize: limits.maxHeaderSize,
    // Refused by us, with a body.
    requireHostHeader: false,
  }
  if (tls === undefined) return createServer(options)
  return createTlsServer({ ...tls, ...options, handshakeTimeout: limits.handshakeTimeout })
}

/** `ssl.client.auth=requested`: a client need not have a certificate, but one it has must be good. */
function isDistrusted(socket: Socket): boolean {
  if (!(socket instanceof TLSSocket) || socket.authorized) return false
  return Object.keys(socket.getPeerCertificate()).length > 0
}

/** The path without the host that a proxy puts before it. */
function routed(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '')
  return path.startsWith('/') ? path : `/${path}`
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return 'the port is in use.'
  if (code === 'EACCES') return 'this user may not open it.'
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return 'the host is not one of this machine.'
  }
  return `${message}.`
}
