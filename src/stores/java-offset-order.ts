import type { TopicPartition } from '../api/topic-partition.ts'
import type { OffsetValue } from '../data/records.ts'
import { isTypedNumber, isPlainInt64 } from '../data/typed-number.ts'
import { hashOfPartition, hashOfText, inHashOrder, javaHashOrder } from '../util/java-hash-order.ts'

/** Orders in which Java's worker lists offsets: it keeps them in hash maps. */

type Fields = Readonly<Record<string, OffsetValue>>

/** The fields in the order of a `HashMap` that was filled one by one. */
export function inFieldOrder<T extends Fields>(fields: T): T {
  const ordered = javaHashOrder(Object.keys(fields)).map((name) => [name, fields[name]])
  return Object.fromEntries(ordered) as T
}

/** In the order of a `HashMap` by partition that was made for as many entries, as Java's offset reader makes it. */
export function inPartitionOrder<T extends { readonly partition: Fields }>(
  offsets: readonly T[],
): T[] {
  let capacity = 1
  while (capacity < offsets.length) capacity *= 2
  while (offsets.length > Math.floor(capacity * 0.75)) capacity *= 2
  return inHashOrder(offsets, ({ partition }) => hashOfFields(partition), capacity)
}

/** In the order of the `HashMap` by topic and partition in which Java's administrative client hands out a group's offsets. */
export function inGroupOrder<T extends TopicPartition>(offsets: readonly T[]): T[] {
  return inHashOrder(offsets, hashOfPartition)
}

/** `Map.hashCode()` */
function hashOfFields(fields: Fields): number {
  let hash = 0
  for (const [name, value] of Object.entries(fields)) {
    hash = (hash + (hashOfText(name) ^ hashOfValue(value))) | 0
  }
  return hash
}

function hashOfValue(value: OffsetValue): number {
  if (typeof value === 'string') return hashOfText(value)
  if (typeof value === 'boolean') return value ? 1231 : 1237
  if (typeof value === 'bigint') return hashOfLong(value)
  if (typeof value === 'number') {
    return isPlainInt64(value) ? hashOfLong(BigInt(value)) : hashOfDouble(value)
  }
  // Bytes are hashed by their identity: nothing lies in their order.
  return isTypedNumber(value) ? hashOfDouble(value.value) : 0
}

function hashOfLong(value: bigint): number {
  return Number(BigInt.asIntN(32, value ^ (value >> 32n)))
}

function hashOfDouble(value: number): number {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  return bits.getInt32(0) ^ bits.getInt32(4)
}
