import { TLSSocket } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { asError } from '../errors/connect-error.ts'
import { RestError, httpStatusOf } from '../errors/rest-error.ts'
import type { Herder } from '../herder/herder.ts'
import { createLogger } from '../util/logger.ts'
import { maskSecrets } from '../util/secrets.ts'
import { bracketed } from './listeners.ts'
import type { Stream } from './log-stream.ts'
import { checkAccept, checkContentType } from './media-types.ts'
import { forwardFor } from './peers/forward.ts'
import type { ForwardedAnswer, ForwardedRequest } from './peers/forward.ts'
import { ProtocolError } from './resource.ts'
import type { Method, Resource, RestRequest, RestResponse } from './resource.ts'

const log = createLogger('org.apache.kafka.connect.runtime.rest.errors.ConnectExceptionMapper')

/** As in Java; not configurable there either. */
const timeLimitMs = 90_000
/** The order in which Java lists them. */
const methodOrder = ['HEAD', 'POST', 'DELETE', 'GET', 'OPTIONS', 'PUT', 'PATCH']

/** What is written to the socket. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly stream?: Stream
}

/** Who is asked. */
export interface Asked {
  /** Null before there is one. */
  readonly herder: Herder | null
  /** How other workers are reached by https, where the herder says that one of them is to answer. */
  readonly peers: ConnectionOptions
}

/** Takes one request of `resource` from negotiation to its answer; never rejects. */
export async function dispatch(
  resource: Resource,
  request: FastifyRequest,
  { herder, peers }: Asked,
): Promise<Answer> {
  const signal = AbortSignal.timeout(resource.timeLimitMs ?? timeLimitMs)
  try {
    // The router takes `//` for a slash at the end.
    if (/^[^?]*\/\//.test(request.url)) throw new ProtocolError(404)
    if (request.method === 'OPTIONS') return optionsOf(resource)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const handler = isMethodOf(resource, method) ? resource.methods[method] : undefined
    if (handler === undefined) throw new ProtocolError(405)
    const body = bodyOf(request)
    if (resource.consumesJson) checkContentType(request.headers['content-type'], body.length > 0)
    checkAccept(request.headers.accept, resource.produces)
    if (herder === null) return notStarted(resource)
    const asked = toRestRequest(request, body, herder, signal)
    try {
      return answerOf(await handler(asked), resource)
    } catch (error) {
      const forwarded = toForwarded(asked, resource, method)
      return answerOfPeer(await forwardFor(error, forwarded, peers, signal))
    }
  } catch (error) {
    return failure(signal.aborted && error === signal.reason ? timedOut : error)
  }
}

/** The answer to an error, as Java's exception mapper gives it. */
export function failure(error: unknown): Answer {
  // Invariant 8: a plugin may throw what it was configured with.
  const message = maskSecrets(asError(error).message)
  if (error instanceof ProtocolError) {
    return { status: error.status, headers: {}, body: errorBody(error.status, message) }
  }
  const status = httpStatusOf(error)
  if (status === 500) log.error('Uncaught exception in REST call', error)
  return { status, headers: jsonHeaders, body: errorBody(status, message) }
}

const jsonHeaders = { 'Content-Type': 'application/json' }
const timedOut = new RestError(500, 'Request timed out')

function errorBody(status: number, message: string): string {
  return JSON.stringify({ error_code: status, message })
}

/** The port is open before the herder has started (KIP-1017). */
function notStarted(resource: Resource): Answer {
  const message = 'Worker is still starting up.'
  const body =
    resource.path === '/health'
      ? JSON.stringify({ status: 'starting', message })
      : errorBody(503, message)
  return { status: 503, headers: jsonHeaders, body }
}

function answerOf(
  { status, headers = {}, body, text, stream }: RestResponse,
  { produces }: Resource,
): Answer {
  if (stream !== undefined) return { status, headers, body: '', stream }
  if (text !== undefined) {
    const type = typeof produces === 'string' ? produces : 'text/plain'
    return { status, headers: { 'Content-Type': type, ...headers }, body: text }
  }
  if (body === undefined) return { status, headers, body: '' }
  return { status, headers: { ...jsonHeaders, ...headers }, body: JSON.stringify(body) }
}

function optionsOf({ methods }: Resource): Answer {
  const allowed = new Set([...Object.keys(methods), 'OPTIONS'])
  if (allowed.has('GET')) allowed.add('HEAD')
  const names = methodOrder.filter((method) => allowed.has(method))
  return {
    status: 200,
    headers: { 'Content-Type': 'text/plain', Allow: names.join(',') },
    body: names.join(', '),
  }
}

function isMethodOf(resource: Resource, method: string): method is Method {
  return Object.hasOwn(resource.methods, method)
}

function bodyOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array()
}

function toRestRequest(
  request: FastifyRequest,
  body: Uint8Array,
  herder: Herder,
  signal: AbortSignal,
): RestRequest {
  const params = request.params as Readonly<Record<string, string>>
  const query = request.url.indexOf('?')
  return {
    herder,
    body,
    signal,
    header: (name) => [request.headers[name]].flat()[0],
    param: (name) => params[name] ?? '',
    query: new URLSearchParams(query < 0 ? '' : request.url.slice(query + 1)),
    baseUrl: `${request.socket instanceof TLSSocket ? 'https' : 'http'}://${request.headers.host ?? hostOf(request)}`,
  }
}

function toForwarded(
  { query, body, baseUrl, header, param }: RestRequest,
  { path }: Resource,
  method: string,
): ForwardedRequest {
  const escaped = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(param(name)))
  return { method, path: escaped, query, body, baseUrl, authorization: header('authorization') }
}

function answerOfPeer({ status, body, location }: ForwardedAnswer): Answer {
  const headers = { ...(body !== '' && jsonHeaders), ...(location && { Location: location }) }
  return { status, headers, body }
}

/** For HTTP/1.0, which knows no Host header. */
function hostOf({ socket }: FastifyRequest): string {
  const address = socket.localAddress ?? 'localhost'
  return `${bracketed(address)}:${socket.localPort ?? 80}`
}

/** Writes the answer itself: Fastify would add a charset that Java does not send. */
export function write(reply: FastifyReply, answer: Answer): void {
  reply.hijack()
  const body = Buffer.from(answer.body)
  const { raw } = reply
  raw.statusCode = answer.status
  for (const [name, value] of Object.entries(answer.headers)) raw.setHeader(name, value)
  if (answer.stream !== undefined) {
    answer.stream(raw)
    if (reply.request.method === 'HEAD') raw.end()
    return
  }
  if (answer.status !== 204) raw.setHeader('Content-Length', body.length)
  raw.end(body)
}
