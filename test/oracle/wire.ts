import {
  SinkRecord,
  doubleText,
  floatText,
  isDecimal,
  isStruct,
  isTypedNumber,
  schemalessType,
} from '../../src/api/index.ts'
import type { ConnectRecord, Schema, SchemaType } from '../../src/api/index.ts'

/** Schemas, values and records as the oracle reads and writes them: a value is its Java type and a text, or what it holds. */
export type WireValue = readonly [type: string, payload: unknown, more?: unknown] | null

export interface WireSchema {
  readonly type: SchemaType
  readonly optional: boolean
  readonly name: string | null
  readonly version: number | null
  readonly doc: string | null
  readonly parameters: readonly (readonly [string, string])[]
  readonly default: WireValue
  readonly fields?: readonly (readonly [string, WireSchema | null])[]
  readonly key?: WireSchema | null
  readonly value?: WireSchema | null
}

export interface WireRecord {
  readonly topic: string
  readonly partition: number | null
  readonly keySchema: WireSchema | null
  readonly key: WireValue
  readonly valueSchema: WireSchema | null
  readonly value: WireValue
  readonly timestamp: number | null
  readonly headers: readonly (readonly [string, WireSchema | null, WireValue])[]
  readonly offset: number | null
}

export function encodeRecord(record: ConnectRecord): WireRecord {
  return {
    topic: record.topic,
    partition: record.kafkaPartition,
    keySchema: encodeSchema(record.keySchema),
    key: encodeValue(record.keySchema, record.key),
    valueSchema: encodeSchema(record.valueSchema),
    value: encodeValue(record.valueSchema, record.value),
    timestamp: record.timestamp,
    headers: [...(record.headers ?? [])].map(({ key, schema, value }) => [
      key,
      encodeSchema(schema),
      encodeValue(schema, value),
    ]),
    offset: record instanceof SinkRecord ? Number(record.kafkaOffset) : null,
  }
}

export function encodeSchema(schema: Schema | null): WireSchema | null {
  if (schema === null) return null
  return {
    type: schema.type,
    optional: schema.optional,
    name: schema.name,
    version: schema.version,
    doc: schema.doc,
    parameters: [...(schema.parameters ?? [])],
    default: encodeValue(schema, schema.defaultValue),
    ...(schema.fields && {
      fields: schema.fields.map((field) => [field.name, encodeSchema(field.schema)] as const),
    }),
    ...(schema.type === 'MAP' && { key: encodeSchema(schema.keySchema) }),
    ...((schema.type === 'MAP' || schema.type === 'ARRAY') && {
      value: encodeSchema(schema.valueSchema),
    }),
  }
}

export function encodeValue(schema: Schema | null, value: unknown): WireValue {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return ['Date', String(value.getTime())]
  const isInstant = schema?.name?.startsWith('org.apache.kafka.connect.data.') === true
  if (typeof value === 'bigint' && isInstant) return ['Date', String(value)]
  if (isDecimal(value)) return ['BigDecimal', String(value.unscaled), value.scale]
  if (isStruct(value)) {
    const values = (value.schema.fields ?? []).map((field) =>
      encodeValue(field.schema, value.values[field.index]),
    )
    return ['STRUCT', encodeSchema(value.schema), values]
  }
  if (Array.isArray(value)) {
    return ['ARRAY', value.map((element) => encodeValue(schema?.valueSchema ?? null, element))]
  }
  const type = schema !== null && isOf(schema.type, value) ? schema.type : schemalessType(value)
  if (type === 'MAP') return ['MAP', encodeEntries(schema, value)]
  if (type === 'BYTES') return ['BYTES', Buffer.from(value as Uint8Array).toString('base64')]
  return [type ?? 'BigInteger', scalarText(type, value)]
}

/** Whether a value may be of this type: what the parser of headers puts into one list need not. */
function isOf(type: SchemaType, value: unknown): boolean {
  if (type === 'STRING') return typeof value === 'string'
  if (type === 'BOOLEAN') return typeof value === 'boolean'
  if (/^(INT|FLOAT)/.test(type)) return typeof value === 'number' || typeof value === 'bigint'
  return typeof value === 'object' && schemalessType(value) === type
}

function encodeEntries(schema: Schema | null, value: unknown): unknown[] {
  const entries = value instanceof Map ? [...value] : Object.entries(value as object)
  return entries.map(([key, member]) => [
    encodeValue(schema?.keySchema ?? null, key),
    encodeValue(schema?.valueSchema ?? null, member),
  ])
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

function scalarText(type: SchemaType | null, value: unknown): string {
  const plain = isTypedNumber(value) ? value.value : value
  if (type === 'FLOAT32') return floatText(plain as number)
  if (type === 'FLOAT64') return doubleText(plain as number)
  return String(plain)
}

/** What Java wrote, in the form in which equal answers are equal: floats with our digits, maps in order. */
export function comparable(answer: unknown): unknown {
  if (Array.isArray(answer)) {
    const [type, payload] = answer as readonly unknown[]
    if (type === 'FLOAT32' && typeof payload === 'string') return [type, floatText(Number(payload))]
    if (type === 'FLOAT64' && typeof payload === 'string') {
      return [type, doubleText(Number(payload))]
    }
    if (type === 'MAP') return [type, (comparable(payload) as unknown[]).sort(byText)]
    return answer.map(comparable)
  }
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(Object.entries(answer).map(([key, part]) => [key, comparable(part)]))
}

/**
 * What the parser of headers has found, as it compares: its schema to the letter, its integers without their width, which the schema
 * tells where they are of one type.
 */
export function comparableParsed(answer: unknown): unknown {
  const { schema, value } = answer as { readonly schema: unknown; readonly value: unknown }
  const widthless = JSON.stringify(comparable(value)).replaceAll(/\["INT\d+"/g, '["INT"')
  return { schema: comparable(schema), value: widthless }
}
