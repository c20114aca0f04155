import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Herder } from '../herder/herder.ts'
import { createLogger } from '../util/logger.ts'
import { createApp } from './app.ts'
import { addCorsHeaders } from './cors.ts'
import type { RestExtensions } from './extensions/rest-extensions.ts'
import { HttpServer } from './http-server.ts'
import { urlOf } from './listeners.ts'
import type { Listener } from './listeners.ts'
import type { Resource } from './resource.ts'
import { resources } from './resources/index.ts'
import { withOpenApi } from './resources/openapi.ts'
import { addResponseHeaders } from './response-headers.ts'
import type { ListenerGroup, RestConfig } from './rest-config.ts'

export interface RestServerOptions extends RestConfig {
  /** Our own version, for the `Server` header. */
  readonly version: string
  /** The commit of our build, 16 hexadecimal digits. */
  readonly commit: string
  /** Those of `rest.extension.classes`: for the API, and not for the listeners of /admin, as in Java. Closed with the server. */
  readonly extensions?: RestExtensions
}

export interface RestServer {
  /**
   * Opens the listeners, and says what those of the API are: port 0 has become a real one. Until {@link attach} every
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

const log = createLogger('org.apache.kafka.connect.runtime.rest.RestServer')

/** The REST API of a worker (KIP-26 and later). It knows the herder, and nothing of the worker. */
export function createRestServer(options: RestServerOptions): RestServer {
  const { admin, extensions, pathPrefix, peers = () => ({}) } = options
  let herder: Herder | null = null
  const all = resources(options.commit)
  const serves = (group: ListenerGroup, served: Served, prepare: Prepare): Serving => {
    const app = createApp(served.resources, {
      ...{ ...served, pathPrefix, peers },
      herder: () => herder,
    })
    const name = `Sluice/${options.version}`
    const servers = group.listeners.map(
      (listener) =>
        new HttpServer({
          ...{ listener, app, name, prepare },
          tls: listener.scheme === 'https' ? group.tls : undefined,
        }),
    )
    return { app, servers }
  }
  const own = admin === undefined ? all : all.filter(isNotAdmin)
  const api = serves(
    options,
    {
      resources: withOpenApi([...own, ...(extensions?.resources ?? [])], options.version),
      extensions,
    },
    preparation(options),
  )
  const administration =
    admin === undefined ? null : serves(admin, { resources: all.filter(isAdmin) }, () => undefined)
  return {
    async start() {
      const bound = await open(api)
      for (const listener of bound) log.info(`REST server listening at ${urlOf(listener)}/`)
      for (const listener of administration === null ? [] : await open(administration)) {
        log.info(`REST admin endpoints at ${urlOf(listener)}/`)
      }
      return bound
    },
    attach(next) {
      extensions?.attach(next)
      herder = next
    },
    async stop(graceMs = defaultGraceMs) {
      log.info('Stopping REST server')
      await Promise.all([api, administration].map((serving) => close(serving, graceMs)))
      await extensions?.close()
      log.info('REST server stopped')
    },
  }
}

type Prepare = (request: IncomingMessage, response: ServerResponse) => void

interface Served {
  readonly resources: readonly Resource[]
  readonly extensions?: RestExtensions | undefined
}

interface Serving {
  readonly app: ReturnType<typeof createApp>
  readonly servers: readonly HttpServer[]
}

async function open({ app, servers }: Serving): Promise<readonly Listener[]> {
  await app.ready()
  const bound: Listener[] = []
  for (const server of servers) bound.push(await server.listen())
  return bound
}

async function close(serving: Serving | null, graceMs: number): Promise<void> {
  if (serving === null) return
  await Promise.all(serving.servers.map((server) => server.close(graceMs)))
  await serving.app.close()
}

/** Headers of every answer of the API; the listeners of /admin have none, as in Java. */
function preparation({ cors, headers = [] }: RestConfig): Prepare {
  return (request, response) => {
    if (cors !== undefined) addCorsHeaders(cors, request, response)
    addResponseHeaders(headers, response)
  }
}

function isAdmin({ path }: Resource): boolean {
  return path.startsWith('/admin/')
}

function isNotAdmin(resource: Resource): boolean {
  return !isAdmin(resource)
}
