import type { NoticeHandlers } from '../messages/channel.ts'
import type { PluginThreadNotices } from '../messages/protocol.ts'
import { registerLoggers } from '../util/log-levels.ts'
import { forwardLogEntry } from '../util/logger.ts'
import { rememberSecret } from '../util/secrets.ts'

/** What plugin threads say of their log: its lines, the names of its loggers, and what it must not show. */
export const logNotices: Pick<NoticeHandlers<PluginThreadNotices>, 'log' | 'loggers' | 'secret'> = {
  log: forwardLogEntry,
  loggers: ({ names }) => registerLoggers(names),
  secret: ({ secret }) => rememberSecret(secret),
}
