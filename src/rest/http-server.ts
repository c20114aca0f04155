import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { ConnectError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import type { Listener } from './listeners.ts'
import { logWhenAnswered } from './request-log.ts'

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

/** One listener and its connections. */
export class HttpServer {
  readonly #server: Server
  readonly #answering = new Set<ServerResponse>()
  #stopping = false

  constructor(app: FastifyInstance) {
    this.#server = createServer((request, response) => {
      logWhenAnswered(request, response)
      this.#answering.add(response)
      response.once('close', () => this.#answering.delete(response))
      if (this.#stopping) response.setHeader('Connection', 'close')
      if (!methods.includes(request.method ?? '')) request.method = 'TRACE'
      app.routing(request, response)
    })
  }

  async listen({ scheme, host, port }: Listener): Promise<Listener> {
    this.#server.listen({ port, ...(host !== '' && { host }) })
    try {
      await once(this.#server, 'listening')
    } catch (cause) {
      throw new ConnectError(
        `Cannot listen on ${scheme}://${host}:${port}: ${reasonOf(cause)} Set "listeners" to another address or port.`,
        { cause },
      )
    }
    const bound = { scheme, host, port: (this.#server.address() as AddressInfo).port }
    log.info(`REST server listening at ${scheme}://${host}:${bound.port}/`)
    return bound
  }

  /** Answers what has been asked, each answer the last of its connection. */
  async close(graceMs: number): Promise<void> {
    this.#stopping = true
    for (const response of this.#answering) {
      if (!response.headersSent) response.setHeader('Connection', 'close')
    }
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeIdleConnections()
    const timer = setTimeout(() => {
      this.#server.closeAllConnections()
    }, graceMs)
    try {
      await closed
    } finally {
      clearTimeout(timer)
    }
  }
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
