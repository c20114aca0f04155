import type { FastifyReply, FastifyRequest } from 'fastify'
import { asError } from '../errors/connect-error.ts'
import { RestError, httpStatusOf } from '../errors/rest-error.ts'
import type { Herder } from '../herder/herder.ts'
import type { RestExtensions } from './extensions/rest-extensions.ts'
import { createLogger } from '../util/logger.ts'
import { maskSecrets } from '../util/secrets.ts'
import type { Stream } from './log-stream.ts'
import { anything, checkAccept, checkContentType, typeInPlaceOf } from './media-types.ts'
import { forwardFor } from './peers/forward.ts'
import type { ForwardedAnswer, ForwardedRequest } from './peers/forward.ts'
import type { PeerTls } from './peers/peer-request.ts'
import { toRestRequest } from './request.ts'
import { ProtocolError } from './resource.ts'
import type { Handler, Method, Resource, RestRequest, RestResponse } from './resource.ts'

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

/** Whom requests are put to. */
export interface Backend {
  /** Null until it has started. */
  readonly herder: () => Herder | null
  /** How other workers are reached by https, where the herder says that one of them is to answer. */
  readonly peers: PeerTls
  readonly extensions?: Pick<RestExtensions, 'filter'> | undefined
  /** Below which paths are served as well; the app takes it off. */
  readonly pathPrefix?: string | undefined
}

/** Takes one request of `resource` from negotiation to its answer; never rejects. */
export async function dispatch(
  resource: Resource,
  request: FastifyRequest,
  { herder: started, peers, extensions, pathPrefix = '' }: Backend,
): Promise<Answer> {
  const signal = AbortSignal.timeout(resource.timeLimitMs ?? timeLimitMs)
  try {
    // The router takes `//` for a slash at the end.
    if (/^[^?]*\/\//.test(request.url)) throw new ProtocolError(404)
    const isOptions = request.method === 'OPTIONS'
    const handler = isOptions ? () => optionsOf(resource) : handlerOf(resource, request.method)
    const body = bodyOf(request)
    if (!isOptions) negotiate(resource, request)
    const herder = started()
    if (herder === null)
      return isOptions ? answerOf(optionsOf(resource), resource) : notStarted(resource)
    const asked = toRestRequest(resource, request, { body, herder, signal, pathPrefix })
    const refusal = await extensions?.filter(asked)
    if (refusal) {
      const produces = isOptions
        ? 'text/plain'
        : typeInPlaceOf(asked.header('accept'), resource.produces)
      return answerOf(refusal, { produces })
    }
    if (!isOptions) checkBody(resource, request, body)
    try {
      return answerOf(await handler(asked), resource)
    } catch (error) {
      return answerOfPeer(await forwardFor(error, toForwarded(asked), peers, signal))
    }
  } catch (error) {
    return failure(signal.aborted && error === signal.reason ? timedOut : error)
  }
}

/** Throws a 405 where there is none. */
function handlerOf(resource: Resource, method: string): Handler {
  const name = method === 'HEAD' ? 'GET' : method
  const handler = isMethodOf(resource, name) ? resource.methods[name] : undefined
  if (handler === undefined) throw new ProtocolError(405)
  return handler
}

function negotiate({ consumesJson, produces }: Resource, { headers }: FastifyRequest): void {
  if (consumesJson) checkContentType(headers['content-type'], false)
  checkAccept(headers.accept, produces)
}

/** That a body is of no type at all, Java finds out when it reads it: after those have been refused who may not ask. */
function checkBody(
  { consumesJson }: Resource,
  { headers }: FastifyRequest,
  body: Uint8Array,
): void {
  if (consumesJson) checkContentType(headers['content-type'], body.length > 0)
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
  { produces }: Pick<Resource, 'produces'>,
): Answer {
  if (stream !== undefined) return { status, headers, body: '', stream }
  if (text !== undefined) {
    const type = typeof produces === 'string' && produces !== anything ? produces : 'text/plain'
    return { status, headers: { 'Content-Type': type, ...headers }, body: text }
  }
  if (body === undefined) return { status, headers, body: '' }
  return { status, headers: { ...jsonHeaders, ...headers }, body: JSON.stringify(body) }
}

function optionsOf({ methods }: Resource): RestResponse {
  const allowed = new Set([...Object.keys(methods), 'OPTIONS'])
  if (allowed.has('GET')) allowed.add('HEAD')
  const names = methodOrder.filter((method) => allowed.has(method))
  return {
    status: 200,
    headers: { 'Content-Type': 'text/plain', Allow: names.join(',') },
    text: names.join(', '),
  }
}

function isMethodOf(resource: Resource, method: string): method is Method {
  return Object.hasOwn(resource.methods, method)
}

function bodyOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array()
}

function toForwarded({
  route,
  query,
  body,
  baseUrl,
  header,
  param,
  method,
}: RestRequest): ForwardedRequest {
  const path = route.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(param(name)))
  return {
    ...{ path, query, body, baseUrl, authorization: header('authorization') },
    method: method === 'HEAD' ? 'GET' : method,
  }
}

function answerOfPeer({ status, body, location }: ForwardedAnswer): Answer {
  const headers = { ...(body !== '' && jsonHeaders), ...(location && { Location: location }) }
  return { status, headers, body }
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
