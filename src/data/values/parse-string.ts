import { DataError } from '../../errors/connect-error.ts'
import { BOOLEAN_SCHEMA, STRING_SCHEMA } from '../primitive-schemas.ts'
import { SchemaBuilder } from '../schema-builder.ts'
import type { Schema, SchemaAndValue } from '../schema.ts'
import { schemalessNumber } from '../typed-number.ts'
import type { NumberType } from '../typed-number.ts'
import { fits } from '../validate-value.ts'
import { convertValue } from './convert-value.ts'
import { integerSchema, isDigit, parseNumber } from './parse-number.ts'
import { CommonSchema } from './common-schema.ts'
import { parseTemporal } from './temporal-text.ts'
import { Tokenizer, trimSpace } from './tokenizer.ts'

/** Beyond this a text is taken as a string: Java's stack would end. */
const deepest = 500

/**
 * The value that the text of a header stands for, with the schema it implies (`Values.parseString`): `null`, a boolean, a
 * date or time, a number, an array or a map; any other text is the string itself. Never throws.
 */
export function parseString(text: string | null): SchemaAndValue {
  if (text === null) return { schema: null, value: null }
  if (text === '') return { schema: STRING_SCHEMA, value: '' }
  return plainWord(text) ?? parse(new Tokenizer(text), 0) ?? { schema: null, value: null }
}

/** Hot. What most headers hold: a text that begins with a letter, or a few digits; null where it takes a closer look. */
function plainWord(text: string): SchemaAndValue | null {
  const first = text.charCodeAt(0)
  const letter = first | 0x20
  if (letter >= 0x61 && letter <= 0x7a && first < 0x80) {
    return literals.test(text) ? null : { schema: STRING_SCHEMA, value: text }
  }
  if (first < 0x30 || first > 0x39 || text.length > 9) return null
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
  }
  return { schema: integerSchema(BigInt(value)), value }
}

const literals = /^(?:null|true|false)/

/** The next value; null stands for null. `depth` counts the arrays and maps around it. */
function parse(tokens: Tokenizer, depth: number): SchemaAndValue | null {
  const embedded = depth > 0
  if (!tokens.hasNext) return null
  if (embedded && tokens.take('"')) return parseQuoted(tokens)
  if (takeLiteral(tokens, embedded, 'null')) return null
  if (takeLiteral(tokens, embedded, 'true')) return { schema: BOOLEAN_SCHEMA, value: true }
  if (takeLiteral(tokens, embedded, 'false')) return { schema: BOOLEAN_SCHEMA, value: false }
  const start = tokens.mark()
  try {
    if (tokens.take('[')) return parseArray(tokens, deeper(depth))
    if (tokens.take('{')) return parseMap(tokens, deeper(depth))
  } catch {
    tokens.rewind(start)
  }
  const token = tokens.next()
  const word = trimSpace(token)
  if (word === '') return { schema: STRING_SCHEMA, value: token }
  const value = parseWord(tokens, word)
  if (value !== null) return value
  if (embedded) throw new DataError('Failed to parse embedded value')
  return { schema: STRING_SCHEMA, value: tokens.text }
}

function deeper(depth: number): number {
  if (depth < deepest) return depth + 1
  throw new DataError(`Values nested more than ${deepest} levels deep are not parsed.`)
}

/** Takes a literal that stands alone, or inside an array or map. */
function takeLiteral(tokens: Tokenizer, embedded: boolean, literal: string): boolean {
  const start = tokens.mark()
  if (tokens.take(literal) && (embedded || !tokens.hasNext)) return true
  tokens.rewind(start)
  return false
}

/** What stands up to the next quote, escapes and all: a date or time, else a string. */
function parseQuoted(tokens: Tokenizer): SchemaAndValue {
  let content = ''
  while (tokens.hasNext && !tokens.take('"')) content += tokens.next()
  return parseTemporal(content) ?? { schema: STRING_SCHEMA, value: content }
}

/** A date or time or a number; null where `word` begins neither. */
function parseWord(tokens: Tokenizer, word: string): SchemaAndValue | null {
  const startsWithDigit = isDigit(word.charAt(0))
  if (startsWithDigit) {
    // The colons of a time are tokens of their own.
    const start = tokens.mark()
    const rest = tokens.nextMany(4)
    const long = rest === null ? null : parseTemporal(word + rest)
    if (long !== null) return long
    tokens.rewind(start)
    const short = parseTemporal(word)
    if (short !== null) return short
  }
  return startsWithDigit || /^[+-]/.test(word) ? parseNumber(word) : null
}

function parseArray(tokens: Tokenizer, depth: number): SchemaAndValue {
  const elements: (SchemaAndValue | null)[] = []
  while (tokens.hasNext) {
    if (tokens.take(']')) return arrayOf(elements)
    if (tokens.take(',')) {
      throw new DataError(`Unable to parse an empty array element: ${tokens.text}`)
    }
    elements.push(parse(tokens, depth))
    const position = tokens.mark()
    if (tokens.take(']')) tokens.rewind(position)
    else if (!tokens.take(',')) throw new DataError("Array elements missing ',' delimiter")
  }
  throw new DataError(`Array is missing terminating ']': ${tokens.text}`)
}

function parseMap(tokens: Tokenizer, depth: number): SchemaAndValue {
  const entries: [SchemaAndValue, SchemaAndValue | null][] = []
  while (tokens.hasNext) {
    if (tokens.take('}')) return mapOf(entries)
    if (tokens.take(',')) {
      throw new DataError(`Unable to parse a map entry with no key or value: ${tokens.text}`)
    }
    const key = parse(tokens, depth)
    if (key === null || key.value === null) {
      throw new DataError(`Map entry may not have a null key: ${tokens.text}`)
    }
    if (!tokens.take(':')) throw new DataError(`Map entry is missing ':': ${tokens.text}`)
    entries.push([key, parse(tokens, depth)])
    tokens.take(',')
  }
  throw new DataError(`Map is missing terminating '}': ${tokens.text}`)
}

/** An array of the elements' common schema, converted to it; as they are where they have none. */
function arrayOf(elements: readonly (SchemaAndValue | null)[]): SchemaAndValue {
  const common = new CommonSchema()
  for (const element of elements) common.merge(element)
  const { schema } = common
  return {
    schema:
      schema === null ? SchemaBuilder.arrayOfNull().build() : SchemaBuilder.array(schema).build(),
    value: elements.map((element) => aligned(element, schema)),
  }
}

function mapOf(entries: readonly [SchemaAndValue, SchemaAndValue | null][]): SchemaAndValue {
  const keys = new CommonSchema()
  const values = new CommonSchema()
  for (const [key, value] of entries) {
    keys.merge(key)
    values.merge(value)
  }
  // Without a common schema for the keys, the values keep what they are too.
  const valueSchema = keys.schema && values.schema
  const map = new Map<unknown, unknown>()
  for (const [key, value] of entries) {
    map.set(aligned(key, keys.schema), aligned(value, valueSchema))
  }
  return { schema: mapSchema(keys.schema, valueSchema), value: map }
}

function mapSchema(keySchema: Schema | null, valueSchema: Schema | null): Schema {
  if (keySchema === null) return SchemaBuilder.mapOfNull().build()
  if (valueSchema === null) return SchemaBuilder.mapWithNullValues(keySchema).build()
  return SchemaBuilder.map(keySchema, valueSchema).build()
}

/** A value converted to `schema`; where that is null, or a list or map cannot stand under it, one that tells its own types. */
function aligned(element: SchemaAndValue | null, schema: Schema | null): unknown {
  if (schema === null) return typedValue(element)
  const value = convertValue(schema, null, element?.value)
  return typeof value === 'object' && !fits(schema, value) ? typedValue(element) : value
}

/** The value of `element` as one without a schema: its numbers, however deep, tell their type themselves. */
export function typedValue(element: SchemaAndValue | null): unknown {
  return element === null ? null : withoutSchema(element.schema, element.value)
}

function withoutSchema(schema: Schema | null, value: unknown): unknown {
  if (schema === null) return value
  if (typeof value === 'number') return schemalessNumber(schema.type as NumberType, value)
  if (Array.isArray(value)) return value.map((item) => withoutSchema(schema.valueSchema, item))
  if (!(value instanceof Map)) return value
  const map = new Map<unknown, unknown>()
  for (const [key, item] of value) {
    map.set(withoutSchema(schema.keySchema, key), withoutSchema(schema.valueSchema, item))
  }
  return map
}
