import { DataError, Decimal } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { jsonText, parseJson } from '../json/json-node.ts'
import { quote } from '../json/json-text.ts'
import { namespace, prop } from './connect-names.ts'
import { compileWriter } from './encoder.ts'
import { javaCopyOrder, javaMapOrder } from './java-map-order.ts'
import type { JsonSchemaDataOptions } from './json-schema-data-config.ts'

/** Members of a JSON Schema beside those that tell its type, as text, in the order of Confluent's. */

interface Place {
  /** What the schema is referred to by from within. */
  readonly id: string | null
  /** Its place among the fields of a struct. */
  readonly index: number | null
}

interface Described extends Place {
  /** Connect's type, where JSON's does not tell it. */
  readonly connectType: string | null
  readonly options: JsonSchemaDataOptions
}

export function attributeTexts(schema: Schema, described: Described): string[] {
  const { connectType, options } = described
  const texts: string[] = []
  if (schema.name !== null) texts.push(`"title":${quote(schema.name)}`)
  if (schema.doc !== null) texts.push(`"description":${quote(schema.doc)}`)
  if (schema.defaultValue !== null) texts.push(`"default":${defaultText(schema, options)}`)
  texts.push(...placeTexts(described))
  if (schema.version !== null) texts.push(`"${prop.version}":${schema.version}`)
  if (connectType !== null) texts.push(`"${prop.type}":"${connectType}"`)
  const parameters = parametersText(schema)
  if (parameters !== null) texts.push(`"${prop.parameters}":${parameters}`)
  return texts
}

export function placeTexts({ id, index }: Place): string[] {
  const texts = id === null ? [] : [`"$id":${quote(id)}`]
  if (index !== null) texts.push(`"${prop.index}":${index}`)
  return texts
}

/** `text`, or null. */
export function orNull(text: string, index: number | null): string {
  const place = placeTexts({ id: null, index })
  return `{${[...place, `"oneOf":[{"type":"null"},${text}]`].join()}}`
}

/** What the mapping notes for itself is told by the schema. Null where there is nothing else. */
function parametersText({ parameters }: Schema): string | null {
  const kept = [...(parameters ?? [])].filter(([name]) => !name.startsWith(namespace))
  if (kept.length === 0) return null
  const values = new Map(kept)
  const names = javaCopyOrder(javaMapOrder([...values.keys()]))
  return `{${names.map((name) => `${quote(name)}:${quote(values.get(name) ?? '')}`).join()}}`
}

/** The default as it is written in a value; of numbers alone, without zeros behind the point. */
function defaultText(schema: Schema, options: JsonSchemaDataOptions): string {
  const encoder = compileWriter(schema, { ...options, ignoreDefaultForNullables: false })
  const target = Buffer.alloc(encoder.maxBytes(schema.defaultValue))
  const text = target.utf8Slice(0, encoder.write(target, 0, schema.defaultValue))
  if (/^"(?:NaN|-?Infinity)"$/.test(text) && schema.type.startsWith('FLOAT')) {
    throw new DataError(`The default ${text} of ${schema.toString()} is no number in JSON.`)
  }
  return /^-?\d/.test(text) ? numberText(text) : jsonText(parseJson(text))
}

/** `12.0` is 12, and an exponent stands as Java's BigDecimal has it. */
function numberText(text: string): string {
  const short = /[eE]/.test(text) || !text.includes('.') ? text : text.replace(/\.?0+$/, '')
  return /[.eE]/.test(short) ? Decimal.parse(short).toString() : short
}
