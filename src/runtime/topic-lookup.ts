import { asError } from '../errors/connect-error.ts'
import { DisconnectError, RequestTimeoutError, UnreachableError } from '../kafka/net/errors.ts'
import type { RecordProducer } from '../kafka/types.ts'
import { timeLimit } from '../util/abort.ts'
import type { Logger } from '../util/logger.ts'

/** How long a topic may take to come up: `max.block.ms` of a task's producers has no end. */
export const lookupMs = 60_000

/**
 * How many partitions `topic` has. Waits for brokers that are away for as long as it takes, or until `cancelled` aborts; a topic
 * that is not there has a limit.
 */
export async function partitionCountOf(
  topic: string,
  producer: RecordProducer,
  logger: Logger,
  cancelled: AbortSignal,
): Promise<number> {
  for (;;) {
    using limit = timeLimit(lookupMs, cancelled)
    try {
      return await producer.partitionCount(topic, limit.signal)
    } catch (error) {
      if (cancelled.aborted || !isAway(error)) throw error
      logger.warn(`Still looking up topic ${topic}: ${asError(error).message}`)
    }
  }
}

/** Whether no broker answered, rather than that one said no. */
function isAway(error: unknown): boolean {
  const reason = asError(error).cause ?? error
  return (
    reason instanceof DisconnectError ||
    reason instanceof UnreachableError ||
    reason instanceof RequestTimeoutError
  )
}
