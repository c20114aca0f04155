import { ConfigError } from 'sluice/api'
import { partitionerClasses, simpleName } from 'sluice/storage'
import type { PartitionerConfig } from 'sluice/storage'

/** What Hive calls a value that is null or empty. */
const defaultPartition = '__HIVE_DEFAULT_PARTITION__'

/** The columns that the directories of a table stand for, by the partitioner. */
export class TableLayout {
  /** Columns of Hive, in order. */
  readonly columns: readonly string[]
  /** What directories begin with, in the same order: `year=`. */
  readonly #prefixes: readonly string[]

  /** Throws a ConfigError where directories have no names. */
  constructor(config: PartitionerConfig) {
    const names = namesOf(config)
    // Hive takes no dot in the name of a column.
    this.columns = names.map((name) => name.replaceAll('.', '_').toLowerCase())
    this.#prefixes = names.map((name) => `${name}=`)
  }

  /** The values of the columns, by what the partitioner made; null where it is not of their form. */
  valuesOf(directory: string): readonly string[] | null {
    const values: string[] = []
    let rest = directory
    for (const [index, prefix] of this.#prefixes.entries()) {
      if (!rest.startsWith(prefix)) return null
      const next = this.#prefixes[index + 1]
      // A value may hold slashes, but not what the next directory begins with.
      const end = next === undefined ? rest.length : rest.indexOf(`/${next}`)
      if (end < 0) return null
      values.push(rest.slice(prefix.length, end) || defaultPartition)
      rest = rest.slice(end + 1)
    }
    return values
  }
}

function namesOf(config: PartitionerConfig): readonly string[] {
  switch (simpleName(config['partitioner.class'])) {
    case 'DefaultPartitioner':
      return ['partition']
    case 'FieldPartitioner':
      return config['partition.field.name']
    case 'TimeBasedPartitioner':
      return config['path.format']
        .split('/')
        .filter((part) => part !== '')
        .map(nameOf)
    case 'HourlyPartitioner':
      return ['year', 'month', 'day', 'hour']
    case 'DailyPartitioner':
      return ['year', 'month', 'day']
    default:
      throw new ConfigError(
        `Invalid value ${config['partitioner.class']} for configuration partitioner.class: expected one of ${partitionerClasses.join(', ')}.`,
      )
  }
}

/** `'year'=YYYY` and `'year='YYYY` say the name of a column. */
function nameOf(part: string): string {
  const name = /^'([^'=]+)(?:'=|=')/.exec(part)?.[1]
  if (name !== undefined) return name
  throw new ConfigError(
    `Invalid value for configuration path.format: ${part} has no name, which Hive needs for its column, as in 'year'=YYYY.`,
  )
}
