import type { PluginDescriptor, PluginType } from './plugin-descriptor.ts'

/** The names a plugin answers to besides its class name (`PluginUtils`, KIP-146). */

/** What may be left off the end of a simple class name. */
const suffixes: Record<PluginType, string> = {
  source: 'Connector',
  sink: 'Connector',
  converter: 'Converter',
  header_converter: 'HeaderConverter',
  transformation: 'Transformation',
  predicate: 'Predicate',
  config_provider: 'ConfigProvider',
  rest_extension: 'ConnectRestExtension',
  override_policy: 'ConnectorClientConfigOverridePolicy',
}

/** `FileStreamSourceConnector` of its full name; of a nested class what stands behind the `$`. */
export function simpleNameOf(className: string): string {
  return className.slice(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1)
}

/** Simple name, simple name cut before the last suffix of its kind, and what the manifest adds. */
export function aliasesOf(plugin: PluginDescriptor): readonly string[] {
  const simple = simpleNameOf(plugin.className)
  const cut = simple.lastIndexOf(suffixes[plugin.type])
  return [simple, ...(cut > 0 ? [simple.slice(0, cut)] : []), ...plugin.aliases]
}

interface AliasTable {
  readonly classNames: ReadonlyMap<string, string>
  readonly ambiguous: ReadonlySet<string>
}

/**
 * Class name by alias, over plugins of all kinds. An alias that means two different classes means neither
 * and is put into `ambiguous`. Of plugins that Java's worker comes without, an alias means one only where it means none of
 * the others: what a name means there, it means here.
 */
export function aliasTable(
  plugins: readonly PluginDescriptor[],
  isExtra: (plugin: PluginDescriptor) => boolean,
): AliasTable {
  const usual = tableOf(plugins.filter((plugin) => !isExtra(plugin)))
  const extra = tableOf(plugins.filter(isExtra))
  const isFree = (alias: string): boolean =>
    !usual.classNames.has(alias) && !usual.ambiguous.has(alias)
  return {
    classNames: new Map([
      ...usual.classNames,
      ...[...extra.classNames].filter(([alias]) => isFree(alias)),
    ]),
    ambiguous: new Set([...usual.ambiguous, ...[...extra.ambiguous].filter(isFree)]),
  }
}

function tableOf(plugins: readonly PluginDescriptor[]): AliasTable {
  const classNames = new Map<string, string>()
  const ambiguous = new Set<string>()
  for (const plugin of plugins) {
    for (const alias of aliasesOf(plugin)) {
      const known = classNames.get(alias)
      if (known !== undefined && known !== plugin.className) ambiguous.add(alias)
      classNames.set(alias, plugin.className)
    }
  }
  for (const alias of ambiguous) classNames.delete(alias)
  return { classNames, ambiguous }
}
