/** Writes the values of one schema, compiled once for it. */
export interface JsonEncoder {
  /** No fewer bytes than {@link write} needs. */
  maxBytes(value: unknown): number
  /** Writes `value` at `at`; returns the end. A DataError where it does not fit the schema. */
  write(target: Buffer, at: number, value: unknown): number
}

export interface JsonEncoderOptions {
  readonly decimalFormat: 'BASE64' | 'NUMERIC'
  readonly replaceNullWithDefault: boolean
}
