import type { ConnectorConfig } from '../config/types.ts'
import { ConnectError, asError, javaNameOf } from '../errors/connect-error.ts'
import type { ConnectorThreadRequests, Run } from '../messages/protocol.ts'
import type { StoredOffset } from '../stores/offset-backing-store.ts'
import { inConnectWords } from './connect-words.ts'
import type { ThreadPool } from './thread-pool.ts'
import type { TimeBudget } from './time-budget.ts'

/** A connector whose offsets are concerned; its configuration has its variables resolved. */
export interface ConnectorRef {
  readonly name: string
  readonly type: 'source' | 'sink'
  readonly connectorClass: string
  readonly config: ConnectorConfig
}

export type AlterOffsets = (
  change: Omit<ConnectorThreadRequests['alterOffsets'][0], 'run'>,
  signal: AbortSignal,
) => Promise<boolean>

/** Asks the plugin of a connector, which is in its hands where offsets are to be altered. */
export class OffsetPlugin {
  readonly #alterOffsets: AlterOffsets

  constructor(alterOffsets: AlterOffsets) {
    this.#alterOffsets = alterOffsets
  }

  /** Whether the connector says that it has done its part. Rejects where it refuses, or does not answer in time. */
  async alter(
    connector: ConnectorRef,
    offsets: readonly StoredOffset[],
    budget: TimeBudget,
  ): Promise<boolean> {
    const { name, type } = connector
    const timedOut = `Timed out while calling the 'alterOffsets' method for ${type} connector ${name}`
    try {
      return await budget.step(timedOut, (signal) =>
        this.#alterOffsets({ ...connector, offsets }, signal),
      )
    } catch (error) {
      const cause = asError(error)
      if (javaNameOf(cause) !== 'java.lang.UnsupportedOperationException') {
        throw inConnectWords(cause, `Failed to modify offsets for ${type} connector ${name}`)
      }
      throw new ConnectError(
        `Failed to modify offsets for connector ${name} because it doesn't support external modification of offsets`,
        { cause },
      )
    }
  }
}

/** Calls `alterOffsets` in the connector thread, under a run of its own: a thread that hangs in it names it. */
export function alterOffsetsIn(pool: ThreadPool, newRun: () => Run): AlterOffsets {
  return async (change, signal) => {
    const thread = pool.connectorThread()
    const run = newRun()
    try {
      const { handled } = await thread.channel.request(
        'alterOffsets',
        { ...change, run },
        { signal },
      )
      return handled
    } catch (cause) {
      if (thread.reason === null || thread.board.running()?.run !== run) throw cause
      throw new ConnectError(
        `Connector ${change.name} ended its thread in alterOffsets of ${change.connectorClass}: ${thread.reason.message}`,
        { cause },
      )
    }
  }
}
