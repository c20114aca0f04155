import { ConnectError, asError, isRetriable } from '../errors/connect-error.ts'
import { intOf } from '../kafka/config-values.ts'
import type { KafkaClient } from '../kafka/net/client.ts'
import type { ClientConfig } from '../kafka/types.ts'

/** As of Java's administrative client: how long a call may take, retries included. */
const defaultApiTimeoutMs = 60_000

/** The id of the cluster. Rejects with Java's sentence where no broker answers within `default.api.timeout.ms`. */
export async function describeCluster(
  client: KafkaClient,
  config: ClientConfig,
  signal: AbortSignal,
): Promise<string | null> {
  const timeoutMs = intOf(config, 'default.api.timeout.ms', defaultApiTimeoutMs)
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  let failure: unknown = null
  for (;;) {
    try {
      return await client.metadata.ensureCluster(limited)
    } catch (error) {
      signal.throwIfAborted()
      if (!limited.aborted) failure = error
      if (isRetriable(error) && !limited.aborted) continue
      const cause = failure ?? error
      throw new ConnectError(
        "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties. " +
          `(${asError(cause).message})`,
        { cause },
      )
    }
  }
}
