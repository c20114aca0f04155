import { asError } from '../../errors/connect-error.ts'
import { nearNames } from '../../plugins/near-names.ts'
import { alternativeTo } from '../../plugins/not-built.ts'
import type { PluginDescriptor, PluginType } from '../../plugins/plugin-descriptor.ts'
import { PluginVersionError } from '../../plugins/plugin-registry.ts'
import type { PluginRegistry } from '../../plugins/plugin-registry.ts'
import { pageOf } from './differences.ts'
import { printable } from './finding.ts'
import type { Finding } from './finding.ts'

/** A key and the plugin it names. */
export interface NamedClass {
  readonly key: string
  readonly type: PluginType
  /** As it is written; may be an alias. */
  readonly name: string
  readonly version?: string | null | undefined
}

export interface CheckedClass {
  readonly finding: Finding
  /** Null where there is none. */
  readonly plugin: PluginDescriptor | null
}

const nouns: Record<PluginType, string> = {
  source: 'connector',
  sink: 'connector',
  converter: 'converter',
  header_converter: 'header converter',
  transformation: 'transformation',
  predicate: 'predicate',
  config_provider: 'config provider',
  rest_extension: 'REST extension',
  override_policy: 'override policy',
}

/** Whether the class is among the plugins installed. */
export function checkClass(registry: PluginRegistry, named: NamedClass): CheckedClass {
  const { key, type } = named
  const name = named.name.trim()
  const shown = printable(name)
  if (name.includes('${')) {
    const note = 'A variable names the class, so that it cannot be looked up here.'
    return { finding: { key, verdict: 'different', note }, plugin: null }
  }
  try {
    const plugin = registry.find(type, name, named.version ?? null)
    const link = pageOf(plugin.className)
    const finding = {
      ...({ key, verdict: 'supported', className: plugin.className } as const),
      ...(link !== null && { link }),
    }
    return { finding, plugin }
  } catch (error) {
    const note = adviceOn(registry, type, name, asError(error))
    const finding = { key, verdict: 'missing', note } as const
    return { finding: shown === null ? finding : { ...finding, className: shown }, plugin: null }
  }
}

function adviceOn(registry: PluginRegistry, type: PluginType, name: string, error: Error): string {
  if (error instanceof PluginVersionError) {
    return `No installed version is in the range asked for: there is ${error.availableVersions.join(', ')}.`
  }
  const known = alternativeTo(name) ?? registry.meaningsOf(name)
  if (known !== null) return known
  const kinds: readonly PluginType[] =
    type === 'source' || type === 'sink' ? ['source', 'sink'] : [type]
  const installed = registry.ofType(...kinds).map(({ className }) => className)
  const nested = registry.nestedClasses(name)
  const near = nested.length > 0 ? nested : nearNames(name, [...new Set(installed)])
  const what = `No ${nouns[type]} of that name is installed.`
  return near.length > 0
    ? `${what} The nearest: ${near.join(', ')}.`
    : `${what} A Java class cannot run here: install one made for this worker on plugin.path, or write it (docs/plugins.md).`
}
