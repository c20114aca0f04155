import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { bracketed } from './listeners.ts'
import type { Resource, RestRequest } from './resource.ts'

interface Given extends Pick<RestRequest, 'herder' | 'body' | 'signal'> {
  readonly pathPrefix: string
}

/** A request as its resource sees it. */
export function toRestRequest(
  resource: Resource,
  request: FastifyRequest,
  { pathPrefix, ...given }: Given,
): RestRequest {
  const params = request.params as Readonly<Record<string, string>>
  const query = request.url.indexOf('?')
  const basePath = request.originalUrl === request.url ? '' : pathPrefix
  return {
    ...given,
    method: request.method,
    path: request.url.replace(/[?#].*$/s, ''),
    route: resource.path,
    remoteAddress: request.socket.remoteAddress ?? '',
    header: (name) => headerOf(request, name),
    param: (name) => params[name] ?? '',
    query: new URLSearchParams(query < 0 ? '' : request.url.slice(query + 1)),
    baseUrl: hostUrlOf(request) + basePath,
    basePath,
  }
}

function hostUrlOf(request: FastifyRequest): string {
  const scheme = request.socket instanceof TLSSocket ? 'https' : 'http'
  return `${scheme}://${request.headers.host ?? hostOf(request)}`
}

/** For HTTP/1.0, which knows no Host header. */
function hostOf({ socket }: FastifyRequest): string {
  const address = socket.localAddress ?? 'localhost'
  return `${bracketed(address)}:${socket.localPort ?? 80}`
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : value
}
