import {
  BYTES_SCHEMA,
  DataError,
  STRING_SCHEMA,
  SchemaBuilder,
  isTypedNumber,
} from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { jsonText } from '../json/json-node.ts'
import { nullSymbol, parameter, prop, variantName } from './connect-names.ts'
import { textMember } from './schema-node.ts'
import type { ChoiceNode, NumberNode } from './schema-node.ts'

/** Builders of what has no schemas within. */

const numberBuilders: Readonly<Record<string, () => SchemaBuilder>> = {
  int8: () => SchemaBuilder.int8(),
  int16: () => SchemaBuilder.int16(),
  int32: () => SchemaBuilder.int32(),
  int64: () => SchemaBuilder.int64(),
  float32: () => SchemaBuilder.float32(),
  float64: () => SchemaBuilder.float64(),
  // A decimal that is written as a number.
  bytes: () => SchemaBuilder.bytes(),
}

export function numberBuilder(node: NumberNode): SchemaBuilder {
  const type = node.members.get(prop.type)
  if (type === undefined) return node.integer ? SchemaBuilder.int64() : SchemaBuilder.float64()
  const name = textMember(node, prop.type)
  const make = name !== null && Object.hasOwn(numberBuilders, name) ? numberBuilders[name] : null
  if (make) return make()
  throw new DataError(
    `Unsupported type ${jsonText(type)} as ${prop.type} of a number: expected ${Object.keys(numberBuilders).join(', ')}.`,
  )
}

/** An enum of JSON has no name; its symbols are parameters, as text. */
export function choiceBuilder({ values }: ChoiceNode, generalized: boolean): SchemaBuilder {
  const name = generalized ? parameter.generalEnum : parameter.enum
  const builder = SchemaBuilder.string().parameter(name, '')
  for (const [index, value] of values.entries()) {
    const symbol = symbolText(value)
    builder.parameter(`${name}.${symbol}`, generalized ? String(index) : symbol)
  }
  return builder
}

function symbolText(value: unknown): string {
  if (value === null) return nullSymbol
  if (typeof value === 'string') return value
  return isTypedNumber(value) ? value.toString() : jsonText(value)
}

/** A JSON value of any kind. */
export function variantBuilder(): SchemaBuilder {
  return SchemaBuilder.struct()
    .name(variantName)
    .field('metadata', BYTES_SCHEMA)
    .field('value', BYTES_SCHEMA)
}

/** What an object holds beside the members that its schema names. */
export function extrasSchema(): Schema {
  return SchemaBuilder.map(STRING_SCHEMA, variantBuilder().build()).optional().build()
}
