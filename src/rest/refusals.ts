import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** What HTTP itself refuses, before a path is looked at. The connection ends with it. */
export interface Refusal {
  readonly status: number
  readonly message: string
}

/** `host`, `host:port` or `[address]:port`; what is not would end up in a Location. */
const hostPattern = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-fA-F:.%]+\])(?::\d{1,5})?$/

/** Null for a request that may be routed. Node joins or drops headers that came twice, so they are counted here. */
export function refusalOf(request: IncomingMessage): Refusal | null {
  if (request.httpVersionMajor !== 1) {
    return { status: 505, message: `HTTP/${request.httpVersion} is not spoken here: use HTTP/1.1.` }
  }
  const { host } = request.headers
  const hosts = request.rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name))
  if (hosts.length > 1) return badRequest('The request has more than one Host header.')
  if (host === undefined && request.httpVersionMinor > 0) {
    return badRequest('The request has no Host header, which HTTP/1.1 requires.')
  }
  if (host !== undefined && !hostPattern.test(host)) {
    return badRequest('The Host header is no host, nor host:port.')
  }
  if (request.url === '*') return { status: 404, message: 'HTTP 404 Not Found' }
  return null
}

/** What became of bytes that are no request; null where the client has gone. */
export function refusalOfError(error: NodeJS.ErrnoException): Refusal | null {
  const { code, message } = error
  if (code === 'ECONNRESET' || code === 'EPIPE') return null
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { status: 408, message: 'The request did not arrive in time.' }
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { status: 431, message: 'The path and headers of the request are too large.' }
  }
  if (code === 'HPE_INVALID_VERSION') {
    return { status: 505, message: 'The request is not of a version of HTTP that is spoken here.' }
  }
  return badRequest(`The request is no HTTP: ${message.replace(/^Parse Error: /, '')}.`)
}

export function refuse(response: ServerResponse, refusal: Refusal): void {
  const body = bodyOf(refusal)
  response.statusCode = refusal.status
  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Content-Length', body.length)
  response.setHeader('Connection', 'close')
  response.end(body)
}

/** Where there is no response, as there was no request. Answers with the size of the body. */
export function refuseSocket(socket: Duplex, refusal: Refusal, server: string): number {
  const body = bodyOf(refusal)
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    `Server: ${server}`,
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body.toString('utf8')}`, () => socket.destroy())
  return body.length
}

function bodyOf({ status, message }: Refusal): Buffer {
  return Buffer.from(JSON.stringify({ error_code: status, message }))
}

function badRequest(message: string): Refusal {
  return { status: 400, message }
}
