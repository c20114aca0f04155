import type { IncomingMessage, ServerResponse } from 'node:http'
import { createLogger } from '../util/logger.ts'

const log = createLogger('org.apache.kafka.connect.runtime.rest.RestServer')
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** Logs the request when it has been answered: extended NCSA format, then the time it took in ms, as Jetty does. */
export function logWhenAnswered(request: IncomingMessage, response: ServerResponse): void {
  if (!log.isEnabled('INFO')) return
  const received = Date.now()
  // Read now: the server may replace the method for its router.
  const { method = '-', url = '-', httpVersion, headers } = request
  const client = request.socket.remoteAddress ?? '-'
  response.once('finish', () => {
    const length = response.getHeader('content-length') ?? 0
    log.info(
      `${client} - - [${ncsaTime(received)}] "${method} ${url} HTTP/${httpVersion}" ${response.statusCode} ` +
        `${String(length)} "${headers.referer ?? '-'}" "${headers['user-agent'] ?? '-'}" ${Date.now() - received}`,
    )
  })
}

/** `21/Nov/2026:10:00:00 +0000` */
function ncsaTime(ms: number): string {
  const date = new Date(ms)
  const [day, time] = date.toISOString().split('T')
  const [year = '', , dayOfMonth = ''] = (day ?? '').split('-')
  return `${dayOfMonth}/${months[date.getUTCMonth()] ?? ''}/${year}:${(time ?? '').slice(0, 8)} +0000`
}
