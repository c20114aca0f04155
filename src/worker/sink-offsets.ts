import type { TopicPartition } from '../api/topic-partition.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { ConnectError, asError, javaNameOf } from '../errors/connect-error.ts'
import { partitionText } from '../kafka/topic-partitions.ts'
import type { ConnectorOffset, OffsetChange } from '../messages/connector-offsets.ts'
import type { StoredOffset } from '../stores/offset-backing-store.ts'
import { inGroupOrder } from '../stores/java-offset-order.ts'
import type { ConnectorRef, OffsetPlugin } from './offset-plugin.ts'
import { parseSinkOffsets } from './sink-offset-parser.ts'
import type { SinkOffset } from './sink-offset-parser.ts'
import type { TimeBudget } from './time-budget.ts'

/** The committed offsets of the consumer group that the tasks of one sink connector share. */
export interface SinkGroup {
  /** None where there is no group. */
  offsets(signal: AbortSignal): Promise<readonly (TopicPartition & { readonly offset: number })[]>
  commit(
    offsets: readonly (TopicPartition & { readonly offset: number })[],
    signal: AbortSignal,
  ): Promise<void>
  deleteOffsets(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void>
  /** Also resolves where there is none. */
  delete(signal: AbortSignal): Promise<void>
}

/** The group of a sink connector, with the client settings of that connector. */
export type SinkGroups = (connector: {
  readonly name: string
  readonly config: ConnectorConfig
}) => SinkGroup

/** The offsets of sink connectors, which Kafka keeps, read and changed from outside (KIP-875). */
export class SinkOffsets {
  readonly #groups: SinkGroups
  readonly #plugin: OffsetPlugin

  constructor(groups: SinkGroups, plugin: OffsetPlugin) {
    this.#groups = groups
    this.#plugin = plugin
  }

  async read(connector: ConnectorRef, signal: AbortSignal): Promise<readonly ConnectorOffset[]> {
    try {
      const offsets = inGroupOrder(await this.#groups(connector).offsets(signal))
      return offsets.map(({ topic, partition, offset }) => ({
        partition: { kafka_partition: partition, kafka_topic: topic },
        offset: { kafka_offset: offset },
      }))
    } catch (cause) {
      signal.throwIfAborted()
      throw new ConnectError(
        `Failed to retrieve consumer group offsets for sink connector ${connector.name}`,
        { cause },
      )
    }
  }

  /** As of a source. Without changes the whole group is deleted. */
  async modify(
    connector: ConnectorRef,
    changes: readonly OffsetChange[] | null,
    budget: TimeBudget,
  ): Promise<boolean> {
    const group = this.#groups(connector)
    if (changes === null) return this.#reset(connector, group, budget)
    const offsets = parseSinkOffsets(changes)
    refuseNegative(connector, offsets)
    const handled = await this.#plugin.alter(connector, offsets.map(toStored), budget)
    await alter(connector, group, offsets, budget)
    return handled
  }

  async #reset(connector: ConnectorRef, group: SinkGroup, budget: TimeBudget): Promise<boolean> {
    const { name } = connector
    const listing = `Failed to list offsets prior to resetting offsets for sink connector ${name}`
    const known = await budget
      .step(listing, (signal) => group.offsets(signal))
      .catch((cause: unknown) => Promise.reject(new ConnectError(listing, { cause })))
    const resets = known.map((each) => toStored({ ...each, offset: null }))
    const handled = await this.#plugin.alter(connector, resets, budget)
    const failed = `Failed to reset consumer group offsets for sink connector ${name}`
    try {
      await budget.lastStep(failed, (signal) => group.delete(signal))
    } catch (cause) {
      throw isHeld(cause) ? stillHeld('reset', name, cause) : new ConnectError(failed, { cause })
    }
    return handled
  }
}

async function alter(
  { name }: ConnectorRef,
  group: SinkGroup,
  offsets: readonly SinkOffset[],
  budget: TimeBudget,
): Promise<void> {
  const failed = `Failed to alter consumer group offsets for connector ${name}`
  const wanted = offsets.flatMap(({ offset, ...partition }) =>
    offset === null ? [] : [{ ...partition, offset }],
  )
  const resets = offsets.filter(({ offset }) => offset === null)
  try {
    await budget.lastStep(failed, async (signal) => {
      if (wanted.length > 0) await group.commit(wanted, signal)
      if (resets.length > 0) await group.deleteOffsets(resets, signal)
    })
  } catch (cause) {
    throw isHeld(cause) ? stillHeld('alter', name, cause) : new ConnectError(failed, { cause })
  }
}

function toStored({ topic, partition, offset }: SinkOffset): StoredOffset {
  return {
    partition: { kafka_partition: partition, kafka_topic: topic },
    offset: offset === null ? null : { kafka_offset: offset },
  }
}

/** Java calls the connector first, and answers the same. */
function refuseNegative({ name }: ConnectorRef, offsets: readonly SinkOffset[]): void {
  const negative = offsets.find(({ offset }) => offset !== null && offset < 0)
  if (negative === undefined) return
  throw new ConnectError(`Failed to modify offsets for sink connector ${name}`, {
    cause: new ConnectError(
      `The offset ${negative.offset} for ${partitionText(negative)} is negative.`,
    ),
  })
}

/** What brokers say of a group that has members. */
const heldBy = [
  'UnknownMemberIdException',
  'GroupSubscribedToTopicException',
  'GroupNotEmptyException',
]

function isHeld(error: unknown): boolean {
  const [simpleName = ''] = javaNameOf(asError(error)).split('.').slice(-1)
  return heldBy.includes(simpleName)
}

function stillHeld(doing: 'alter' | 'reset', name: string, cause: unknown): ConnectError {
  return new ConnectError(
    `Failed to ${doing} consumer group offsets for connector ${name} either because its tasks haven't stopped completely yet or the connector was resumed before the request to ${doing} its offsets could be successfully completed. If the connector is in a stopped state, this operation can be safely retried. If it doesn't eventually succeed, the Connect cluster may need to be restarted to get rid of the zombie sink tasks.`,
    { cause },
  )
}
