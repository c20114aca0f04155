import { setClassResolver } from '../config/parse-type.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { resolveApiToWorker } from './api-resolution.ts'
import { loadBuiltIn, ownLocation } from './built-in-plugins.ts'
import { alternativeTo } from './not-built.ts'
import type { PluginDescriptor, PluginType } from './plugin-descriptor.ts'
import type { PluginRegistry } from './plugin-registry.ts'

/** A plugin's class: constructed without arguments. */
export type PluginClass = new () => unknown

/**
 * Imports plugins when they are first used, once a thread, and checks that each is what its manifest says. By shape,
 * not by `instanceof`: a plugin may bring its own copy of the API.
 */
export class PluginLoader {
  readonly registry: PluginRegistry
  readonly #classes = new Map<PluginDescriptor, Promise<PluginClass>>()

  /** From now on a CLASS key of a configuration means, in this thread, a plugin of this registry. */
  constructor(registry: PluginRegistry) {
    this.registry = registry
    setClassResolver(
      (name) => registry.resolveClass(name),
      (name) => alternativeTo(name) ?? registry.meaningsOf(name),
    )
  }

  /** By class name or alias, as the registry's `find` chooses for this connector. Rejects with Java's message where there is none. */
  async load(
    type: PluginType,
    name: string,
    version?: string | null,
    beside?: { readonly connector: string; readonly version?: string | null },
  ): Promise<PluginClass> {
    const location = beside && this.registry.connector(beside.connector, beside.version).location
    return this.loadClass(this.registry.find(type, name, version, location))
  }

  /** Rejects with a ConnectError that names plugin and module, and what to do. */
  loadClass(plugin: PluginDescriptor): Promise<PluginClass> {
    let loading = this.#classes.get(plugin)
    if (loading === undefined) {
      loading = importClass(plugin)
      this.#classes.set(plugin, loading)
      // A failure is not kept: what was missing may have been installed by the next attempt.
      loading.catch(() => this.#classes.delete(plugin))
    }
    return loading
  }
}

async function importClass(plugin: PluginDescriptor): Promise<PluginClass> {
  const exported = (await loadBuiltIn(plugin)) ?? (await importExport(plugin))
  if (!isClass(exported)) {
    throw new ConnectError(
      `${nameOf(plugin)} is a ${typeof exported}, expected a class. Correct "export" in its package.json.`,
    )
  }
  const missing = missingMethods(plugin.type, exported)
  if (missing.length > 0) {
    throw new ConnectError(
      `${nameOf(plugin)} has no ${missing.join(', ')}: a ${plugin.type} must have ` +
        `${required[plugin.type].join(', ')}. Correct "type" or "export" in its package.json.`,
    )
  }
  return exported
}

async function importExport(plugin: PluginDescriptor): Promise<unknown> {
  if (plugin.location !== ownLocation) resolveApiToWorker()
  let module: Readonly<Record<string, unknown>>
  try {
    module = (await import(plugin.moduleUrl)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new ConnectError(
      `Cannot load plugin ${plugin.className} from ${plugin.moduleUrl}: ${(error as Error).message}`,
      { cause: error },
    )
  }
  if (plugin.exportName in module) return module[plugin.exportName]
  const exports = Object.keys(module).join(', ')
  throw new ConnectError(
    `Cannot load plugin ${plugin.className}: ${plugin.moduleUrl} exports ` +
      `${exports === '' ? 'nothing' : exports}, but not ${plugin.exportName} as its package.json says.`,
  )
}

/** The methods without which a plugin of a kind cannot be used. */
const required: Record<PluginType, readonly string[]> = {
  source: ['start', 'stop', 'taskClass', 'taskConfigs', 'config', 'version'],
  sink: ['start', 'stop', 'taskClass', 'taskConfigs', 'config', 'version'],
  converter: ['fromConnectData', 'toConnectData'],
  header_converter: ['fromConnectHeader', 'toConnectHeader'],
  transformation: ['config', 'configure', 'apply'],
  predicate: ['config', 'configure', 'test'],
  config_provider: ['configure', 'get'],
  rest_extension: ['register'],
  override_policy: ['validate'],
}

/** Looks at the prototype, and where that lacks one at an instance: a method may be a field. */
function missingMethods(type: PluginType, exported: PluginClass): string[] {
  const prototype: unknown = exported.prototype
  const lacking = required[type].filter((method) => !hasMethod(prototype, method))
  if (lacking.length === 0) return []
  try {
    const instance = new exported()
    return lacking.filter((method) => !hasMethod(instance, method))
  } catch {
    return lacking
  }
}

function hasMethod(object: unknown, method: string): boolean {
  if (typeof object !== 'object' || object === null) return false
  return typeof (object as Readonly<Record<string, unknown>>)[method] === 'function'
}

function isClass(value: unknown): value is PluginClass {
  return typeof value === 'function' && typeof value.prototype === 'object'
}

function nameOf(plugin: PluginDescriptor): string {
  return `Plugin ${plugin.className} (export ${plugin.exportName} of ${plugin.moduleUrl})`
}
