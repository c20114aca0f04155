import type { TopicPartition } from '../../api/topic-partition.ts'
import { asError } from '../../errors/connect-error.ts'
import { isAbortOf } from '../../util/abort.ts'
import type { KafkaClient } from '../net/client.ts'
import { partitionText } from '../topic-partitions.ts'
import type { ConsumerOptions } from './consumer-options.ts'
import { listOffsets } from './list-offsets.ts'
import { latest, timestampOf } from './offset-reset.ts'
import type { OffsetLookup } from './offset-reset.ts'
import type { PartitionState } from './partition-state.ts'
import { PartitionWork } from './partition-work.ts'

export interface PositionParts {
  readonly client: KafkaClient
  readonly options: ConsumerOptions
  /** Called when a position was found. */
  readonly notify: () => void
  /** Takes what no trying again helps against. */
  readonly fail: (error: Error) => void
}

/** Looks up where partitions begin that are to begin at an end of the log, or at a time. */
export class PositionLookups extends PartitionWork {
  readonly #parts: PositionParts

  constructor(parts: PositionParts) {
    super(parts.notify)
    this.#parts = parts
  }

  /** Begins with those of `states` that are to be looked up and are not yet. */
  begin(states: Iterable<PartitionState>): void {
    const lookups = new Map<string, PartitionState[]>()
    for (const state of states) {
      if (state.resetTo === null || state.position !== null) continue
      if (this.isUnderWay(state)) continue
      const alike = lookups.get(state.resetTo.text)
      if (alike) alike.push(state)
      else lookups.set(state.resetTo.text, [state])
    }
    for (const alike of lookups.values()) {
      const to = alike[0]?.resetTo
      if (to) this.start(alike, (signal) => this.#lookUp(to, alike, signal))
    }
  }

  /** Never rejects. */
  async #lookUp(
    to: OffsetLookup,
    states: readonly PartitionState[],
    signal: AbortSignal,
  ): Promise<void> {
    const { client, options, notify, fail } = this.#parts
    const byKey = new Map(states.map((state) => [partitionText(state), state]))
    const found = (partition: TopicPartition, offset: number): void => {
      const state = byKey.get(partitionText(partition))
      if (state?.position !== null || state.resetTo !== to || signal.aborted) return
      // No record is that young: what comes from now on is.
      if (offset < 0) state.reset(latest)
      else state.seek(offset)
      notify()
    }
    const timestamp = timestampOf(to, Date.now())
    const query = { partitions: states, timestamp, isolationLevel: options.isolationLevel }
    try {
      // Not behind a fetch, which the broker may answer late.
      await listOffsets(client, { ...query, purpose: 'meta', onFound: found }, signal)
    } catch (error) {
      if (!isAbortOf(signal, error)) fail(asError(error))
    }
  }
}
