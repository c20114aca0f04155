import { NotAssignedError, NotLeaderError } from '../../errors/forwarding-errors.ts'
import { RestError } from '../../errors/rest-error.ts'
import { createLogger } from '../../util/logger.ts'
import { readPeerError } from './error-body.ts'
import { askPeer, ioError } from './peer-request.ts'
import type { PeerAnswer, PeerTarget, PeerTls } from './peer-request.ts'

const log = createLogger('org.apache.kafka.connect.runtime.rest.HerderRequestHandler')

/** A request that another worker is to answer, as this one was asked it. */
export interface ForwardedRequest {
  readonly method: string
  /** Escaped, without what this worker's own API begins with. */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: Uint8Array
  readonly authorization: string | undefined
  readonly baseUrl: string
}

/** What the other worker answered, to be handed on. */
export interface ForwardedAnswer {
  readonly status: number
  /** JSON; empty for none. */
  readonly body: string
  readonly location?: string
}

/**
 * Does what the error that a herder answered with asks for: has the worker answer that it names. A request goes by two hops at most, the first with
 * `forward=true`, the second with `forward=false`. Any other error is thrown again; Java's sentences with status 409 where nobody is known to
 * answer.
 */
export async function forwardFor(
  error: unknown,
  request: ForwardedRequest,
  tls: PeerTls,
  signal: AbortSignal,
): Promise<ForwardedAnswer> {
  const target = targetOf(error)
  if (target === undefined) throw error
  const forwarded = request.query.get('forward')
  if (forwarded !== null && forwarded.toLowerCase() !== 'true') {
    log.error(
      `Request '${request.method} ${request.path}' failed because it couldn't find the target Connect worker within two hops (between workers).`,
    )
    throw conflict(
      'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
    )
  }
  if (target === null) throw conflict(nobody)
  const to = targetFor(target, request, String(forwarded === null))
  log.debug(`Forwarding request ${request.method} ${to.origin.origin}${to.path}`)
  const { method, body, authorization } = request
  const headers = authorization === undefined ? {} : { Authorization: authorization }
  const answer = await askPeer({ ...to, method, headers, body, tls }, signal)
  return relayed(answer, request, to.origin.origin)
}

const nobody =
  'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.'

function conflict(message: string): RestError {
  return new RestError(409, message)
}

/** Undefined where the error names no worker at all. */
function targetOf(error: unknown): string | null | undefined {
  if (error instanceof NotLeaderError) return error.leaderUrl
  return error instanceof NotAssignedError ? error.ownerUrl : undefined
}

function targetFor(target: string, { path, query }: ForwardedRequest, forward: string): PeerTarget {
  const parameters = new URLSearchParams({ forward })
  for (const [name, value] of query) {
    if (name !== 'forward') parameters.append(name, value)
  }
  return peerTarget(target, `${path}?${parameters.toString()}`)
}

/** `path` behind the URL that a worker has told its group. Throws a RestError where that is none. */
export function peerTarget(target: string, path: string): PeerTarget {
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) {
    throw ioError(`the other worker's URL is ${target}, which is none of http or https.`)
  }
  const origin = new URL(target)
  return { origin, path: origin.pathname.replace(/\/+$/, '') + path }
}

function relayed(
  answer: PeerAnswer,
  { baseUrl }: ForwardedRequest,
  origin: string,
): ForwardedAnswer {
  const { status, body } = answer
  if (status === 204) return { status, body: '' }
  if (status >= 400) return { status, body: JSON.stringify(readPeerError(answer, origin)) }
  if (status < 200 || status >= 300) {
    throw new RestError(500, `Unexpected status code when handling forwarded request: ${status}`)
  }
  const text = body.toString()
  if (text !== '' && !isJson(text))
    throw ioError(`${origin} answered with something else than JSON.`)
  // What was created is found here as it is there.
  const created = /\/connectors\/[^/]+$/.exec(answer.location ?? '')?.[0]
  return { status, body: text, ...(created !== undefined && { location: baseUrl + created }) }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
