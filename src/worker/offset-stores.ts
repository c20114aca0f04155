import type { ConnectorConfig } from '../config/types.ts'
import type { OffsetBackingStore } from '../stores/offset-backing-store.ts'
import { abortable } from '../util/abort.ts'

/** Where the offsets of a connector lie that are not, or not only, in the worker's own store. */
export interface OffsetPlace {
  readonly topic: string
  /** Whether they are kept in the worker's own store, too. */
  readonly hasSecondStore: boolean
  /** Differs where the store does that `create` makes. */
  readonly key: string
  /** A store that has not been started. */
  create(): OffsetBackingStore
}

/** Says where connectors keep their offsets (`offsets.storage.topic`). */
export interface OffsetPlaces {
  /** Null where they are in the worker's own store alone. */
  of(connector: string, config: ConnectorConfig): OffsetPlace | null
}

/** So long a store is kept open that nobody uses: what is asked next need not read its topic from the beginning. */
const idleMs = 180_000
/** How long a store may take to close that is not needed any more. */
const closeMs = 10_000

interface OpenStore {
  readonly store: OffsetBackingStore
  readonly started: Promise<void>
  uses: number
  closing: NodeJS.Timeout | undefined
}

/** The stores of all connectors of a worker: its own, and those of connectors with a topic of theirs, opened when used. */
export class OffsetStores {
  readonly own: OffsetBackingStore
  readonly #places: OffsetPlaces | null
  readonly #open = new Map<string, OpenStore>()
  readonly #stopping = new AbortController()

  /** Whoever made `own` starts and stops it. */
  constructor(own: OffsetBackingStore, places: OffsetPlaces | null = null) {
    this.own = own
    this.#places = places
  }

  /** Null where the connector's offsets are in the worker's own store alone. */
  placeOf(connector: string, config: ConnectorConfig): OffsetPlace | null {
    return this.#places?.of(connector, config) ?? null
  }

  /** Calls `act` with the store of a connector's offsets, which stays open meanwhile. */
  async use<T>(
    connector: string,
    config: ConnectorConfig,
    act: (store: OffsetBackingStore) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const place = this.placeOf(connector, config)
    if (place === null) return act(this.own)
    const open = this.#take(place)
    try {
      await abortable(open.started, signal)
      return await act(open.store)
    } finally {
      this.#giveBack(place.key, open)
    }
  }

  /** Resolves once all but the worker's own are closed. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The offset stores were stopped.'))
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map((each) => close(each)))
  }

  #take(place: OffsetPlace): OpenStore {
    const known = this.#open.get(place.key)
    if (known !== undefined) {
      known.uses++
      clearTimeout(known.closing)
      return known
    }
    const store = place.create()
    const started = store.start(this.#stopping.signal)
    const open: OpenStore = { store, started, uses: 1, closing: undefined }
    this.#open.set(place.key, open)
    // Whoever waits for it is told; the next one opens another.
    started.catch(() => this.#forget(place.key, open))
    return open
  }

  #giveBack(key: string, open: OpenStore): void {
    open.uses--
    if (open.uses > 0 || this.#open.get(key) !== open) return
    open.closing = setTimeout(() => this.#forget(key, open), idleMs).unref()
  }

  #forget(key: string, open: OpenStore): void {
    if (this.#open.get(key) !== open) return
    this.#open.delete(key)
    void close(open)
  }
}

/** Never rejects: what cannot be closed in order is given up. */
async function close({ store, started, closing }: OpenStore): Promise<void> {
  clearTimeout(closing)
  await started.catch(() => undefined)
  await store.stop(AbortSignal.timeout(closeMs)).catch(() => undefined)
}
