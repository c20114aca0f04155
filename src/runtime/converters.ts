import type { Converter, HeaderConverter, InPlaceConverter } from '../api/converter.ts'
import type { Predicate, Transformation } from '../api/transformation.ts'
import { withoutPrefix } from '../config/client-config.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { PluginCall } from './task.ts'

/** What each kind of plugin that a task uses is an instance of. */
export interface PluginInstances {
  converter: Converter
  header_converter: HeaderConverter
  transformation: Transformation
  predicate: Predicate
}

/** Makes an instance of the plugin of this kind that answers to `name`, of the newest version within `version` (KIP-891). */
export type Instantiate = <K extends keyof PluginInstances>(
  type: K,
  name: string,
  version?: string,
) => Promise<{ readonly instance: PluginInstances[K]; readonly className: string }>

/** The converters of one task, configured. */
export interface TaskConverters {
  readonly key: NamedConverter
  readonly value: NamedConverter
  readonly header: HeaderConverter
  readonly headerClassName: string
  /** Whether one of them adds headers, so that every record must have some. */
  readonly addsHeaders: boolean
  /** Each lets go of what one of them holds. */
  readonly closers: readonly Closer[]
}

/** Closes one plugin. */
export interface Closer {
  readonly className: string
  close(): void
}

export interface NamedConverter {
  readonly converter: Converter
  /** The same object, where it can write and read in place. */
  readonly inPlace: InPlaceConverter | null
  readonly className: string
}

/** Used where neither connector nor worker names a header converter. */
const defaultHeaderConverter = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'

/**
 * Loads and configures a task's converters: the connector's own where it names one, with the connector's
 * settings alone, else the worker's (`Plugins.newConverter`).
 */
export async function openConverters(
  instantiate: Instantiate,
  connectorConfig: ConnectorConfig,
  workerConfig: ConnectorConfig,
  call: PluginCall,
): Promise<TaskConverters> {
  const open = async (role: 'key' | 'value'): Promise<NamedConverter> => {
    const { name, version, settings } = choose(`${role}.converter`, connectorConfig, workerConfig)
    const { instance, className } = await instantiate('converter', name ?? '', version)
    const config = { ...settings, 'converter.type': role }
    await call('configure', () => instance.configure?.(config, role === 'key'))
    return { converter: instance, inPlace: asInPlace(instance), className }
  }
  const key = await open('key')
  const value = await open('value')
  const { name, version, settings } = choose('header.converter', connectorConfig, workerConfig)
  const header = await instantiate('header_converter', name ?? defaultHeaderConverter, version)
  const config = { ...settings, 'converter.type': 'header' }
  await call('configure', () => header.instance.configure?.(config, false))
  return {
    key,
    value,
    header: header.instance,
    headerClassName: header.className,
    addsHeaders: addsHeaders(key) || addsHeaders(value),
    closers: [
      { className: key.className, close: () => key.converter.close?.() },
      { className: value.className, close: () => value.converter.close?.() },
      { className: header.className, close: () => header.instance.close?.() },
    ],
  }
}

interface Choice {
  readonly name: string | undefined
  readonly version: string | undefined
  readonly settings: ConnectorConfig
}

/** A connector that names no converter has nothing to say of its version either. */
function choose(key: string, connector: ConnectorConfig, worker: ConnectorConfig): Choice {
  const config = connector[key] === undefined ? worker : connector
  const version = config[`${key}.plugin.version`]
  return { name: config[key]?.trim(), version, settings: withoutPrefix(config, `${key}.`) }
}

function addsHeaders({ converter }: NamedConverter): boolean {
  return converter.addsHeaders === true
}

function asInPlace(converter: Converter): InPlaceConverter | null {
  const candidate = converter as Partial<InPlaceConverter>
  return typeof candidate.encodeAt === 'function' &&
    typeof candidate.decodeAt === 'function' &&
    typeof candidate.maxEncodedBytes === 'function'
    ? (candidate as InPlaceConverter)
    : null
}
