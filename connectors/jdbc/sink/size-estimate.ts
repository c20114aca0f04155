import { isStruct } from 'sluice/api'
import type { SinkRecord } from 'sluice/api'

/** How many records of a put are looked at. */
const samples = 8
const fixedBytes = 100

/** About how many bytes the records hold, by a few of them: one wide column makes the difference between kilobytes and gigabytes. */
export function estimatedBytes(records: readonly SinkRecord[]): number {
  const step = Math.max(1, Math.floor(records.length / samples))
  let looked = 0
  let bytes = 0
  for (let at = 0; at < records.length; at += step) {
    looked++
    bytes += fixedBytes + sizeOf(records[at]?.value)
  }
  return looked === 0 ? 0 : (bytes / looked) * records.length
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Uint8Array) return value.length
  if (!isStruct(value)) return 8
  let bytes = 0
  for (const member of value.values) bytes += isStruct(member) ? fixedBytes : sizeOf(member)
  return bytes
}
