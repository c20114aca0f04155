import { builtInConverters } from '../converters/built-in-converters.ts'
import type { ConverterModule } from '../converters/built-in-converters.ts'
import { builtInTransforms } from '../transforms/built-in-transforms.ts'
import type { TransformFamily } from '../transforms/built-in-transforms.ts'
import { kafkaVersion } from '../util/kafka-version.ts'
import type { PluginDescriptor, PluginType } from './plugin-descriptor.ts'

/** A plugin that is part of the worker's own code: imported when it is first used. */
interface BuiltInPlugin {
  readonly type: PluginType
  readonly className: string
  /** Where it is not Kafka's. */
  readonly version?: string | null
  load(): Promise<unknown>
}

/** What Java prints as the location of what comes with the worker. */
export const ownLocation = 'classpath'

const providers = ['File', 'Directory', 'EnvVar'] as const
const policies = ['All', 'None', 'Principal', 'Allowlist'] as const

const converterModules: Record<ConverterModule, () => Promise<object>> = {
  index: () => import('../converters/index.ts'),
  avro: () => import('../converters/registry/avro-converter.ts'),
  'json-schema': () => import('../converters/registry/json-schema-converter.ts'),
  protobuf: () => import('../converters/registry/protobuf-converter.ts'),
}

interface TransformModule {
  readonly transformClasses: ReadonlyMap<string, unknown>
}

const transformModules: Record<TransformFamily, () => Promise<TransformModule>> = {
  kafka: () => import('../transforms/index.ts'),
  aiven: () => import('../transforms/aiven/index.ts'),
  common: () => import('../transforms/common/index.ts'),
  confluent: () => import('../transforms/confluent/index.ts'),
  debezium: () => import('../transforms/debezium/index.ts'),
}

const all: readonly BuiltInPlugin[] = [
  ...builtInConverters.map(({ type, className, exportName, module }) => ({
    type,
    className,
    load: async () => exportOf(await converterModules[module](), exportName),
  })),
  ...builtInTransforms.map(({ type, className, family, version }) => ({
    type,
    className,
    version,
    load: async () => (await transformModules[family]()).transformClasses.get(className),
  })),
  ...providers.map((provider): BuiltInPlugin => {
    const simpleName = `${provider}ConfigProvider` as const
    return {
      type: 'config_provider',
      className: `org.apache.kafka.common.config.provider.${simpleName}`,
      load: async () => (await import('./config-providers.ts'))[simpleName],
    }
  }),
  {
    type: 'rest_extension',
    className: 'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension',
    load: async () =>
      (await import('./basic-auth/basic-auth-extension.ts')).BasicAuthSecurityRestExtension,
  },
  ...policies.map((policy): BuiltInPlugin => {
    const simpleName = `${policy}ConnectorClientConfigOverridePolicy` as const
    return {
      type: 'override_policy',
      className: `org.apache.kafka.connect.connector.policy.${simpleName}`,
      load: async () => (await import('./override-policies.ts'))[simpleName],
    }
  }),
]

function exportOf(module: object, name: string): unknown {
  return (module as Readonly<Record<string, unknown>>)[name]
}

const scheme = 'sluice:built-in/'

/** Converters, transformations, predicates and the like that come with the worker. */
export const builtInPlugins: readonly PluginDescriptor[] = all.map((plugin) => ({
  type: plugin.type,
  className: plugin.className,
  version: plugin.version ?? kafkaVersion,
  aliases: [],
  moduleUrl: `${scheme}${plugin.type}`,
  exportName: plugin.className,
  location: ownLocation,
}))

/** The class of a built-in plugin, imported now; undefined where `plugin` is not one. */
export async function loadBuiltIn(plugin: PluginDescriptor): Promise<unknown> {
  if (!plugin.moduleUrl.startsWith(scheme)) return undefined
  const found = all.find(({ type, className }) => {
    return type === plugin.type && className === plugin.className
  })
  return found?.load()
}
