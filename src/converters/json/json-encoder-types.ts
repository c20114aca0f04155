import type { SchemaType } from '../../api/index.ts'

/** Writes the values of one schema, compiled once for it. */
export interface JsonEncoder {
  /** The type of what it writes, where it writes that as every value of the type is written. */
  readonly scalar?: SchemaType | null
  /** Whether it writes null as null. */
  readonly writesNull?: boolean
  /** No fewer bytes than {@link write} needs. */
  maxBytes(value: unknown): number
  /** Writes `value` at `at`; returns the end. A DataError where it does not fit the schema. */
  write(target: Buffer, at: number, value: unknown): number
}

export interface JsonEncoderOptions {
  readonly decimalFormat: 'BASE64' | 'NUMERIC'
  readonly replaceNullWithDefault: boolean
}
