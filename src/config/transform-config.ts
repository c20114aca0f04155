import { ConfigError, isConnectError } from '../errors/connect-error.ts'
import { parseVersionRange } from '../util/version-range.ts'
import { embedKeys } from './embed.ts'
import { configDef, configDefOf } from './config-def.ts'
import { concreteClass, definitionFailed } from './plugin-catalog.ts'
import type { PluginCatalog, PluginDefinition } from './plugin-catalog.ts'
import { parseType } from './parse-type.ts'
import type { ConfigKey, RawConfig, Recommender, Validator } from './types.ts'
import { validator } from './validators.ts'

/** The keys of the transformations and predicates that a connector names (`ConnectorConfig.enrich`). */

/** The two lists of aliases, and what hangs on them. */
const kinds = {
  transforms: { type: 'transformation', noun: 'transformation', title: 'Transform' },
  predicates: { type: 'predicate', noun: 'predicate', title: 'Predicate' },
} as const
type AliasList = keyof typeof kinds

/** What an alias names: a class, and which versions of it will do. */
export interface AliasedPlugin {
  readonly type: 'transformation' | 'predicate'
  readonly className: string
  readonly version: string | null
}

/** What the connector's chain names and the catalog knows to be of the right kind. */
export function pluginsNamed(props: RawConfig, catalog: PluginCatalog): AliasedPlugin[] {
  return (['transforms', 'predicates'] as const).flatMap((list) =>
    aliasesIn(props, list)
      .map((alias) => pluginNamed(list, alias, props, catalog))
      .filter((plugin) => plugin !== null)
      .filter(({ type, className }) => catalog.classNames(type).includes(className)),
  )
}

function pluginNamed(
  list: AliasList,
  alias: string,
  props: RawConfig,
  catalog: PluginCatalog,
): AliasedPlugin | null {
  const className = catalog.resolveClass(props[`${list}.${alias}.type`] ?? '')
  const version = props[`${list}.${alias}.plugin.version`] ?? null
  return className === null ? null : { type: kinds[list].type, className, version }
}

export interface TransformContext {
  readonly props: RawConfig
  readonly catalog: PluginCatalog
  /** Of what {@link pluginsNamed} returned. */
  definitionOf(plugin: AliasedPlugin): PluginDefinition | undefined
}

/** Keys for every alias: its type, its version, and where the class is known the keys of its own. */
export function transformKeys(context: TransformContext): ConfigKey[] {
  return (['transforms', 'predicates'] as const).flatMap((list) =>
    aliasesIn(context.props, list).flatMap((alias) => aliasKeys(list, alias, context)),
  )
}

function aliasKeys(list: AliasList, alias: string, context: TransformContext): ConfigKey[] {
  const plugin = pluginNamed(list, alias, context.props, context.catalog)
  const definition = plugin === null ? undefined : context.definitionOf(plugin)
  const head = headKeys(list, alias, { plugin, definition, context })
  if (definition === undefined || definition instanceof Error) return head
  const own = definition.keys.values()
  const embedded = list === 'transforms' ? withChainKeys(own) : own
  const group = `${kinds[list].title}s: ${alias}`
  const where = { prefix: `${list}.${alias}.`, group, startOrder: head.length }
  return [...head, ...embedKeys(embedded, where)]
}

interface Head {
  readonly plugin: AliasedPlugin | null
  readonly definition: PluginDefinition | undefined
  readonly context: TransformContext
}

/** `….type` and `….plugin.version`. */
function headKeys(list: AliasList, alias: string, head: Head): ConfigKey[] {
  const { type, noun, title } = kinds[list]
  const { catalog, props } = head.context
  const prefix = `${list}.${alias}.`
  const versions = head.plugin === null ? [] : catalog.versions(type, head.plugin.className)
  const newest = versions.at(-1) ?? null
  const shared = { importance: 'high', group: `${title}s: ${alias}`, width: 'long' } as const
  const def = configDef({
    [`${prefix}type`]: {
      ...shared,
      type: 'class',
      validator: typeValidator(list, props, head),
      doc: `Class for the '${alias}' ${noun}.`,
      order: 0,
      displayName: `${title === 'Transform' ? 'Transformation' : title} type for ${alias}`,
      recommender: recommending(catalog.classNames(type)),
    },
    [`${prefix}plugin.version`]: {
      ...shared,
      type: 'string',
      default: newest,
      // The newest, which is the default, is installed.
      validator: validator('', (_name, value) => {
        if (head.plugin !== null && value !== newest) requireVersion(head)
      }),
      doc: `Version of the '${alias}' ${noun}.`,
      order: 1,
      displayName: `${title === 'Transform' ? 'Transformation' : title} version for ${alias}`,
      recommender: recommending(versions),
    },
  })
  return [...def.keys.values()]
}

function typeValidator(list: AliasList, props: RawConfig, head: Head): Validator {
  const { type } = kinds[list]
  const concrete = concreteClass(head.context.catalog, type)
  return validator(concrete.validValues ?? '', (name, value) => {
    if (list === 'transforms') rejectLoneNegate(name.slice(0, -'type'.length), props)
    requireVersion(head)
    concrete(name, value)
    if (head.definition instanceof Error) {
      throw definitionFailed(name, type, head.plugin?.className ?? '', head.definition)
    }
  })
}

const noSuchVersion = 'org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException'

/** Throws where the version asked for cannot be read, or is not installed: in words that name the key nowhere. */
function requireVersion({ plugin, definition }: Head): void {
  parseVersionRange(plugin?.version)
  if (isConnectError(definition) && definition.javaName === noSuchVersion) {
    throw new ConfigError(definition.message)
  }
}

function rejectLoneNegate(prefix: string, props: RawConfig): void {
  const negate = `${prefix}negate`
  const predicate = `${prefix}predicate`
  if (!Object.hasOwn(props, negate) || Object.hasOwn(props, predicate)) return
  throw new ConfigError(
    `Config '${negate}' was provided but there is no config '${predicate}' defining a predicate to be negated.`,
  )
}

/** What the chain itself reads of a transformation's keys; a key of the same name in its own is hidden. */
const chainKeys = configDef({
  predicate: {
    type: 'string',
    default: null,
    importance: 'medium',
    doc: 'The alias of a predicate used to determine whether to apply this transformation.',
  },
  negate: {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Whether the configured predicate should be negated.',
  },
})

function withChainKeys(own: Iterable<ConfigKey>): Iterable<ConfigKey> {
  const visible = [...own].filter((key) => !chainKeys.keys.has(key.name))
  return configDefOf([...chainKeys.keys.values(), ...visible]).keys.values()
}

/** The aliases of a list, each once; none where the list cannot be read. */
function aliasesIn(props: RawConfig, list: AliasList): readonly string[] {
  const parsed = parseType(list, props[list] ?? null, 'LIST')
  return parsed === null ? [] : [...new Set(parsed as readonly string[])]
}

function recommending(values: readonly unknown[]): Recommender {
  return { validValues: () => values, visible: () => true }
}
