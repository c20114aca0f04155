const SEED = 0x9747b28c | 0
const M = 0x5bd1e995

/**
 * The 32 bit hash by which Java's producer spreads keys over partitions (org.apache.kafka.common.utils.Utils.murmur2),
 * as a signed integer.
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes
  let h = SEED ^ length
  const whole = length & ~3
  for (let i = 0; i < whole; i += 4) {
    let k = Math.imul(
      byteAt(bytes, i) |
        (byteAt(bytes, i + 1) << 8) |
        (byteAt(bytes, i + 2) << 16) |
        (byteAt(bytes, i + 3) << 24),
      M,
    )
    k ^= k >>> 24
    h = Math.imul(h, M) ^ Math.imul(k, M)
  }
  const rest = length - whole
  if (rest > 2) h ^= byteAt(bytes, whole + 2) << 16
  if (rest > 1) h ^= byteAt(bytes, whole + 1) << 8
  if (rest > 0) h = Math.imul(h ^ byteAt(bytes, whole), M)
  h = Math.imul(h ^ (h >>> 13), M)
  return h ^ (h >>> 15)
}

/** The partition of `key` among `count`, as Java's default partitioner has it. */
export function partitionOfKey(key: Uint8Array, count: number): number {
  return (murmur2(key) & 0x7fffffff) % count
}

function byteAt(bytes: Uint8Array, i: number): number {
  return bytes[i] ?? 0
}
