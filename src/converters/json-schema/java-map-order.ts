/**
 * The order in which Java's `HashMap` tells its keys, as JDK 19 and later size it. Confluent's converter writes the members of a
 * JSON Schema in it, and a registry takes a schema whose members stand in another order for another version.
 */

/** Of a map, or a set, that is filled key by key. */
export function javaMapOrder<K extends string | null>(keys: readonly K[]): K[] {
  return byPlace([...new Set(keys)], Math.max(16, placesFor(keys.length)))
}

/** Of the copy of a map; `keys` are in the order of that. */
export function javaCopyOrder(keys: readonly string[]): string[] {
  return byPlace(keys, placesFor(keys.length))
}

/** The sort is stable: keys of one place keep their order. */
function byPlace<K extends string | null>(keys: readonly K[], places: number): K[] {
  return [...keys].sort((a, b) => placeOf(a, places) - placeOf(b, places))
}

/** At most three of four places are taken. */
function placesFor(count: number): number {
  let places = 1
  while (places * 3 < count * 4) places *= 2
  return places
}

function placeOf(key: string | null, places: number): number {
  if (key === null) return 0
  let hash = 0
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0
  return (hash ^ (hash >>> 16)) & (places - 1)
}
