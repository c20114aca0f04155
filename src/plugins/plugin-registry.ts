import { ConnectError } from '../errors/connect-error.ts'
import { aliasTable, aliasesOf, simpleNameOf } from './aliases.ts'
import { nearNames } from './near-names.ts'
import { ownLocation } from './built-in-plugins.ts'
import { javaTypeNames } from './plugin-descriptor.ts'
import type { PluginDescriptor, PluginType } from './plugin-descriptor.ts'
import { compareVersions } from '../util/maven-version.ts'
import { parseVersionRange } from '../util/version-range.ts'
import type { VersionRange } from '../util/version-range.ts'

/** The order of `GET /connector-plugins`; the last three kinds are not listed there. */
const typeOrder: readonly PluginType[] = [
  'sink',
  'source',
  'transformation',
  'predicate',
  'converter',
  'header_converter',
  'config_provider',
  'rest_extension',
  'override_policy',
]

/** What Java calls the interface of a kind, and its plugins in `available … are:`. */
const kinds: Record<PluginType, { readonly name: string; readonly many: string }> = {
  sink: { name: 'Connector', many: 'connectors' },
  source: { name: 'Connector', many: 'connectors' },
  transformation: { name: 'Transformation', many: 'transformations' },
  predicate: { name: 'Predicate', many: 'predicates' },
  converter: { name: 'Converter', many: 'converters' },
  header_converter: { name: 'HeaderConverter', many: 'header converters' },
  config_provider: { name: 'ConfigProvider', many: 'ConfigProviders' },
  rest_extension: { name: 'ConnectRestExtension', many: 'REST extensions' },
  override_policy: { name: 'ConnectorClientConfigOverridePolicy', many: 'override policies' },
}

/** More classes than this are not listed for one alias. */
const mostMeanings = 5

/** What Java calls the version of a plugin that has none. */
const noVersion = 'undefined'

/** No installed version of a plugin is in the range that was asked for (KIP-891). */
export class PluginVersionError extends ConnectError {
  override readonly javaName: string =
    'org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException'
  readonly availableVersions: readonly string[]

  constructor(message: string, availableVersions: readonly string[]) {
    super(message)
    this.availableVersions = availableVersions
  }
}

/** Every plugin there is, found by class name, alias and version. Imports nothing. */
export class PluginRegistry {
  /** In the order of `GET /connector-plugins`. */
  readonly plugins: readonly PluginDescriptor[]
  /** Aliases that mean two different classes, and hence none. */
  readonly ambiguousAliases: ReadonlySet<string>
  readonly #aliases: ReadonlyMap<string, string>
  readonly #classes: ReadonlySet<string>

  constructor(plugins: readonly PluginDescriptor[]) {
    this.plugins = [...withoutDuplicates(plugins)].sort(inListingOrder)
    const { classNames, ambiguous } = aliasTable(this.plugins, isExtra)
    this.#aliases = classNames
    this.ambiguousAliases = ambiguous
    this.#classes = new Set(this.plugins.map((plugin) => plugin.className))
  }

  ofType(...types: readonly PluginType[]): readonly PluginDescriptor[] {
    return this.plugins.filter((plugin) => types.includes(plugin.type))
  }

  /** Class names of one kind, sorted; one that is there in several versions as often. */
  classNames(type: PluginType): readonly string[] {
    return this.ofType(type).map((plugin) => plugin.className)
  }

  /** Versions of one class, oldest first; a plugin without one is left out. */
  versions(type: PluginType, className: string): readonly string[] {
    return this.ofType(type)
      .filter((plugin) => plugin.className === className)
      .map((plugin) => plugin.version)
      .filter((version) => version !== null)
  }

  /** The class that a class name or alias means, of whichever kind; null where there is none. */
  resolveClass(name: string): string | null {
    const trimmed = name.trim()
    if (this.#classes.has(trimmed)) return trimmed
    const aliased = this.#aliases.get(trimmed)
    if (aliased !== undefined) return aliased
    return this.nestedClasses(trimmed).length > 0 ? trimmed : null
  }

  /** For errors: which classes an alias that means several may stand for; null for any other name. */
  meaningsOf(name: string): string | null {
    const alias = name.trim()
    if (!this.ambiguousAliases.has(alias)) return null
    const meant = this.plugins.filter((plugin) => aliasesOf(plugin).includes(alias))
    const classes = [...new Set(meant.map((plugin) => plugin.className))]
    // Of nested classes, every other one is called Key or Value.
    if (classes.length > mostMeanings) return null
    return `It is the short name of ${classes.join(' and of ')}: give the full name.`
  }

  /** The classes nested in `className`, which is then an abstract one: `…Cast` has `…Cast$Key` and `…Cast$Value`. */
  nestedClasses(className: string): readonly string[] {
    return [...this.#classes].filter((other) => other.startsWith(`${className}$`)).sort()
  }

  /**
   * The connector that `connector.class` means, the newest within `version`. Throws Java's message with the near
   * names added, or a PluginVersionError.
   */
  connector(name: string, version?: string | null): PluginDescriptor {
    const range = parseVersionRange(version)
    const connectors = this.ofType('sink', 'source')
    const className = this.resolveClass(name)
    const byName = connectors.filter((plugin) => plugin.className === className)
    if (byName.length > 0) return this.#newest(byName, range)
    const wanted = name.trim()
    const similar = connectors.filter(({ className: full }) =>
      [wanted, `${wanted}Connector`].includes(simpleNameOf(full)),
    )
    if (new Set(similar.map((plugin) => plugin.className)).size > 1) {
      const found = similar.map(describe).join(', ')
      throw new ConnectError(
        `More than one connector matches alias ${name}. Please use full package and class name instead. Classes found: ${found}`,
      )
    }
    if (similar.length > 0) return this.#newest(similar, range)
    throw notFound('source', name, connectors)
  }

  /**
   * The plugin of one kind that `name` means; where no version is asked for rather the one that lies beside its connector, at
   * the location `beside`, than the newest. Throws as {@link connector} does.
   */
  find(type: PluginType, name: string, version?: string | null, beside?: string): PluginDescriptor {
    if (type === 'source' || type === 'sink') return this.connector(name, version)
    const candidates = this.ofType(type)
    const className = this.resolveClass(name)
    const found = candidates.filter((plugin) => plugin.className === className)
    if (found.length === 0) throw notFound(type, name, candidates)
    const range = parseVersionRange(version)
    const packaged = found.find(({ location }) => location === beside && location !== ownLocation)
    return range === null && packaged !== undefined ? packaged : this.#newest(found, range)
  }

  /** `plugins` are versions of one class, oldest first. As in Java, a class of two kinds is listed twice where none will do. */
  #newest(plugins: readonly PluginDescriptor[], range: VersionRange | null): PluginDescriptor {
    const best = plugins.findLast((plugin) => range?.includes(plugin.version ?? noVersion) ?? true)
    if (best !== undefined) return best
    const className = plugins[0]?.className ?? ''
    const versions = this.plugins
      .filter((plugin) => plugin.className === className)
      .map((plugin) => plugin.version ?? noVersion)
      .sort(compareVersions)
    throw new PluginVersionError(
      `Plugin ${className} not found that matches the version range ` +
        `${range?.text ?? ''}, available versions: [${versions.join(', ')}]`,
      versions,
    )
  }

  /** The plugin listed by `GET /connector-plugins` that `name` means, of whichever kind, or null. */
  findListed(name: string): PluginDescriptor | null {
    const className = this.resolveClass(name)
    return this.plugins.findLast((plugin) => plugin.className === className) ?? null
  }
}

/** The same class in several places: the higher version wins, and at equal versions one from `plugin.path`. */
function withoutDuplicates(plugins: readonly PluginDescriptor[]): Iterable<PluginDescriptor> {
  const kept = new Map<string, PluginDescriptor>()
  for (const plugin of plugins) {
    const key = `${plugin.type} ${plugin.className} ${plugin.version ?? ''}`
    const other = kept.get(key)
    if (other === undefined || other.location === ownLocation) kept.set(key, plugin)
  }
  return kept.values()
}

/** Java's worker comes with Kafka's own plugins alone; what people install is what they mean. */
function isExtra({ location, className }: PluginDescriptor): boolean {
  return location === ownLocation && !className.startsWith('org.apache.kafka.')
}

function inListingOrder(a: PluginDescriptor, b: PluginDescriptor): number {
  return (
    typeOrder.indexOf(a.type) - typeOrder.indexOf(b.type) ||
    compareText(a.className, b.className) ||
    compareVersions(a.version ?? noVersion, b.version ?? noVersion)
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** Java's sentence, then ours: what was probably meant, or that Java classes cannot run here. */
function notFound(
  type: PluginType,
  name: string,
  available: readonly PluginDescriptor[],
): ConnectError {
  const { name: kind, many } = kinds[type]
  const sorted = [...available].sort((a, b) => compareText(a.className, b.className))
  const near = nearNames(name, [...new Set(sorted.map((plugin) => plugin.className))])
  const list = sorted.map(describe).join(', ')
  const advice =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : 'A Java plugin cannot run here: use one of these, or install one made for this worker on plugin.path.'
  return new ConnectError(
    `Failed to find any class that implements ${kind} and which name matches ${name}, ` +
      `available ${many} are: ${list}. ${advice}`,
  )
}

/** As Java's `PluginDesc.toString`. */
function describe(plugin: PluginDescriptor): string {
  const { className, location } = plugin
  const type = javaTypeNames[plugin.type]
  const version = plugin.version ?? noVersion
  return (
    `PluginDesc{klass=class ${className}, name='${className}', version='${version}', ` +
    `encodedVersion=${version}, type=${type}, typeName='${type}', location='${location}'}`
  )
}
