import { ConfigError } from '../errors/connect-error.ts'
import { invalidValue } from './parse-type.ts'
import type { ConfigDef } from './config-def.ts'
import type { Validator } from './types.ts'
import { validator } from './validators.ts'

/** The kinds of plugins that a connector's configuration names. */
export type NamedPluginType = 'converter' | 'header_converter' | 'transformation' | 'predicate'

/** What the definition of a connector's keys must know of the plugins there are. */
export interface PluginCatalog {
  /** The class that a class name or alias means, or null. */
  resolveClass(name: string): string | null
  /** Class names of one kind, sorted; one that is there in several versions as often. */
  classNames(type: NamedPluginType): readonly string[]
  /** Versions of one class, oldest first; none where it is of another kind. */
  versions(type: NamedPluginType, className: string): readonly string[]
  /** Classes nested in an abstract one, e.g. `…Cast$Key`. */
  nestedClasses(className: string): readonly string[]
}

/** The ConfigDef of a plugin that was loaded, or the error that loading it ended in. */
export type PluginDefinition = ConfigDef | Error

/** Java's name of each kind. */
const interfaceNames: Record<NamedPluginType, string> = {
  converter: 'Converter',
  header_converter: 'HeaderConverter',
  transformation: 'Transformation',
  predicate: 'Predicate',
}

/** Null, or a class of the kind that can be instantiated (`Utils.ensureConcreteSubclass`). */
export function concreteClass(catalog: PluginCatalog | null, type: NamedPluginType): Validator {
  return validator(`A concrete subclass of ${interfaceNames[type]}`, (_name, value) => {
    if (catalog === null || typeof value !== 'string') return
    const known = catalog.classNames(type)
    if (known.includes(value)) return
    const nested = catalog.nestedClasses(value).filter((className) => known.includes(className))
    throw new ConfigError(
      nested.length === 0
        ? `Class class ${value} does not implement the ${interfaceNames[type]} interface`
        : `This class is abstract and cannot be created. Did you mean ${nested.join(', ')}?`,
    )
  })
}

/** The error of a plugin whose ConfigDef could not be had, as Java words it. */
export function definitionFailed(
  name: string,
  type: NamedPluginType,
  className: string,
  cause: Error,
): ConfigError {
  const reason = `Error getting config definition from ${interfaceNames[type]}: ${cause.message}`
  return invalidValue(name, `class ${className}`, reason)
}
