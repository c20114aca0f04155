/**
 * The order in which Java's HashMap and HashSet go through their entries. What Java's workers and clients decide or list by it
 * is the same here: members of one group must come to the same assignment, whichever of them leads.
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
export function hashOfPartition({
  topic,
  partition,
}: {
  readonly topic: string
  readonly partition: number
}): number {
  return (Math.imul(31 + partition, 31) + hashOfText(topic)) | 0
}

/** How large the table of a map is after so many entries, that was of size `before`. It never shrinks. */
export function capacityFor(entries: number, before = FIRST_CAPACITY): number {
  let capacity = before
  while (entries > capacity * 0.75) capacity *= 2
  return capacity
}

/** By the place of their hash in a table of so many places, a power of two; of one place, in the order they came. */
export function inHashOrder<T>(
  items: readonly T[],
  hash: (item: T) => number,
  capacity = capacityFor(items.length),
): T[] {
  const placed = items.map((item) => ({ item, place: placeOf(hash(item), capacity) }))
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item)
}

/** The keys in the order in which a `java.util.HashMap<String, …>` hands them out that got them in this order. */
export function javaHashOrder(keys: readonly string[]): string[] {
  return inHashOrder(keys, hashOfText)
}

/** The same of a `HashMap` that was made as a copy of another map: it is as small as it can be. */
export function javaCopyOrder(keys: readonly string[]): string[] {
  return inHashOrder(keys, hashOfText, copyCapacity(keys.length))
}

/** The same where the copied map had so many keys, and this one then had `most` at a time. */
export function javaPatchOrder(keys: readonly string[], copied: number, most: number): string[] {
  return inHashOrder(keys, hashOfText, capacityFor(most, copyCapacity(copied)))
}

function copyCapacity(entries: number): number {
  return 2 ** Math.ceil(Math.log2(Math.floor(entries / 0.75 + 1)))
}

/** The upper bits take part in small tables. */
function placeOf(hash: number, capacity: number): number {
  return (hash ^ (hash >>> 16)) & (capacity - 1)
}
