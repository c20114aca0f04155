import { ConfigError, configDef, isBlank } from 'sluice/api'
import type { ConfigOf } from 'sluice/api'
import { partitionerKeys } from '../config/partitioner-keys.ts'
import { DefaultPartitioner } from './default-partitioner.ts'
import { FieldPartitioner } from './field-partitioner.ts'
import { JodaPattern } from './joda-pattern.ts'
import { JodaZone } from './joda-zone.ts'
import type { Partitioner } from './partitioner.ts'
import { TimePartitioner } from './time-partitioner.ts'
import { createTimestampExtractor } from './timestamp-extractor.ts'

const hourMs = 3_600_000

/** The partitioner's keys alone, e.g. to parse them out of a larger configuration. */
export const partitionerConfig = configDef(partitionerKeys)
export type PartitionerConfig = ConfigOf<typeof partitionerConfig>

/**
 * The partitioner that the configuration names. `delimiter` stands between directories. Throws a ConfigError where what that
 * partitioner needs is missing.
 */
export function createPartitioner(config: PartitionerConfig, delimiter = '/'): Partitioner {
  const name = simpleName(config['partitioner.class'])
  switch (name) {
    case 'DefaultPartitioner':
      return new DefaultPartitioner()
    case 'FieldPartitioner':
      return new FieldPartitioner(fieldNames(config), delimiter)
    case 'TimeBasedPartitioner':
      return byTime(config, durationOf(config), pathFormat(config, delimiter))
    case 'HourlyPartitioner':
      return byTime(config, hourMs, `${dailyPath(delimiter)}${delimiter}'hour'=HH`)
    case 'DailyPartitioner':
      return byTime(config, 24 * hourMs, dailyPath(delimiter))
    default:
      throw invalid('partitioner.class', name, 'There is no such partitioner here.')
  }
}

/** The part of a class name behind its last dot. */
export function simpleName(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1)
}

function dailyPath(delimiter: string): string {
  return ["'year'=YYYY", "'month'=MM", "'day'=dd"].join(delimiter)
}

function fieldNames({ 'partition.field.name': names }: PartitionerConfig): readonly string[] {
  if (names.length > 0 && names.every((name) => name.split('.').every((part) => !isBlank(part)))) {
    return names
  }
  throw invalid(
    'partition.field.name',
    names.join(','),
    'Partition field name cannot be null or empty when using FieldPartitioner.',
  )
}

function durationOf({ 'partition.duration.ms': duration }: PartitionerConfig): number {
  if (duration > 0) return Number(duration)
  throw invalid('partition.duration.ms', duration, 'Partition duration needs to be a positive.')
}

/** A delimiter at the end of the pattern is dropped, as one follows anyway. */
function pathFormat({ 'path.format': format }: PartitionerConfig, delimiter: string): string {
  if (isBlank(format)) throw invalid('path.format', format, 'Path format cannot be empty.')
  return format.endsWith(delimiter) ? format.slice(0, -delimiter.length) : format
}

function byTime(config: PartitionerConfig, durationMs: number, format: string): TimePartitioner {
  const { locale, timezone } = config
  if (isBlank(locale)) throw invalid('locale', locale, 'Locale cannot be empty.')
  if (isBlank(timezone)) throw invalid('timezone', timezone, 'Timezone cannot be empty.')
  return new TimePartitioner({
    extractor: createTimestampExtractor(config['timestamp.extractor'], config['timestamp.field']),
    zone: new JodaZone(timezone),
    pattern: new JodaPattern(format, locale),
    durationMs,
  })
}

function invalid(key: string, value: unknown, text: string): ConfigError {
  return new ConfigError(`Invalid value ${String(value)} for configuration ${key}: ${text}`)
}
