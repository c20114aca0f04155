import { javaCapacity } from './java-hash-map.ts'

/** The keys in the order in which a `java.util.HashMap<String, …>` hands them out that got them in this order. */
export function javaHashOrder(keys: readonly string[]): string[] {
  return inBuckets(keys, javaCapacity(keys.length))
}

/** The same of a `HashMap` that was made as a copy of another map: it is as small as it can be. */
export function javaCopyOrder(keys: readonly string[]): string[] {
  return inBuckets(keys, 2 ** Math.ceil(Math.log2(Math.floor(keys.length / 0.75 + 1))))
}

function inBuckets(keys: readonly string[], capacity: number): string[] {
  return javaTableOrder(keys, javaHash, capacity)
}

/** The items in the order of a hash table with so many buckets, a power of two, that got them in this order. */
export function javaTableOrder<T>(
  items: readonly T[],
  hashOf: (item: T) => number,
  capacity: number,
): T[] {
  const mask = capacity - 1
  return items
    .map((item) => ({ item, bucket: spread(hashOf(item)) & mask }))
    .sort((a, b) => a.bucket - b.bucket) // Stable: within a bucket the order of insertion stays.
    .map(({ item }) => item)
}

/** `String.hashCode()` */
export function javaHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

/** `HashMap.hash`: the upper bits take part in small tables. */
function spread(hash: number): number {
  return hash ^ (hash >>> 16)
}
