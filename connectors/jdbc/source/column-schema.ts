import { ConnectDate, ConnectTime, ConnectTimestamp, Decimal, SchemaBuilder } from 'sluice/api'
import type { Schema } from 'sluice/api'
import type { Vendor } from '../config/common-config.ts'
import type { DialectKind } from '../core/dialect.ts'
import type { Column } from '../core/types.ts'

export type NumericMapping = 'none' | 'precision_only' | 'best_fit' | 'best_fit_eager_double'

export type TimestampGranularity =
  | 'connect_logical'
  | 'micros_long'
  | 'micros_string'
  | 'micros_iso_datetime_string'
  | 'nanos_long'
  | 'nanos_string'
  | 'nanos_iso_datetime_string'

export interface SchemaSettings {
  readonly vendor: Vendor
  readonly kind: DialectKind
  readonly numericMapping: NumericMapping
  /** Whether {@link numericMapping} is for DECIMAL columns too. */
  readonly mapsDecimal: boolean
  readonly granularity: TimestampGranularity
  /** What becomes of a column of a type that no schema stands for. */
  readonly unsupported: 'drop' | 'string' | 'fail'
}

/** What a column's values become; `kind` says how they are read. */
export interface ColumnSchema {
  readonly kind: ValueKind
  readonly schema: Schema
  /** Digits after the point of a decimal. */
  readonly scale: number
}

export type ValueKind =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'boolean'
  | 'string'
  | 'bytes'
  | 'bits'
  | 'decimal'
  | 'date'
  | 'year'
  | 'time'
  | 'timestamp'

/** The scale of a number that has none: Java's connector takes the driver's -127 as unsigned, and so does everybody's data. */
const UNSET_SCALE = 127

/** Digits of the largest integer that fits. */
const integers: readonly (readonly [number, ValueKind])[] = [
  [9, 'int64'],
  [4, 'int32'],
  [2, 'int16'],
]

/** The schema of a column, or null where it has none and is left out. */
export function columnSchema(column: Column, settings: SchemaSettings): ColumnSchema | null {
  const kind = kindOf(column, settings)
  const found = kind === null && settings.unsupported === 'string' ? 'string' : kind
  if (found === null) return null
  const scale = found === 'decimal' ? scaleOf(column, settings.kind) : 0
  const builder = builderOf(found, { column, scale, settings })
  // Views and expressions do not say; they count as nullable.
  if (column.nullable !== false) builder.optional()
  return { kind: found, schema: builder.build(), scale }
}

function kindOf(column: Column, settings: SchemaSettings): ValueKind | null {
  const { type, unsigned, precision } = column
  switch (type) {
    case 'BOOLEAN':
      return 'boolean'
    case 'BIT':
      return settings.kind === 'postgresql' ? pgBits(precision) : 'int8'
    case 'TINYINT':
      return unsigned ? 'int16' : 'int8'
    case 'SMALLINT':
      return unsigned ? 'int32' : 'int16'
    case 'INTEGER':
      return unsigned ? 'int64' : 'int32'
    case 'BIGINT':
      return 'int64'
    case 'REAL':
      return 'float32'
    case 'DOUBLE':
      return 'float64'
    case 'NUMERIC':
      return numericKind(column, settings)
    case 'DECIMAL':
      return settings.mapsDecimal ? numericKind(column, settings) : 'decimal'
    case 'CHAR':
    case 'VARCHAR':
      return 'string'
    case 'BINARY':
      return 'bytes'
    case 'DATE':
      return column.typeName === 'year' ? 'year' : 'date'
    case 'TIME':
      return 'time'
    case 'TIMESTAMP':
      return 'timestamp'
    case 'OTHER':
      return null
  }
}

function pgBits(length: number): ValueKind {
  if (length <= 1) return 'boolean'
  return length <= 8 ? 'int8' : 'bits'
}

/**
 * PostgreSQL's `numeric` without a precision reports 0 digits, of which Java's connector makes an INT8 in some modes, and
 * destroys its values. Here such a number is a FLOAT64 in the best-fit modes and a Decimal in the others.
 */
function numericKind(
  { precision, scale }: Column,
  { numericMapping: mapping, kind }: SchemaSettings,
): ValueKind {
  const isUnlimited = precision === 0 && (kind === 'postgresql' || kind === 'sqlite')
  const isBestFit = mapping === 'best_fit' || mapping === 'best_fit_eager_double'
  if (isUnlimited) return isBestFit ? 'float64' : 'decimal'
  switch (mapping) {
    case 'none':
      return 'decimal'
    case 'precision_only':
      return scale === 0 && precision <= 18 ? integerKind(precision) : 'decimal'
    case 'best_fit':
    case 'best_fit_eager_double': {
      if (precision <= 18 && scale <= 0 && scale >= -84) return integerKind(precision - scale)
      const isDouble = scale > 0 && (precision <= 18 || mapping === 'best_fit_eager_double')
      return isDouble ? 'float64' : 'decimal'
    }
  }
}

function integerKind(digits: number): ValueKind {
  return integers.find(([above]) => digits > above)?.[1] ?? 'int8'
}

function scaleOf({ precision, scale }: Column, kind: DialectKind): number {
  const isUnlimited = precision === 0 && scale === 0
  return isUnlimited && kind === 'postgresql' ? UNSET_SCALE : scale
}

interface BuilderInput {
  readonly column: Column
  readonly scale: number
  readonly settings: SchemaSettings
}

function builderOf(kind: ValueKind, { column, scale, settings }: BuilderInput): SchemaBuilder {
  switch (kind) {
    case 'int8':
      return SchemaBuilder.int8()
    case 'int16':
      return SchemaBuilder.int16()
    case 'int32':
      return SchemaBuilder.int32()
    case 'int64':
      return SchemaBuilder.int64()
    case 'float32':
      return SchemaBuilder.float32()
    case 'float64':
      return SchemaBuilder.float64()
    case 'boolean':
      return SchemaBuilder.bool()
    case 'string':
      return SchemaBuilder.string()
    case 'bytes':
    case 'bits':
      return SchemaBuilder.bytes()
    case 'decimal':
      return decimalBuilder(scale, column, settings)
    case 'date':
    case 'year':
      return ConnectDate.builder()
    case 'time':
      return ConnectTime.builder()
    case 'timestamp':
      return timestampBuilder(settings.granularity)
  }
}

/** Only Confluent's connector tells the precision; a schema with it would be another version to a registry. */
function decimalBuilder(
  scale: number,
  { precision }: Column,
  { vendor }: SchemaSettings,
): SchemaBuilder {
  const builder = Decimal.builder(scale)
  if (vendor === 'confluent') builder.parameter('connect.decimal.precision', String(precision))
  return builder
}

function timestampBuilder(granularity: TimestampGranularity): SchemaBuilder {
  if (granularity === 'connect_logical') return ConnectTimestamp.builder()
  return granularity.endsWith('_long') ? SchemaBuilder.int64() : SchemaBuilder.string()
}
