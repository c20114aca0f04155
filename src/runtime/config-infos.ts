import { valueToText } from '../config/parse-type.ts'
import type { ConfigKey, ConfigType, ConfigValue } from '../config/types.ts'
import type {
  ConfigInfo,
  ConfigInfos,
  ConfigKeyInfo,
  ConfigValueInfo,
} from '../messages/config-infos.ts'

/** Turns keys and their outcomes into what the REST API answers with (`AbstractHerder.generateResult`). */

/** A part of a validation: the connector itself, one of its clients, one of its converters. */
export interface ValidationPart {
  readonly errorCount: number
  readonly groups: readonly string[]
  readonly configs: readonly ConfigInfo[]
}

/** Every key in order, each with its value; values without a key come first. Counts messages. */
export function wholePart(
  keys: ReadonlyMap<string, ConfigKey>,
  values: ReadonlyMap<string, ConfigValue>,
  groups: readonly string[],
): ValidationPart {
  const unknown = [...values.values()].filter((value) => !keys.has(value.name))
  const configs = [
    ...unknown.map((value) => ({ definition: null, value: toValueInfo(value, null) })),
    ...[...keys.values()].map((key) => {
      const value = values.get(key.name)
      return {
        definition: toKeyInfo(key),
        value: value === undefined ? null : toValueInfo(value, key.type),
      }
    }),
  ]
  const errorCount = configs.reduce((count, { value }) => count + (value?.errors.length ?? 0), 0)
  return { errorCount, groups, configs }
}

/** The values of a client or converter under their prefix, in their own order. Counts keys with errors. */
export function prefixedPart(
  prefix: string,
  keys: ReadonlyMap<string, ConfigKey>,
  values: readonly ConfigValue[],
): ValidationPart {
  const groups = new Set<string>()
  const configs = values.map((value) => {
    const key = keys.get(value.name)
    if (typeof key?.group === 'string') groups.add(key.group)
    const name = prefix + value.name
    return {
      definition: key === undefined ? null : toKeyInfo(key, name),
      value: toValueInfo({ ...value, name }, key?.type ?? null),
    }
  })
  const errorCount = values.filter((value) => value.errorMessages.length > 0).length
  return { errorCount, groups: [...groups], configs }
}

export function mergeParts(name: string, parts: readonly ValidationPart[]): ConfigInfos {
  return {
    name,
    error_count: parts.reduce((sum, part) => sum + part.errorCount, 0),
    groups: [...new Set(parts.flatMap((part) => part.groups))],
    configs: parts.flatMap((part) => part.configs),
  }
}

export function toKeyInfo(key: ConfigKey, name: string = key.name): ConfigKeyInfo {
  return {
    name,
    type: key.type,
    required: !key.hasDefault,
    default_value: key.hasDefault ? valueToText(key.default, key.type) : null,
    importance: key.importance,
    documentation: key.documentation,
    group: key.group,
    order_in_group: key.orderInGroup,
    width: key.width,
    display_name: key.displayName,
    dependents: key.dependents,
  }
}

/** A value without a key is printed as it is. */
function toValueInfo(value: ConfigValue, type: ConfigType | null): ConfigValueInfo {
  const print = (it: unknown): string | null => valueToText(it, type ?? 'STRING')
  return {
    name: value.name,
    value: print(value.value),
    recommended_values: value.recommendedValues.map(print).filter((text) => text !== null),
    errors: value.errorMessages,
    visible: value.visible,
  }
}
