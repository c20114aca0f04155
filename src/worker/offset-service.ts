import type { ConnectorConfig } from '../config/types.ts'
import { ConnectError } from '../errors/connect-error.ts'
import type { SourceOffset, SourcePartition } from '../data/records.ts'
import { withTypedNumbers } from '../messages/offset-fields.ts'
import type { Run } from '../messages/protocol.ts'
import type { OffsetBackingStore, StoredOffset } from '../stores/offset-backing-store.ts'
import { faultPoint } from '../util/fault-point.ts'
import { SerialQueue } from '../util/serial-queue.ts'
import type { OffsetStores } from './offset-stores.ts'

interface OffsetRequest {
  readonly connector: string
  readonly run: Run
}

interface WriteRequest extends OffsetRequest {
  readonly offsets: readonly (readonly [SourcePartition | null, SourceOffset | null])[]
}

/** A connector whose offsets are concerned; its configuration has its variables resolved. */
interface OfConnector {
  readonly name: string
  readonly config: ConnectorConfig
}

/**
 * Reads and writes source offsets for the plugin threads. What the tasks of one connector ask is done in the order
 * it arrived, so that a read sees every write before it; connectors do not wait for each other.
 */
export class OffsetService {
  readonly #stores: OffsetStores
  readonly #configOf: (request: OffsetRequest) => ConnectorConfig | null
  readonly #queues = new Map<string, SerialQueue>()

  /** `configOf`: the connector's configuration, of a run that may still read and write: a cancelled task may not, null then. */
  constructor(stores: OffsetStores, configOf: (request: OffsetRequest) => ConnectorConfig | null) {
    this.#stores = stores
    this.#configOf = configOf
  }

  read(
    request: OffsetRequest & { readonly partitions: readonly SourcePartition[] },
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]> {
    const partitions = request.partitions.map(withTypedNumbers)
    return this.#inTurn(request, signal, (store) =>
      store.get(request.connector, partitions, signal),
    )
  }

  /** As {@link read}, for a preview: it is no run of the connector's. */
  peek(
    { name, config }: OfConnector,
    partitions: readonly SourcePartition[],
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]> {
    const asked = partitions.map(withTypedNumbers)
    return this.#queued(name, signal, () =>
      this.#stores.use(name, config, (store) => store.get(name, asked, signal), signal),
    )
  }

  /** Resolves once the offsets are durable (invariants 1 and 5). */
  write(request: WriteRequest, signal: AbortSignal): Promise<void> {
    const entries = storedOffsets(request)
    return this.#inTurn(request, signal, async (store) => {
      faultPoint('offsets.write')
      await store.set(request.connector, entries, signal)
      faultPoint('offsets.written')
    })
  }

  /** As {@link write}, to the worker's own store, wherever the connector has its offsets. */
  copy(request: WriteRequest, signal: AbortSignal): Promise<void> {
    const entries = storedOffsets(request)
    return this.#inTurn(request, signal, () =>
      this.#stores.own.set(request.connector, entries, signal),
    )
  }

  /** The bytes under which the offsets of these partitions are stored. */
  keys(
    request: OffsetRequest & { readonly partitions: readonly (SourcePartition | null)[] },
    signal: AbortSignal,
  ): Promise<readonly Uint8Array[]> {
    const partitions = request.partitions.map(withTypedNumbers)
    return this.#inTurn(request, signal, (store) =>
      Promise.resolve(store.keys(request.connector, partitions)),
    )
  }

  /** Every partition of a connector that has an offset. */
  entries({ name, config }: OfConnector, signal: AbortSignal): Promise<readonly StoredOffset[]> {
    return this.#stores.use(name, config, (store) => store.entries(name, signal), signal)
  }

  /** Writes what a client wants the offsets to be, after all that tasks are writing. Resolves once they are durable. */
  modify(
    { name, config }: OfConnector,
    offsets: readonly StoredOffset[],
    signal: AbortSignal,
  ): Promise<void> {
    return this.#queued(name, signal, () =>
      this.#stores.use(name, config, (store) => store.set(name, offsets, signal), signal),
    )
  }

  /** Resolves when nothing asked so far is under way, and what was opened for it is closed. */
  async idle(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.idle()))
    await this.#stores.stop()
  }

  #inTurn<T>(
    request: OffsetRequest,
    signal: AbortSignal,
    act: (store: OffsetBackingStore) => Promise<T>,
  ): Promise<T> {
    const { connector } = request
    return this.#queued(connector, signal, () => {
      const config = this.#configOf(request)
      if (config === null) throw fenced(connector)
      return this.#stores.use(connector, config, act, signal)
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

function storedOffsets({ offsets }: WriteRequest): readonly StoredOffset[] {
  return offsets.map(([partition, offset]) => ({
    partition: withTypedNumbers(partition),
    offset: withTypedNumbers(offset),
  }))
}
