import { asError, ConnectError } from '../../errors/connect-error.ts'
import { labelOf } from '../net/broker-pool.ts'
import { UnreachableError } from '../net/errors.ts'
import type { HostPort } from '../net/socket.ts'
import { brokerError } from '../protocol/errors.ts'

/** Names of kafkajs's errors that mean: no broker answered. */
const unreachable = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
])

/** kafkajs's error as one of ours: with its code where a broker answered. `doing` is e.g. `Cannot create topic orders`. */
export function adminErrors(
  error: unknown,
  doing: string,
  servers: readonly HostPort[],
): ConnectError {
  const cause = innermost(asError(error))
  const code: unknown = (cause as { code?: unknown }).code
  if (typeof code === 'number') return brokerError(code, doing)
  if (!unreachable.has(cause.name)) return new ConnectError(`${doing}: ${cause.message}`, { cause })
  return new UnreachableError(
    `${doing}: cannot reach any of the bootstrap servers ${servers.map(labelOf).join(', ')}: ${cause.message}. ` +
      'Check bootstrap.servers, and that the brokers run and listen there.',
    { cause },
  )
}

/** Behind what counts retries, or what gathers the errors of several topics. */
function innermost(error: Error): Error {
  const { errors } = error as { errors?: unknown }
  if (Array.isArray(errors) && errors.length > 0) return innermost(asError(errors[0]))
  return error.cause instanceof Error ? innermost(error.cause) : error
}
