import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import { BadRequestError } from '../errors/rest-error.ts'
import type { Herder } from '../herder/herder.ts'
import { createLogger } from '../util/logger.ts'
import { dispatch, failure, write } from './dispatch.ts'
import { HttpServer, methods } from './http-server.ts'
import type { Listener } from './listeners.ts'
import { ProtocolError } from './resource.ts'
import type { Resource } from './resource.ts'
import { resources } from './resources/index.ts'

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
  const servers: HttpServer[] = []
  return {
    async start() {
      await app.ready()
      const bound: Listener[] = []
      for (const listener of listeners) {
        const server = new HttpServer(app)
        bound.push(await server.listen(listener))
        servers.push(server)
      }
      return bound
    },
    attach(next) {
      herder = next
    },
    async stop(graceMs = defaultGraceMs) {
      log.info('Stopping REST server')
      await Promise.all(servers.map((server) => server.close(graceMs)))
      await app.close()
      log.info('REST server stopped')
    },
  }
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
    frameworkErrors: (_error, request, reply) => {
      const message = `The path ${request.url} cannot be unescaped: a % is followed by two hexadecimal digits.`
      write(reply, failure(new BadRequestError(message)), server)
    },
  })
  // Bodies are read by the resources, which know what to expect of them.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  for (const resource of all) {
    app.route({
      method: [...methods],
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

/** What Fastify refuses before a resource sees it. */
function toProtocolError(error: unknown): unknown {
  const { statusCode } = error as { statusCode?: number }
  return statusCode === 413 || statusCode === 415 ? new ProtocolError(statusCode) : error
}
