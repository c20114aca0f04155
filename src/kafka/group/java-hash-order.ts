import type { TopicPartition } from '../../api/topic-partition.ts'

/**
 * The order in which Java's HashMap and HashSet go through their entries. Some of what Java's assignors decide depends on
 * it: members of one group must come to the same assignment, whichever of them leads.
 */

/** Entries a table of the first size holds before it doubles: three quarters of it. */
const FIRST_CAPACITY = 16

/** `String.hashCode()`. */
export function hashOfText(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

/** `TopicPartition.hashCode()`. */
export function hashOfPartition({ topic, partition }: TopicPartition): number {
  return (Math.imul(31 + partition, 31) + hashOfText(topic)) | 0
}

/** How large the table of a map is after so many entries, that was of size `before`. It never shrinks. */
export function capacityFor(entries: number, before = FIRST_CAPACITY): number {
  let capacity = before
  while (entries > capacity * 0.75) capacity *= 2
  return capacity
}

/** By the place of their hash in the table; of one place, in the order they came. */
export function inHashOrder<T>(
  items: readonly T[],
  hash: (item: T) => number,
  capacity = capacityFor(items.length),
): T[] {
  const placed = items.map((item) => ({ item, place: placeOf(hash(item), capacity) }))
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item)
}

function placeOf(hash: number, capacity: number): number {
  return (hash ^ (hash >>> 16)) & (capacity - 1)
}
