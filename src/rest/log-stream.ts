import type { ServerResponse } from 'node:http'
import { ranks } from '../util/log-levels.ts'
import type { KeptLine, LogFollower, LogHistory, LogOwner, LogQuery } from '../util/log-history.ts'

/** Writes an answer that goes on until the client leaves or there is nothing more to say. */
export type Stream = (response: ServerResponse) => void

/** Bytes that wait for one client. */
const mostUnread = 1024 * 1024
const keepAliveMs = 60_000

/**
 * The lines there are, then each as it is logged. A client that does not read them in time is told so and sent away. Null
 * where too many follow already.
 */
export function followLog(
  history: LogHistory,
  {
    owner,
    query,
    lines,
    format,
  }: {
    readonly owner: LogOwner
    readonly query: LogQuery
    readonly lines: readonly KeptLine[]
    readonly format: (line: KeptLine) => string
  },
): Stream | null {
  // Lines that are logged until the answer begins are not many.
  let response: ServerResponse | null = null
  const early: KeptLine[] = []
  const follower: LogFollower = {
    line: (line) => {
      if (ranks[line.entry.level] > ranks[query.level]) return
      if (response === null) early.push(line)
      else send(response, line)
    },
    ended: () => response?.end(),
  }
  const send = (to: ServerResponse, line: KeptLine): void => {
    if (to.writableEnded) return
    to.write(format(line))
    if (to.writableLength <= mostUnread) return
    history.unfollow(follower)
    to.end(format(tooSlow(line)))
  }
  if (!history.follow(owner, follower)) return null
  return (to) => {
    response = to
    if (to.destroyed) history.unfollow(follower)
    to.once('close', () => history.unfollow(follower))
    // A quiet task is no reason to hang up; whether the client is still there, TCP finds out.
    to.setTimeout(0)
    to.socket?.setKeepAlive(true, keepAliveMs)
    to.setHeader('Connection', 'close')
    to.flushHeaders()
    for (const line of [...lines, ...early]) send(to, line)
  }
}

function tooSlow({ entry, run }: KeptLine): KeptLine {
  const message =
    'This stream ends here: the lines were not read as fast as they came. Ask again with "since" for what followed.'
  const { timestamp, context } = entry
  const logger = 'org.apache.kafka.connect.runtime.rest.RestServer'
  return { run, entry: { timestamp, context, logger, message, level: 'WARN' } }
}
