import { scrubName as scrubAvroName } from '../avro/names.ts'
import { entrySuffix } from './declarations.ts'

/** What the mapping between Connect's and Protobuf's schemas calls things; Confluent's names, to the letter. */

const namespace = 'io.confluent.connect.protobuf'
/** Name of what has none in Connect; a number follows. */
export const defaultName = 'ConnectDefault'
export const unionName = `${namespace}.Union`
export const unionPrefix = `${unionName}.`

export const parameter = {
  tag: `${namespace}.Tag`,
  type: `${namespace}.Type`,
  enum: `${namespace}.Enum`,
  precision: 'connect.decimal.precision',
  scale: 'scale',
  generalEnum: 'org.apache.kafka.connect.data.Enum',
  generalUnion: 'org.apache.kafka.connect.data.Union',
} as const

/** Parameters of `(confluent.field_meta)`. */
export const meta = { type: 'connect.type', precision: 'precision', scale: 'scale' } as const

export const decimalType = 'confluent.type.Decimal'
export const dateType = 'google.type.Date'
export const timeType = 'google.type.TimeOfDay'
export const timestampType = 'google.protobuf.Timestamp'

/** A name without what Protobuf forbids, as Avro's are scrubbed; an underscore may not be first either. */
export function scrubName(name: string): string {
  return name.startsWith('_') ? `x${scrubAvroName(name)}` : scrubAvroName(name)
}

/** The message that holds entries of a map: `tags` is `tagsEntry`, and `my_tags` is `MyTagsEntry`. */
export function entryName(name: string): string {
  if (!name.includes('_')) return name + entrySuffix
  const words = name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
  return words.join('') + entrySuffix
}

/** The name of a map of the message of its entries: `a.MyTagsEntry` is `a.my_tags`. */
export function mapName(entry: string): string {
  const at = entry.lastIndexOf('.') + 1
  const last = entry.slice(at)
  if (!last.endsWith(entrySuffix)) return entry
  const words = last.slice(0, -entrySuffix.length).split(/(?!^)(?=[A-Z])/)
  return entry.slice(0, at) + words.join('_').toLowerCase()
}

/** The last part of a full name. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}
