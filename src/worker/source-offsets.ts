import type { SourceOffset, SourcePartition } from '../data/records.ts'
import { javaClassName, schemalessType } from '../data/java-class.ts'
import { DataError } from '../errors/connect-error.ts'
import type { ConnectorOffset, GivenFields, OffsetChange } from '../messages/connector-offsets.ts'
import { inFieldOrder, inPartitionOrder } from '../stores/java-offset-order.ts'
import type { StoredOffset } from '../stores/offset-backing-store.ts'
import { canonicalPartition } from '../stores/offset-json.ts'
import { inConnectWords } from './connect-words.ts'
import type { ConnectorRef, OffsetPlugin } from './offset-plugin.ts'
import type { OffsetService } from './offset-service.ts'
import type { TimeBudget } from './time-budget.ts'

/** The stored offsets of source connectors, read and changed from outside (KIP-875). */
export class SourceOffsets {
  readonly #service: OffsetService
  readonly #plugin: OffsetPlugin

  constructor(parts: { readonly service: OffsetService; readonly plugin: OffsetPlugin }) {
    this.#service = parts.service
    this.#plugin = parts.plugin
  }

  /** As Java lists them, which has no place for a partition that is null. */
  async read(connector: ConnectorRef, signal: AbortSignal): Promise<readonly ConnectorOffset[]> {
    const offsets = (await this.#entries(connector, signal)).flatMap(({ partition, offset }) =>
      partition === null || offset === null
        ? []
        : [{ partition: inFieldOrder(partition), offset: inFieldOrder(offset) }],
    )
    return inPartitionOrder(offsets)
  }

  /**
   * Writes the changes, or without any resets every partition there is, once the connector agrees; answers whether it says
   * that it has done its part. Nothing may write offsets of this connector meanwhile.
   */
  async modify(
    connector: ConnectorRef,
    changes: readonly OffsetChange[] | null,
    budget: TimeBudget,
  ): Promise<boolean> {
    const { name } = connector
    const offsets =
      changes === null ? await this.#resets(connector, budget) : distinct(changes.map(toStored))
    const handled = await this.#plugin.alter(connector, offsets, budget)
    if (offsets.length === 0) return handled
    const timedOut = `Timed out while attempting to modify offsets for source connector ${name}`
    try {
      await budget.lastStep(timedOut, (signal) => this.#service.modify(connector, offsets, signal))
    } catch (error) {
      throw inConnectWords(error, `Failed to modify offsets for source connector ${name}`)
    }
    return handled
  }

  async #entries(connector: ConnectorRef, signal: AbortSignal): Promise<readonly StoredOffset[]> {
    try {
      return await this.#service.entries(connector, signal)
    } catch (error) {
      signal.throwIfAborted()
      throw inConnectWords(
        error,
        `Failed to retrieve offsets for source connector ${connector.name}`,
      )
    }
  }

  async #resets(connector: ConnectorRef, budget: TimeBudget): Promise<readonly StoredOffset[]> {
    const timedOut = `Timed out while trying to read to the end of the offsets topic prior to modifying offsets for source connector ${connector.name}`
    const known = await budget.step(timedOut, (signal) => this.read(connector, signal))
    return known.map(({ partition }) => ({ partition, offset: null }))
  }
}

/** Of the changes of one partition the last counts. */
function distinct(changes: readonly StoredOffset[]): readonly StoredOffset[] {
  const last = new Map(changes.map((change) => [canonicalPartition(change.partition), change]))
  return [...last.values()]
}

function toStored({ partition, offset }: OffsetChange): StoredOffset {
  return { partition: toFields(partition), offset: toFields(offset) }
}

/** In the order in which Java would write them. Throws a DataError for what is not flat. */
function toFields(given: GivenFields | null): SourcePartition | SourceOffset | null {
  if (given === null) return null
  for (const [name, value] of given) {
    const type = value === null ? 'STRING' : schemalessType(value)
    if (type !== null && !['ARRAY', 'MAP', 'STRUCT'].includes(type)) continue
    throw new DataError(
      `Offsets may only contain primitive types as values, but field ${name} contains ${type ?? `class ${javaClassName(value)}`}`,
    )
  }
  return inFieldOrder(Object.fromEntries(given) as SourcePartition)
}
