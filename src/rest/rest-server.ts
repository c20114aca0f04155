import { once } from 'node:events'
import { METHODS, createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { ConnectError } from '../errors/connect-error.ts'
import type { Herder } from '../herder/herder.ts'
import { createLogger } from '../util/logger.ts'
import { dispatch, failure, write } from './dispatch.ts'
import type { Listener } from './listeners.ts'
import { logWhenAnswered } from './request-log.ts'
import { ProtocolError } from './resource.ts'
import type { Resource } from './resource.ts'
import { connectorPlugins, pluginConfig, pluginValidate } from './resources/connector-plugins.ts'
import {
  connector,
  connectorConfig,
  connectorStatus,
  connectorTopics,
  connectorTopicsReset,
} from './resources/connector.ts'
import { connectors } from './resources/connectors.ts'
import { pause, restart, resume, stop } from './resources/lifecycle.ts'
import { health, root } from './resources/root.ts'
import { fence, taskRestart, taskStatus, tasks } from './resources/tasks.ts'

export interface RestServerOptions {
  readonly listeners: readonly Listener[]
  /** Our own version, for the `Server` header. */
  readonly version: string
  /** The commit of our build, 16 hexadecimal digits. */
  readonly commit: string
}

export interface RestServer {
  /**
   * Opens the listeners, and says what they are: port 0 has become a real one. Until {@link attach} every
   * request is told that the worker is starting.
   */
  start(): Promise<readonly Listener[]>
  /** From here on the herder is asked. */
  attach(herder: Herder): void
  /** Takes no more requests, and waits up to `graceMs` for those that are being answered. */
  stop(graceMs?: number): Promise<void>
}

/** As Jetty's graceful stop in the Java worker. */
const defaultGraceMs = 60_000
/** Far beyond any configuration, far below what would hurt. */
const bodyLimitBytes = 8 * 1024 * 1024
/** A connector may have a long name. */
const maxParamLength = 4096

const log = createLogger('org.apache.kafka.connect.runtime.rest.RestServer')

/** The REST API of a worker (KIP-26 and later). It knows the herder, and nothing of the worker. */
export function createRestServer({ listeners, version, commit }: RestServerOptions): RestServer {
  let herder: Herder | null = null
  const app = createApp(resources(commit), `Sluice/${version}`, () => herder)
  const servers: Server[] = []
  return {
    async start() {
      await app.ready()
      const bound: Listener[] = []
      for (const listener of listeners) {
        const server = createServer((request, response) => {
          logWhenAnswered(request, response)
          app.routing(request, response)
        })
        bound.push(await listen(server, listener))
        servers.push(server)
      }
      return bound
    },
    attach(next) {
      herder = next
    },
    async stop(graceMs = defaultGraceMs) {
      log.info('Stopping REST server')
      await Promise.all(servers.map((server) => close(server, graceMs)))
      await app.close()
      log.info('REST server stopped')
    },
  }
}

function resources(commit: string): Resource[] {
  return [
    root(commit),
    health,
    connectors,
    connector,
    connectorConfig,
    connectorStatus,
    connectorTopics,
    connectorTopicsReset,
    pause,
    resume,
    stop,
    restart,
    tasks,
    taskStatus,
    taskRestart,
    fence,
    connectorPlugins,
    pluginConfig,
    pluginValidate,
  ]
}

function createApp(
  all: readonly Resource[],
  server: string,
  herder: () => Herder | null,
): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength },
    // What cannot be unescaped.
    frameworkErrors: (error, _request, reply) => {
      write(reply, failure(error), server)
    },
  })
  // Bodies are read by the resources, which know what to expect of them.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  const methods = METHODS.filter((method) => method !== 'CONNECT')
  for (const method of methods) app.addHttpMethod(method, { hasBody: bodied.has(method) })
  for (const resource of all) {
    app.route({
      method: methods,
      url: resource.path,
      handler: async (request, reply) => {
        write(reply, await dispatch(resource, request, herder()), server)
      },
    })
  }
  app.setNotFoundHandler((_request, reply) => {
    write(reply, failure(new ProtocolError(404)), server)
  })
  app.setErrorHandler((error, _request, reply) => {
    write(reply, failure(toProtocolError(error)), server)
  })
  return app
}

const bodied = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** What Fastify refuses before a resource sees it. */
function toProtocolError(error: unknown): unknown {
  const { statusCode } = error as { statusCode?: number }
  return statusCode === 413 || statusCode === 415 ? new ProtocolError(statusCode) : error
}

async function listen(server: Server, { scheme, host, port }: Listener): Promise<Listener> {
  server.listen({ port, ...(host !== '' && { host }) })
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new ConnectError(
      `Cannot listen on ${scheme}://${host}:${port}: ${reasonOf(cause)} Set "listeners" to another address or port.`,
      { cause },
    )
  }
  const bound = { scheme, host, port: (server.address() as AddressInfo).port }
  log.info(`REST server listening at ${scheme}://${host}:${bound.port}/`)
  return bound
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return 'the port is in use.'
  if (code === 'EACCES') return 'this user may not open it.'
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return 'the host is not one of this machine.'
  return `${message}.`
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => {
    server.closeAllConnections()
  }, graceMs)
  try {
    await closed
  } finally {
    clearTimeout(timer)
  }
}
