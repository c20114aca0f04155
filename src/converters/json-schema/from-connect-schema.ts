import { DataError, Decimal } from '../../api/index.ts'
import type { Field, Schema } from '../../api/index.ts'
import { quote } from '../json/json-text.ts'
import { idPrefix, keyField, nullSymbol, parameter, valueField } from './connect-names.ts'
import { extrasOf, isObjectMap, isUnion, isVariant, symbolNames } from './connect-schemas.ts'
import { javaCopyOrder, javaMapOrder } from './java-map-order.ts'
import type { JsonSchemaDataOptions } from './json-schema-data-config.ts'
import { attributeTexts, orNull, placeTexts } from './schema-members.ts'

/** Where a schema stands. */
interface Site {
  /** Its place among the fields of a struct; null elsewhere. */
  readonly index: number | null
  /** Whether a choice that it is part of says already whether null is allowed. */
  readonly ignoreOptional: boolean
}

/** What tells the type, before the other members and behind them, and what Connect's type adds to JSON's. */
interface TypeTexts {
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly connectType: string | null
}

/** The text of the JSON Schema of a Connect schema, in the order of Confluent's. A DataError where there is none. */
export function schemaText(schema: Schema, options: JsonSchemaDataOptions): string {
  return new FromConnectSchema(options).text(schema)
}

class FromConnectSchema {
  readonly #options: JsonSchemaDataOptions
  /** Structs that are being written, by their fields, and what they are referred to by from within. */
  readonly #open = new Map<readonly Field[], string | null>()
  #ids = 0

  constructor(options: JsonSchemaDataOptions) {
    this.#options = options
  }

  text(schema: Schema, { index, ignoreOptional }: Site = nowhere): string {
    if (isUnion(schema)) return this.#union(schema, index)
    const write = this.#writerOf(schema)
    return schema.optional && !ignoreOptional ? orNull(write(null), index) : write(index)
  }

  #writerOf(schema: Schema): (index: number | null) => string {
    const { fields } = schema
    if (fields === null || isVariant(schema)) return (index) => this.#plain(schema, index)
    if (this.#open.has(fields)) return (index) => this.#reference(fields, index)
    return (index) => this.#object(schema, fields, index)
  }

  #reference(fields: readonly Field[], index: number | null): string {
    const id = this.#open.get(fields) ?? `${idPrefix}${++this.#ids}`
    this.#open.set(fields, id)
    return `{${[`"$ref":${quote(id)}`, ...placeTexts({ id: null, index })].join()}}`
  }

  /** A choice between the schemas of its fields, and null where it is optional. */
  #union(schema: Schema, index: number | null): string {
    const fields = schema.fields ?? []
    if (this.#open.has(fields)) return this.#reference(fields, index)
    this.#open.set(fields, null)
    const choices = fields.map((field) =>
      this.text(field.schema, { index: field.index, ignoreOptional: true }),
    )
    if (schema.optional) choices.unshift('{"type":"null"}')
    const place = placeTexts({ id: this.#close(fields), index })
    return `{${[...place, `"oneOf":[${choices.join()}]`].join()}}`
  }

  #object(schema: Schema, fields: readonly Field[], index: number | null): string {
    this.#open.set(fields, null)
    const extras = this.#options.preserveAdditionalProperties ? extrasOf(schema) : null
    const properties = new Map<string, string>()
    for (const field of fields) {
      if (field === extras?.field) continue
      properties.set(field.name, this.text(field.schema, atIndex(field.index)))
    }
    const place = { id: this.#close(fields), index }
    const closed = this.#options.additionalProperties ? [] : ['"additionalProperties":false']
    return `{${[
      '"type":"object"',
      ...closed,
      ...attributeTexts(schema, { ...place, connectType: null, options: this.#options }),
      ...propertiesTexts(properties),
    ].join()}}`
  }

  /** What the struct is referred to by from within; null where it does not come again. */
  #close(fields: readonly Field[]): string | null {
    const id = this.#open.get(fields) ?? null
    this.#open.delete(fields)
    return id
  }

  /** Of what is no struct. */
  #plain(schema: Schema, index: number | null): string {
    const { before, after, connectType } = this.#typeTexts(schema)
    const place = { id: null, index, connectType, options: this.#options }
    return `{${[...before, ...attributeTexts(schema, place), ...after].join()}}`
  }

  #typeTexts(schema: Schema): TypeTexts {
    switch (schema.type) {
      case 'BOOLEAN':
        return { before: [], after: ['"type":"boolean"'], connectType: null }
      case 'STRING':
        return this.#string(schema)
      case 'BYTES': {
        const isNumeric = this.#options.decimalFormat === 'NUMERIC'
        const isNumber = schema.name === Decimal.LOGICAL_NAME && isNumeric
        return typed(isNumber ? 'number' : 'string', 'bytes')
      }
      case 'ARRAY':
        return typed('array', null, `"items":${this.#child(schema.valueSchema, null)}`)
      case 'MAP':
        return this.#map(schema)
      case 'STRUCT':
        // A variant: any value will do.
        return { before: [], after: [], connectType: null }
      case 'FLOAT32':
      case 'FLOAT64':
        return typed('number', schema.type.toLowerCase())
      case 'INT8':
      case 'INT16':
      case 'INT32':
      case 'INT64':
        return typed('integer', schema.type.toLowerCase())
    }
  }

  #string({ parameters }: Schema): TypeTexts {
    const names = [parameter.enum, parameter.generalEnum]
    if (parameters === null || !names.some((name) => parameters.has(name))) {
      return typed('string', null)
    }
    const name = this.#options.generalizedSumTypes ? parameter.generalEnum : parameter.enum
    const symbols = symbolNames(parameters, name).map((symbol) => {
      return symbol === nullSymbol ? null : symbol
    })
    const list = javaMapOrder(symbols).map((symbol) => (symbol === null ? 'null' : quote(symbol)))
    return { before: [`"enum":[${list.join()}]`], after: [], connectType: null }
  }

  #map(schema: Schema): TypeTexts {
    if (isObjectMap(schema)) {
      const values = this.#child(schema.valueSchema, null)
      return typed('object', 'map', `"additionalProperties":${values}`)
    }
    const entry = new Map([
      [keyField, this.#child(schema.keySchema, 0)],
      [valueField, this.#child(schema.valueSchema, 1)],
    ])
    const properties = propertiesTexts(entry).join()
    return typed('array', 'map', `"items":{"type":"object",${properties}}`)
  }

  #child(schema: Schema | null, index: number | null): string {
    if (schema !== null) return this.text(schema, atIndex(index))
    throw new DataError(
      'An array or a map whose elements have no schema cannot be written as JSON Schema.',
    )
  }
}

function atIndex(index: number | null): Site {
  return { index, ignoreOptional: false }
}
const nowhere = atIndex(null)

function typed(type: string, connectType: string | null, ...after: readonly string[]): TypeTexts {
  return { before: [`"type":"${type}"`], after, connectType }
}

function propertiesTexts(properties: ReadonlyMap<string, string>): string[] {
  if (properties.size === 0) return []
  const names = javaCopyOrder(javaMapOrder([...properties.keys()]))
  const members = names.map((name) => `${quote(name)}:${properties.get(name) ?? ''}`)
  return [`"properties":{${members.join()}}`]
}
