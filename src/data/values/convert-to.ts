import { Decimal } from '../decimal.ts'
import { DataError } from '../../errors/connect-error.ts'
import type { Int64 } from '../../util/int64.ts'
import { dateName, timeName, timestampName } from '../logical-names.ts'
import {
  BOOLEAN_SCHEMA,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
} from '../primitive-schemas.ts'
import type { Schema } from '../schema.ts'
import { SchemaBuilder } from '../schema-builder.ts'
import type { Struct } from '../struct.ts'
import { ConnectDate, ConnectTime, ConnectTimestamp } from '../temporal.ts'
import type { Instant } from '../temporal.ts'
import { convertValue } from './convert-value.ts'
import { parseString, typedValue } from './parse-string.ts'

const anyArray = SchemaBuilder.arrayOfNull().build()
const anyMap = SchemaBuilder.mapOfNull().build()
const anyStruct = SchemaBuilder.struct().build()

/**
 * `value` as one of `schema` (`Values.convertTo`). A string that should be a boolean, a date or time, or a container is parsed as
 * the text of a header is. Narrows as a cast does in Java; a DataError where there is no way.
 */
export function convertTo(schema: Schema, fromSchema: Schema | null, value: unknown): unknown {
  if (typeof value !== 'string') return convertValue(schema, fromSchema, value)
  const isTemporal = [dateName, timeName, timestampName].includes(schema.name ?? '')
  if (isTemporal || schema.type === 'ARRAY' || schema.type === 'MAP') {
    return convertValue(schema, fromSchema, typedValue(parseString(value)))
  }
  if (schema.type === 'BOOLEAN') {
    const parsed = parseString(value).value
    if (typeof parsed === 'boolean') return parsed
  }
  return convertValue(schema, fromSchema, value)
}

export function convertToBoolean(schema: Schema | null, value: unknown): boolean | null {
  return orNull(BOOLEAN_SCHEMA, schema, value) as boolean | null
}

export function convertToByte(schema: Schema | null, value: unknown): number | null {
  return orNull(INT8_SCHEMA, schema, value) as number | null
}

export function convertToShort(schema: Schema | null, value: unknown): number | null {
  return orNull(INT16_SCHEMA, schema, value) as number | null
}

export function convertToInteger(schema: Schema | null, value: unknown): number | null {
  return orNull(INT32_SCHEMA, schema, value) as number | null
}

export function convertToLong(schema: Schema | null, value: unknown): Int64 | null {
  return orNull(INT64_SCHEMA, schema, value) as Int64 | null
}

export function convertToFloat(schema: Schema | null, value: unknown): number | null {
  return orNull(FLOAT32_SCHEMA, schema, value) as number | null
}

export function convertToDouble(schema: Schema | null, value: unknown): number | null {
  return orNull(FLOAT64_SCHEMA, schema, value) as number | null
}

export function convertToList(schema: Schema | null, value: unknown): unknown[] {
  return convertTo(anyArray, schema, value) as unknown[]
}

export function convertToMap(schema: Schema | null, value: unknown): Map<unknown, unknown> {
  return convertTo(anyMap, schema, value) as Map<unknown, unknown>
}

export function convertToStruct(schema: Schema | null, value: unknown): Struct {
  return convertTo(anyStruct, schema, value) as Struct
}

export function convertToTime(schema: Schema | null, value: unknown): Date {
  return convertTo(ConnectTime.SCHEMA, schema, value) as Date
}

export function convertToDate(schema: Schema | null, value: unknown): Instant {
  return convertTo(ConnectDate.SCHEMA, schema, value) as Instant
}

export function convertToTimestamp(schema: Schema | null, value: unknown): Instant {
  return convertTo(ConnectTimestamp.SCHEMA, schema, value) as Instant
}

/** `scale` counts only for bytes, as in Java. */
export function convertToDecimal(schema: Schema | null, value: unknown, scale: number): Decimal {
  if (value === null || value === undefined) {
    throw new DataError('Unable to convert a null value to a schema that requires a value')
  }
  return convertTo(Decimal.schema(scale), schema, value) as Decimal
}

function orNull(target: Schema, schema: Schema | null, value: unknown): unknown {
  return value === null || value === undefined ? null : convertTo(target, schema, value)
}
