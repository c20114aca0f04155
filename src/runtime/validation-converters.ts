import { withoutPrefix } from '../config/client-config.ts'
import type { ConfigDef } from '../config/config-def.ts'
import { converterRoles, converterTypes } from '../config/connector-config.ts'
import type { ConverterRole } from '../config/connector-config.ts'
import type { ConfigValue, ConnectorConfig, RawConfig } from '../config/types.ts'
import { asError } from '../errors/connect-error.ts'
import type { PluginClass, PluginLoader } from '../plugins/plugin-loader.ts'
import { PluginVersionError } from '../plugins/plugin-registry.ts'
import { javaHashOrder } from '../util/java-hash-order.ts'
import { prefixedPart } from './config-infos.ts'
import type { ValidationPart } from './config-infos.ts'
import type { NamedCall } from './named-call.ts'
import { configOf } from './plugin-definitions.ts'

interface ConverterServices {
  readonly loader: PluginLoader
  /** The connector. */
  readonly beside: { readonly connector: string; readonly version: string | null }
  readonly call: NamedCall
}

type Values = ReadonlyMap<string, ConfigValue>

/**
 * Checks the settings of the converters that the connector itself names, header, key and value in this order.
 * What is wrong with a class is added to its key in `values`.
 */
export async function validateConverters(
  services: ConverterServices,
  config: RawConfig,
  values: Values,
): Promise<ValidationPart[]> {
  const order: readonly ConverterRole[] = [
    'header',
    ...converterRoles.filter((it) => it !== 'header'),
  ]
  const parts: ValidationPart[] = []
  for (const role of order) {
    const part = await validateConverter(role, services, config, values)
    if (part !== null) parts.push(part)
  }
  return parts
}

async function validateConverter(
  role: ConverterRole,
  { loader, beside, call }: ConverterServices,
  config: RawConfig,
  values: Values,
): Promise<ValidationPart | null> {
  const key = `${role}.converter`
  const name = config[key] ?? null
  const errors = values.get(key)?.errorMessages
  const versionErrors = values.get(`${key}.plugin.version`)?.errorMessages ?? []
  if (name === null || errors === undefined || errors.length + versionErrors.length > 0) return null
  let converterClass: PluginClass
  try {
    const version = config[`${key}.plugin.version`] ?? null
    converterClass = await loader.load(converterTypes[role], name, version, beside)
  } catch (error) {
    if (error instanceof PluginVersionError) {
      errors.push(error.message)
      versionErrors.push(error.message)
    } else {
      errors.push(`Failed to load class ${name}: ${asError(error).message}`)
    }
    return null
  }
  return call(name, 'config', () => validateSettings(role, converterClass, config, errors))
}

function validateSettings(
  role: ConverterRole,
  converterClass: PluginClass,
  config: RawConfig,
  errors: string[],
): ValidationPart | null {
  const prefix = `${role}.converter.`
  let definition: ConfigDef | null
  try {
    definition = configOf(converterClass)
  } catch (error) {
    errors.push(`Failed to load ConfigDef from ${role} converter: ${asError(error).message}`)
    return null
  }
  if (definition === null) return null
  try {
    const given = Object.entries(config).filter(([, value]) => value !== null)
    const settings = withoutPrefix(Object.fromEntries(given) as ConnectorConfig, prefix)
    const outcome = definition.validate({ 'converter.type': role, ...settings })
    return prefixedPart(prefix, definition.keys, inJavaOrder(outcome))
  } catch (error) {
    const what = `Failed to perform config validation for ${role} converter`
    errors.push(`${what}: ${asError(error).message}`)
    return null
  }
}

/** Java lists them as its hash map does. */
function inJavaOrder(outcome: readonly ConfigValue[]): ConfigValue[] {
  const byName = new Map(outcome.map((value) => [value.name, value]))
  return javaHashOrder([...byName.keys()])
    .map((name) => byName.get(name))
    .filter((value) => value !== undefined)
}
