import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  isDecimal,
  javaClassName,
} from '../../api/index.ts'
import type { Instant, Int64, Schema } from '../../api/index.ts'
import type { JsonEncoder } from './json-encoder-types.ts'
import { writeAscii } from './json-text.ts'
import { maxNumberBytes, writeBase64 } from './write-scalar.ts'

/** How values of a logical schema are written; null where the schema's name is none of theirs. */
export function logicalEncoder(
  schema: Schema,
  decimalFormat: 'BASE64' | 'NUMERIC',
): JsonEncoder | null {
  if (schema.name === Decimal.LOGICAL_NAME) return decimalEncoder(schema, decimalFormat)
  if (schema.name === ConnectDate.LOGICAL_NAME) {
    return instantEncoder('Date', (value) => ConnectDate.fromLogical(schema, value))
  }
  if (schema.name === ConnectTime.LOGICAL_NAME) {
    return instantEncoder('Time', (value) => ConnectTime.fromLogical(schema, value as Date))
  }
  if (schema.name === ConnectTimestamp.LOGICAL_NAME) {
    return instantEncoder('Timestamp', (value) => ConnectTimestamp.fromLogical(schema, value))
  }
  return null
}

/** A number is written with the scale of the value, whatever the schema's; bytes need the schema's. */
function decimalEncoder(schema: Schema, format: 'BASE64' | 'NUMERIC'): JsonEncoder {
  return {
    // As text a decimal has a digit for every bit at the most, and an exponent or leading zeros.
    maxBytes: (value) => (isDecimal(value) ? value.toString().length * 2 + 8 : 0),
    write(target, at, value) {
      if (!isDecimal(value)) {
        throw new DataError(
          `Invalid type for Decimal, expected BigDecimal but was class ${javaClassName(value)}`,
        )
      }
      return format === 'NUMERIC'
        ? writeAscii(target, at, value.toString())
        : writeBase64(target, at, Decimal.fromLogical(schema, value))
    },
  }
}

function instantEncoder(
  what: 'Date' | 'Time' | 'Timestamp',
  fromLogical: (value: Instant) => Int64,
): JsonEncoder {
  return {
    maxBytes: () => maxNumberBytes,
    write(target, at, value) {
      if (!(value instanceof Date) && typeof value !== 'bigint') {
        throw new DataError(
          `Invalid type for ${what}, expected Date but was class ${javaClassName(value)}`,
        )
      }
      return writeAscii(target, at, String(fromLogical(value)))
    },
  }
}
