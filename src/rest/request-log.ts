import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createLogger } from '../util/logger.ts'

const log = createLogger('org.apache.kafka.connect.runtime.rest.RestServer')
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** Logs the request when it has been answered or given up: Jetty's `%{client}a - %u %t "%r" %s %O "%{Referer}i" "%{User-Agent}i" %{ms}T`. */
export function logWhenAnswered(request: IncomingMessage, response: ServerResponse): void {
  if (!log.isEnabled('INFO')) return
  const received = Date.now()
  // Read now: the server may replace method and path for its router, and the socket is gone at the end.
  const { method = '-', url = '-', httpVersion, headers, socket } = request
  const client = clientOf(socket)
  response.once('close', () => {
    const length = Number(response.getHeader('content-length') ?? 0)
    const bytes = method === 'HEAD' || !response.headersSent ? 0 : length
    log.info(
      `${client} - - [${ncsaTime(received)}] "${method} ${url} HTTP/${httpVersion}" ${response.statusCode} ` +
        `${bytes} "${headers.referer ?? ''}" "${headers['user-agent'] ?? ''}" ${Date.now() - received}`,
    )
  })
}

export interface RefusedRequest {
  readonly client: string
  readonly status: number
  /** Of the answer's body. */
  readonly bytes: number
}

/** The same for what was no request. */
export function logRefused({ client, status, bytes }: RefusedRequest): void {
  log.info(`${client} - - [${ncsaTime(Date.now())}] "-" ${status} ${bytes} "" "" 0`)
}

/** An IPv4 address as such, also where the socket is one of IPv6. */
export function clientOf(socket: Duplex): string {
  const { remoteAddress } = socket as Partial<Socket>
  return remoteAddress?.replace(/^::ffff:/, '') ?? '-'
}

/** `21/Nov/2026:10:00:00 +0000` */
function ncsaTime(ms: number): string {
  const date = new Date(ms)
  const [day, time] = date.toISOString().split('T')
  const [year = '', , dayOfMonth = ''] = (day ?? '').split('-')
  return `${dayOfMonth}/${months[date.getUTCMonth()] ?? ''}/${year}:${(time ?? '').slice(0, 8)} +0000`
}
