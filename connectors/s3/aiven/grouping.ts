import { ConfigError } from 'sluice/api'
import type { Template } from './template.ts'

/**
 * Which records share a file. By topic and partition, or by these and the key, files hold all records; by the key, with or without topic and partition,
 * only the last one of each key.
 */
export type Grouping = 'partition' | 'partition and key' | 'latest of key'

const ofPartition = ['topic', 'partition', 'start_offset']
const units = ['yyyy', 'MM', 'dd', 'HH']

const supported =
  '[topic, partition, start_offset, timestamp (optional)], [topic, partition, key, start_offset, timestamp (optional)], [key], [key, topic (optional), partition (optional)]'

/** How a template groups records. Throws a ConfigError for a set of variables that does not make names that can be told apart. */
export function groupingOf(template: Template, key: string): Grouping {
  checkParameters(template, key)
  const used = new Set(template.variables.map(({ name }) => name))
  if (used.size === 0) {
    throw new ConfigError(
      `Invalid value ${template.text} for configuration ${key}: RecordGrouper requires that the template [${template.text}] has variables defined. Supported sets are: ${supported}`,
    )
  }
  if (holds(used, [...ofPartition, 'key'], ['timestamp'])) return 'partition and key'
  if (holds(used, ofPartition, ['timestamp'])) return 'partition'
  if (holds(used, ['key'], ['topic', 'partition'])) return 'latest of key'
  throw new ConfigError(
    `Invalid value ${template.text} for configuration ${key}: unsupported set of template variables, supported sets are: ${supported}`,
  )
}

/** All that are required, and of others either none or an optional one among them. */
function holds(
  used: ReadonlySet<string>,
  required: readonly string[],
  optional: readonly string[],
): boolean {
  if (!required.every((name) => used.has(name))) return false
  return used.size === required.length || optional.some((name) => used.has(name))
}

function checkParameters(template: Template, key: string): void {
  for (const { name, parameter, text } of template.variables) {
    const expected = expectedOf(name)
    if (expected === null) continue
    const given = parameter === null ? null : `${parameter.name}=${parameter.value}`
    if (given === null ? expected.optional : expected.allowed.includes(given)) continue
    throw new ConfigError(
      `Invalid value ${template.text} for configuration ${key}: ${text} is not a variable as it must be written. ` +
        (expected.allowed.length === 0
          ? `${name} takes no parameter.`
          : `Expected {{${name}:${expected.allowed[0] ?? ''}}}, or one of: ${expected.allowed.join(', ')}.`),
    )
  }
}

function expectedOf(
  name: string,
): { readonly optional: boolean; readonly allowed: readonly string[] } | null {
  if (name === 'timestamp') return { optional: false, allowed: units.map((unit) => `unit=${unit}`) }
  if (name === 'partition' || name === 'start_offset') {
    return { optional: true, allowed: ['padding=true', 'padding=false'] }
  }
  return name === 'topic' || name === 'key' ? { optional: true, allowed: [] } : null
}
