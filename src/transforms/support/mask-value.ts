import {
  DataError,
  Decimal,
  Values,
  isDecimal,
  isTypedNumber,
  javaClassName,
  normalizeInt64,
  schemalessNumber,
  schemalessType,
} from '../../api/index.ts'
import type { Int64, Schema, SchemaType } from '../../api/index.ts'

/** What takes the place of a value: zero, empty, false; or a text read as its type. A null stays one. */
export function maskedValue(
  schema: Schema | null,
  value: unknown,
  replacement: string | null,
): unknown {
  if (value === null) return null
  return replacement === null ? zeroOf(schema, value) : replaced(schema, value, replacement)
}

function zeroOf(schema: Schema | null, value: unknown): unknown {
  if (isInstant(schema, value)) return new Date(0)
  if (isDecimal(value)) return new Decimal(0n, 0)
  const type = typeOf(schema, value)
  if (type !== null && isNumeric(type)) return numberOf(schema, type, 0)
  if (typeof value === 'bigint') return 0
  if (typeof value === 'string') return ''
  if (typeof value === 'boolean') return false
  if (type === 'ARRAY') return []
  if (type === 'MAP') return schema === null ? {} : new Map()
  throw new DataError(`Cannot mask value of type: class ${javaClassName(value)}`)
}

function replaced(schema: Schema | null, value: unknown, text: string): unknown {
  if (isInstant(schema, value)) throw notReplaceable('java.util.Date')
  if (isDecimal(value)) return decimalOf(text)
  const type = typeOf(schema, value)
  if (type === 'STRING') return text
  if (type !== null && isNumeric(type)) return numberOf(schema, type, converted(type, text))
  if (typeof value === 'bigint') return integerOf(text)
  throw notReplaceable(javaClassName(value))
}

type NumberType = 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FLOAT32' | 'FLOAT64'

function isNumeric(type: SchemaType): type is NumberType {
  return type.startsWith('INT') || type.startsWith('FLOAT')
}

function typeOf(schema: Schema | null, value: unknown): SchemaType | null {
  if (schema !== null) return schema.type
  return isTypedNumber(value) ? value.type : schemalessType(value)
}

/** A Date, or under a temporal schema the bigint of one that is too far. */
function isInstant(schema: Schema | null, value: unknown): boolean {
  if (value instanceof Date) return true
  return (
    typeof value === 'bigint' &&
    (schema?.name?.startsWith('org.apache.kafka.connect.data.') ?? false)
  )
}

function numberOf(schema: Schema | null, type: NumberType, value: Int64): unknown {
  return schema === null ? schemalessNumber(type, value) : value
}

function converted(type: NumberType, text: string): Int64 {
  switch (type) {
    case 'INT8':
      return Values.convertToByte(null, text) ?? 0
    case 'INT16':
      return Values.convertToShort(null, text) ?? 0
    case 'INT32':
      return Values.convertToInteger(null, text) ?? 0
    case 'INT64':
      return Values.convertToLong(null, text) ?? 0
    case 'FLOAT32':
      return Values.convertToFloat(null, text) ?? 0
    case 'FLOAT64':
      return Values.convertToDouble(null, text) ?? 0
  }
}

function decimalOf(text: string): Decimal {
  try {
    return Decimal.parse(text)
  } catch (error) {
    throw notNumeric(text, error)
  }
}

function integerOf(text: string): Int64 {
  if (!/^[+-]?\d+$/.test(text)) throw notNumeric(text, undefined)
  return normalizeInt64(BigInt(text.replace('+', '')))
}

function notNumeric(text: string, cause: unknown): DataError {
  return new DataError(`Unable to convert ${text} (class java.lang.String) to number`, { cause })
}

function notReplaceable(className: string): DataError {
  return new DataError(`Cannot mask value of type class ${className} with custom replacement.`)
}
