import { ConnectError } from 'sluice/api'
import type { SinkRecord } from 'sluice/api'
import type { SinkSettings } from './settings.ts'
import type { WriteKind } from './write-groups.ts'

/** What is done with a record: a kind of write, or nothing at all. */
export type Fate = WriteKind | 'ignored'

/** The value of a record that has the whole table emptied. */
export const truncation: unique symbol = Symbol('truncate')

/** Hot: what is done with a record; a ConnectError where the settings do not fit it. */
export function fateOf(settings: SinkSettings, record: SinkRecord): Fate {
  const { key, keySchema, value, valueSchema } = record
  if (value === truncation) return 'truncate'
  if (
    settings.pkMode === 'record_key' &&
    (key === null || key === undefined || keySchema === null)
  ) {
    throw unfit(
      settings,
      record,
      'records with a non-null key and non-null Struct or primitive key schema',
    )
  }
  if (value === null || value === undefined) {
    if (settings.deleteEnabled) return 'delete'
    if (settings.ignoresTombstones) return 'ignored'
    throw unfit(settings, record, 'records with a non-null Struct or String value')
  }
  if (valueSchema === null || !isWritable(settings, valueSchema.type)) {
    throw unfit(
      settings,
      record,
      'records with a non-null Struct value and non-null Struct schema; where a converter has the key schemas.enable it must be true',
    )
  }
  return settings.insertMode === 'multi' ? 'insert' : settings.insertMode
}

function isWritable(settings: SinkSettings, type: string): boolean {
  return type === 'STRUCT' || (type === 'STRING' && settings.stringColumn !== null)
}

function unfit(settings: SinkSettings, record: SinkRecord, expected: string): ConnectError {
  const { topic, kafkaPartition, kafkaOffset, timestamp } = record
  const value = record.value === null || record.value === undefined ? 'null' : typeof record.value
  const schema = record.valueSchema?.type ?? 'null'
  return new ConnectError(
    `Sink connector '${settings.connector}' is configured with 'delete.enabled=${settings.deleteEnabled}' and 'pk.mode=${settings.pkMode}' and therefore requires ${expected}, but found record at (topic='${topic}',partition=${kafkaPartition},offset=${kafkaOffset},timestamp=${timestamp ?? 'null'}) with a ${value} value and ${schema} value schema.`,
  )
}
