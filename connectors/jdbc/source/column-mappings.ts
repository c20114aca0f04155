import { ConfigError, JavaPattern } from 'sluice/api'
import type { SourceValues } from '../config/source-config.ts'

/** Which columns follow a table's rows. */
export interface TrackingColumns {
  /** "" has it found out. */
  readonly incrementing: string
  readonly timestamps: readonly string[]
}

export interface ColumnMappings {
  /** By the table's full name, without quotes; a ConfigError where no mapping matches it. */
  columnsOf(fullName: string): TrackingColumns
}

interface Mapping<T> {
  readonly pattern: JavaPattern
  readonly columns: T
}

/** Of `*.column.name`, or of the mappings by regular expression. */
export function columnMappings(values: SourceValues): ColumnMappings {
  const incrementing = values['incrementing.column.mapping'].map(incrementingMapping)
  const timestamps = values['timestamp.columns.mapping'].map(timestampMapping)
  const mode = values.mode.toLowerCase()
  return {
    columnsOf: (fullName) => ({
      incrementing:
        incrementing.length > 0 && mode.includes('incrementing')
          ? find(incrementing, fullName, 'incrementing.column.mapping')
          : values['incrementing.column.name'],
      timestamps:
        timestamps.length > 0 && mode.includes('timestamp')
          ? find(timestamps, fullName, 'timestamp.columns.mapping')
          : values['timestamp.column.name'],
    }),
  }
}

function find<T>(mappings: readonly Mapping<T>[], fullName: string, key: string): T {
  const found = mappings.find(({ pattern }) => pattern.matches(fullName))
  if (found !== undefined) return found.columns
  throw new ConfigError(
    `No entry of ${key} matches the table ${fullName}: each table has to be matched by one.`,
  )
}

/** `regex:column`. */
export function incrementingMapping(text: string): Mapping<string> {
  const colon = text.lastIndexOf(':')
  const column = text.slice(colon + 1).trim()
  if (colon < 1 || column === '') {
    throw new ConfigError(
      `Invalid value ${text} for incrementing.column.mapping: expected regex:column.`,
    )
  }
  return {
    pattern: patternOf(text.slice(0, colon), 'incrementing.column.mapping'),
    columns: column,
  }
}

/** `regex:[column|column]`. */
export function timestampMapping(text: string): Mapping<readonly string[]> {
  const match = /^(.+):\[([^[\]]*)\]$/.exec(text.trim())
  const columns = (match?.[2] ?? '').split('|').map((column) => column.trim())
  if (match === null || columns.some((column) => column === '')) {
    throw new ConfigError(
      `Invalid value ${text} for timestamp.columns.mapping: expected regex:[column|column].`,
    )
  }
  return { pattern: patternOf(match[1] ?? '', 'timestamp.columns.mapping'), columns }
}

export function patternOf(text: string, key: string): JavaPattern {
  try {
    return new JavaPattern(text)
  } catch (cause) {
    throw new ConfigError(`Invalid value ${text} for ${key}: not a regular expression.`, { cause })
  }
}
