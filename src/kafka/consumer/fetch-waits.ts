import type { ConsumerOptions } from './consumer-options.ts'
import type { PartitionState } from './partition-state.ts'

/** After so many answers in a row with nothing in them a broker is asked to wait longer. */
const PATIENT_AFTER = 4
const LONGEST_MS = 5000
/** From the shortest wait to the longest. */
const MOST_DOUBLINGS = 13

/** Where each partition was, by the fetch that asks for it. */
type AskedOffsets = ReadonlyMap<PartitionState, number>

/**
 * How long a broker may wait for records: `fetch.max.wait.ms`, and where none have come for a while up to five seconds,
 * so that a consumer with nothing to read costs next to nothing. A broker answers as soon as there are `fetch.min.bytes`;
 * where that is more than one byte, nobody waits longer, as records may be held back.
 *
 * A broker serves one request of a connection at a time. So a long wait is given up, by closing the connection, as soon
 * as something is wanted that was not asked for.
 */
export class FetchWaits {
  readonly #options: Pick<ConsumerOptions, 'fetchMaxWaitMs' | 'fetchMinBytes'>
  /** Answers in a row with nothing in them, by broker. */
  readonly #empty = new Map<number, number>()
  /** The long waits that are under way. */
  readonly #long = new Map<number, AskedOffsets>()
  readonly #givenUp = new Set<number>()

  constructor(options: Pick<ConsumerOptions, 'fetchMaxWaitMs' | 'fetchMinBytes'>) {
    this.#options = options
  }

  /** A fetch is about to be sent: how many ms the broker may wait. */
  begin(broker: number, states: readonly PartitionState[]): number {
    const { fetchMaxWaitMs, fetchMinBytes } = this.#options
    const doublings = (this.#empty.get(broker) ?? 0) - PATIENT_AFTER
    if (doublings <= 0 || fetchMinBytes > 1 || fetchMaxWaitMs >= LONGEST_MS) return fetchMaxWaitMs
    this.#long.set(broker, new Map(states.map((state) => [state, state.fetchOffset])))
    return Math.min(fetchMaxWaitMs * 2 ** Math.min(doublings, MOST_DOUBLINGS), LONGEST_MS)
  }

  /** The fetch was answered, or failed: nobody waits. True where it was given up. */
  end(broker: number): boolean {
    this.#long.delete(broker)
    return this.#givenUp.delete(broker)
  }

  /** Whether there was anything in the answer. */
  brought(broker: number, anything: boolean): void {
    this.#empty.set(broker, anything ? 0 : (this.#empty.get(broker) ?? 0) + 1)
  }

  /** Whether `broker` waits for long for something else than `state` as it stands. */
  misses(broker: number, state: PartitionState): boolean {
    const asked = this.#long.get(broker)
    return asked !== undefined && asked.get(state) !== state.fetchOffset
  }

  /** The fetch is not waited for any more: the connection is to be closed, and waits begin short again. */
  giveUp(broker: number): void {
    this.#long.delete(broker)
    this.#empty.delete(broker)
    this.#givenUp.add(broker)
  }
}
