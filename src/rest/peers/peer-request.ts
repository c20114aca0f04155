import { request as requestHttp } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { ConnectionOptions } from 'node:tls'
import { ConnectError, asError } from '../../errors/connect-error.ts'
import { RestError } from '../../errors/rest-error.ts'
import { maxHeaderSize } from '../limits.ts'

/** A worker answers with a configuration, a list of tasks or an error: more than this is no answer. */
const answerLimitBytes = 16 * 1024 * 1024

/** How workers are reached by https; asked for when one is. Throws a ConfigError where the keys cannot be used. */
export type PeerTls = () => ConnectionOptions

/** Where a request to another worker goes. */
export interface PeerTarget {
  readonly origin: URL
  /** With the query, escaped, and sent as it stands: a URL would take a connector called `..` for a way up. */
  readonly path: string
}

export interface PeerRequest extends PeerTarget {
  readonly method: string
  /** Beside those that every request of a worker has. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty for none. */
  readonly body: Uint8Array
  readonly tls: PeerTls
}

export interface PeerAnswer {
  readonly status: number
  readonly location: string | undefined
  readonly body: Buffer
}

/**
 * Asks another worker, by a connection that is made for it, and follows no redirect, as Java's RestClient. Rejects with a RestError of
 * status 500 where there is no answer, and with the signal's reason.
 */
export async function askPeer(request: PeerRequest, signal: AbortSignal): Promise<PeerAnswer> {
  signal.throwIfAborted()
  try {
    return await exchange(request, signal)
  } catch (cause) {
    signal.throwIfAborted()
    throw ioError(reasonOf(cause), cause)
  }
}

export function ioError(reason: string, cause?: unknown): RestError {
  return new RestError(500, `IO Error trying to forward REST request: ${reason}`, { cause })
}

function exchange(request: PeerRequest, signal: AbortSignal): Promise<PeerAnswer> {
  return new Promise((resolve, reject) => {
    const sent = open(request, signal)
    sent.on('error', reject)
    sent.on('upgrade', (_response, socket) => {
      socket.destroy()
      reject(new ConnectError('the answer is in another protocol than HTTP.'))
    })
    sent.on('response', (response) => {
      read(response).then((body) => {
        const { location } = response.headers
        resolve({ status: response.statusCode ?? 0, location, body })
      }, reject)
    })
    sent.end(request.body)
  })
}

function open(
  { method, origin, path, headers, body, tls }: PeerRequest,
  signal: AbortSignal,
): ClientRequest {
  const options = {
    ...{ method, path, signal },
    agent: false as const,
    // The Location of a connector with a long name.
    maxHeaderSize,
    headers: {
      Accept: 'application/json',
      'User-Agent': 'kafka-connect',
      ...(body.length > 0 && { 'Content-Type': 'application/json' }),
      'Content-Length': body.length,
      Connection: 'close',
      ...headers,
    },
  }
  return origin.protocol === 'https:'
    ? requestHttps(origin, { ...tls(), ...options })
    : requestHttp(origin, options)
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    if (size > answerLimitBytes) {
      throw new ConnectError(`the answer is larger than ${answerLimitBytes} bytes.`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function reasonOf(error: unknown): string {
  const { message, code = '' } = asError(error) as NodeJS.ErrnoException
  return message === '' ? code : message
}
