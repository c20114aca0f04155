import { DataError, isDecimal } from 'sluice/api'

/** Bytes as hexadecimal digits. */
export function hexOf(value: unknown): string {
  const bytes = value as Uint8Array
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** Without an exponent, which not every database reads exactly. */
export function decimalText(value: unknown): string {
  if (!isDecimal(value)) throw new DataError(`${String(value)} is not a decimal.`)
  const { unscaled, scale } = value
  const digits = String(unscaled < 0n ? -unscaled : unscaled)
  const sign = unscaled < 0n ? '-' : ''
  if (scale <= 0) return sign + digits + (unscaled === 0n ? '' : '0'.repeat(-scale))
  const padded = digits.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}
