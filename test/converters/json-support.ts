import { OPTIONAL_STRING_SCHEMA, SchemaBuilder } from '../../src/api/index.ts'
import type { Schema, SchemaAndValue } from '../../src/api/index.ts'
import { JsonConverter } from '../../src/converters/index.ts'

export type Settings = Readonly<Record<string, string>>

export const bare: Settings = { 'schemas.enable': 'false' }
export const numeric: Settings = { 'decimal.format': 'numeric' }
export const noDefaults: Settings = { 'replace.null.with.default': 'false' }

/** What the converter writes, as text. */
export function write(
  schema: Schema | null,
  value: unknown,
  settings: Settings = {},
): string | null {
  const converter = new JsonConverter()
  converter.configure(settings, false)
  const bytes = converter.fromConnectData('t', null, schema, value)
  return bytes && Buffer.from(bytes).toString()
}

/** What follows `"payload":`. */
export function payload(schema: Schema | null, value: unknown, settings: Settings = {}): string {
  return /"payload":(.*)\}$/s.exec(write(schema, value, settings) ?? '')?.[1] ?? ''
}

/** What the converter reads from JSON text, or from bytes. */
export function read(json: string | Buffer, settings: Settings = {}): SchemaAndValue {
  const converter = new JsonConverter()
  converter.configure(settings, false)
  return converter.toConnectData('t', null, Buffer.from(json))
}

export const record = SchemaBuilder.struct()
  .name('rec')
  .version(2)
  .doc('dd')
  .parameter('p', 'q')
  .field('a', SchemaBuilder.int8().optional().defaultValue(7).doc('fd').build())
  .field('b', OPTIONAL_STRING_SCHEMA)
  .build()
const int32 = SchemaBuilder.int32().build()
export const intToInt = SchemaBuilder.map(int32, int32).build()
