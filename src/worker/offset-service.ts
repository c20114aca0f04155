import { ConnectError } from '../errors/connect-error.ts'
import type { SourceOffset, SourcePartition } from '../data/records.ts'
import { withTypedNumbers } from '../messages/offset-fields.ts'
import type { Run } from '../messages/protocol.ts'
import type { OffsetBackingStore, StoredOffset } from '../stores/offset-backing-store.ts'
import { faultPoint } from '../util/fault-point.ts'
import { SerialQueue } from '../util/serial-queue.ts'

interface OffsetRequest {
  readonly connector: string
  readonly run: Run
}

/**
 * Reads and writes source offsets for the plugin threads. What the tasks of one connector ask is done in the order
 * it arrived, so that a read sees every write before it; connectors do not wait for each other.
 */
export class OffsetService {
  readonly #store: OffsetBackingStore
  readonly #isCurrent: (request: OffsetRequest) => boolean
  readonly #queues = new Map<string, SerialQueue>()

  /** `isCurrent` says whether a run may still read and write: a cancelled task may not. */
  constructor(store: OffsetBackingStore, isCurrent: (request: OffsetRequest) => boolean) {
    this.#store = store
    this.#isCurrent = isCurrent
  }

  read(
    request: OffsetRequest & { readonly partitions: readonly SourcePartition[] },
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]> {
    return this.#inTurn(request, signal, () =>
      this.#store.get(request.connector, request.partitions.map(withTypedNumbers), signal),
    )
  }

  /** As {@link read}, for a preview: it is no run of the connector's. */
  peek(
    connector: string,
    partitions: readonly SourcePartition[],
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]> {
    return this.#queued(connector, signal, () =>
      this.#store.get(connector, partitions.map(withTypedNumbers), signal),
    )
  }

  /** Resolves once the offsets are durable (invariants 1 and 5). */
  write(
    request: OffsetRequest & {
      readonly offsets: readonly (readonly [SourcePartition | null, SourceOffset | null])[]
    },
    signal: AbortSignal,
  ): Promise<void> {
    const entries = request.offsets.map(([partition, offset]) => ({
      partition: withTypedNumbers(partition),
      offset: withTypedNumbers(offset),
    }))
    return this.#inTurn(request, signal, async () => {
      faultPoint('offsets.write')
      await this.#store.set(request.connector, entries, signal)
      faultPoint('offsets.written')
    })
  }

  /** Writes what a client wants the offsets to be, after all that tasks are writing. Resolves once they are durable. */
  modify(connector: string, offsets: readonly StoredOffset[], signal: AbortSignal): Promise<void> {
    return this.#queued(connector, signal, () => this.#store.set(connector, offsets, signal))
  }

  /** Resolves when nothing asked so far is under way. */
  async idle(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.idle()))
  }

  #inTurn<T>(request: OffsetRequest, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    return this.#queued(request.connector, signal, () => {
      if (!this.#isCurrent(request)) throw fenced(request.connector)
      return act()
    })
  }

  async #queued<T>(connector: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(connector) ?? new SerialQueue()
    this.#queues.set(connector, queue)
    try {
      return await queue.run(() => {
        signal.throwIfAborted()
        return act()
      })
    } finally {
      if (queue.size === 0 && this.#queues.get(connector) === queue) this.#queues.delete(connector)
    }
  }
}

function fenced(connector: string): ConnectError {
  return new ConnectError(
    `A task of connector ${connector} that was cancelled or replaced may not read or write offsets any more.`,
  )
}
