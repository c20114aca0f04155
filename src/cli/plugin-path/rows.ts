import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { asError } from '../../errors/connect-error.ts'
import { aliasesOf } from '../../plugins/aliases.ts'
import { javaTypeNames } from '../../plugins/plugin-descriptor.ts'
import type { PluginDescriptor } from '../../plugins/plugin-descriptor.ts'
import { PluginLoader } from '../../plugins/plugin-loader.ts'
import { PluginRegistry } from '../../plugins/plugin-registry.ts'
import { delay } from '../../util/abort.ts'

/** A module has this long to be imported. */
const importMs = 30_000

/** One plugin at one location, as `connect-plugin-path list` prints it. */
export interface PluginRow {
  readonly columns: readonly string[]
  /** Why the plugin cannot be loaded; null where it can. */
  readonly fault: string | null
}

/** Names and order are Java's (KIP-898). */
export const columnNames = [
  ...['pluginName', 'firstAlias', 'secondAlias', 'pluginVersion', 'pluginType', 'isLoadable'],
  ...['hasManifest', 'pluginLocation'],
]

/** Loads each of the plugins to see whether that can be done. */
export async function rowsOf(plugins: readonly PluginDescriptor[]): Promise<PluginRow[]> {
  const loader = new PluginLoader(new PluginRegistry(plugins))
  const rows = new Map<string, PluginRow>()
  for (const plugin of plugins) {
    const row = rowOf(plugin, await faultOf(loader, plugin))
    rows.set(row.columns.join('\t'), row)
  }
  return [...rows.values()]
}

async function faultOf(loader: PluginLoader, plugin: PluginDescriptor): Promise<string | null> {
  const done = new AbortController()
  const late = delay(importMs, done.signal).then(() => {
    throw new Error(`${plugin.moduleUrl} has not been imported within ${importMs / 1000} s.`)
  })
  try {
    await Promise.race([loader.loadClass(plugin), late])
    return null
  } catch (error) {
    return asError(error).message
  } finally {
    late.catch(() => undefined)
    done.abort()
  }
}

/** Java knows neither names nor version of what it cannot load. That there is a manifest is how a plugin is found here. */
function rowOf(plugin: PluginDescriptor, fault: string | null): PluginRow {
  const { className, type, location } = plugin
  const [first = 'N/A', second = 'N/A'] = fault === null ? new Set(aliasesOf(plugin)) : []
  const version = (fault === null ? plugin.version : null) ?? 'undefined'
  const folder = path.resolve(fileURLToPath(location))
  const known = [className, first, second, version, javaTypeNames[type]]
  return { columns: [...known, String(fault === null), 'true', folder], fault }
}
