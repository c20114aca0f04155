import {
  ConfigError,
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  SchemaBuilder,
  UnsupportedOperationError,
  Values,
} from '../../api/index.ts'
import type { Header, Schema, SchemaType } from '../../api/index.ts'
import { javaSplit } from '../support/java-split.ts'

/** A header, and the field that its value goes into. */
export interface HeaderMapping {
  readonly header: string
  readonly field: string
  /** Optional: the header may be missing. */
  readonly schema: Schema
  convert(header: Header): unknown
}

type Conversion = (header: Header) => unknown
interface HeaderType {
  readonly schema: Schema
  readonly convert: Conversion
}

const primitives: readonly (readonly [SchemaType, Conversion])[] = [
  ['INT8', ({ schema, value }) => Values.convertToByte(schema, value)],
  ['INT16', ({ schema, value }) => Values.convertToShort(schema, value)],
  ['INT32', ({ schema, value }) => Values.convertToInteger(schema, value)],
  ['INT64', ({ schema, value }) => Values.convertToLong(schema, value)],
  ['FLOAT32', ({ schema, value }) => Values.convertToFloat(schema, value)],
  ['FLOAT64', ({ schema, value }) => Values.convertToDouble(schema, value)],
  ['BOOLEAN', ({ schema, value }) => Values.convertToBoolean(schema, value)],
  ['STRING', ({ schema, value }) => Values.convertToString(schema, value)],
  ['BYTES', unsupportedBytes],
]
const logicals: readonly (readonly [SchemaBuilder, Conversion])[] = [
  [ConnectTimestamp.builder(), ({ schema, value }) => Values.convertToTimestamp(schema, value)],
  [ConnectDate.builder(), ({ schema, value }) => Values.convertToDate(schema, value)],
  [ConnectTime.builder(), ({ schema, value }) => Values.convertToTime(schema, value)],
]
/** Of decimals there are those with a scale up to this. */
const greatestScale = 49

/** By their names in lower case: `INT64`, `INT64(Timestamp)`, `BYTES(Decimal[scale=2])`, or with the full name of the logical type. */
const types = new Map<string, HeaderType>()
for (const [type, convert] of primitives) {
  types.set(type.toLowerCase(), { schema: new SchemaBuilder(type).optional().build(), convert })
}
for (const [builder, convert] of logicals) addLogical(builder.optional().build(), '', convert)
for (let scale = 0; scale <= greatestScale; scale++) {
  addLogical(Decimal.builder(scale).optional().build(), `[scale=${scale}]`, ({ schema, value }) =>
    Values.convertToDecimal(schema, value, scale),
  )
}

/** Reads `header:type[:field]`. A ConfigError in Java's words for anything else. */
export function headerMapping(key: string, text: string): HeaderMapping {
  const parts = javaSplit(text, ':')
  const [header = '', type = '', field] = parts
  const known = types.get(type.trim().toLowerCase())
  if (parts.length < 2 || parts.length > 3 || known === undefined) {
    throw new ConfigError(`Invalid value ${text} for configuration ${key}`)
  }
  return { header: header.trim(), field: field ?? header.trim(), ...known }
}

function addLogical(schema: Schema, suffix: string, convert: Conversion): void {
  const name = schema.name ?? ''
  for (const written of [name, name.slice(name.lastIndexOf('.') + 1)]) {
    types.set(`${schema.type}(${written}${suffix})`.toLowerCase(), { schema, convert })
  }
}

/** Java takes the type, and then has nothing to convert to it. */
function unsupportedBytes(): never {
  throw new UnsupportedOperationError('SchemaKey{type=BYTES} is not supported')
}
