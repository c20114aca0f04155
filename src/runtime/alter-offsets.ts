import type { SinkOffsetChange, SourceOffsetChange } from '../api/connector.ts'
import { withTypedNumbers } from '../messages/offset-fields.ts'
import type { ConnectorThreadRequests } from '../messages/protocol.ts'
import type { PluginCalls } from './plugin-calls.ts'
import type { PluginLoader } from './task.ts'

type Change = ConnectorThreadRequests['alterOffsets'][0]

/** Asks a new instance of the connector, which as in Java is neither initialized nor started, to alter its offsets. */
export async function alterOffsets(
  { type, connectorClass, config, offsets }: Change,
  loader: PluginLoader,
  calls: PluginCalls,
  signal: AbortSignal,
): Promise<boolean> {
  const version = config['connector.plugin.version']
  if (type === 'source') {
    const Source = await loader.load('source', connectorClass, version)
    const changes = offsets.map(toSourceChange)
    return calls.call('alterOffsets', () => new Source().alterOffsets(config, changes, signal))
  }
  const Sink = await loader.load('sink', connectorClass, version)
  const changes = offsets.map(toSinkChange)
  return calls.call('alterOffsets', () => new Sink().alterOffsets(config, changes, signal))
}

/** What crossed between threads has lost the classes of its numbers. */
function toSourceChange({ partition, offset }: Change['offsets'][number]): SourceOffsetChange {
  return { partition: withTypedNumbers(partition), offset: withTypedNumbers(offset) }
}

/** A sink's offsets travel in Java's form: `{kafka_topic, kafka_partition}` and `{kafka_offset}`. */
function toSinkChange({ partition, offset }: Change['offsets'][number]): SinkOffsetChange {
  const { kafka_topic: topic, kafka_partition: number } = partition ?? {}
  const { kafka_offset: position = null } = offset ?? {}
  return {
    topic: String(topic),
    partition: Number(number),
    offset: typeof position === 'bigint' || position === null ? position : Number(position),
  }
}
