import { nearNames } from '../../plugins/near-names.ts'

/** The key of `known` that `key` was probably meant for; null where none is near. */
export function nearestKey(key: string, known: Iterable<string>): string | null {
  // A class is known by what stands behind its last dot, a key by all of it.
  const [nearest] = nearNames(undotted(key), Array.from(known, undotted))
  return nearest?.replaceAll(separator, '.') ?? null
}

const separator = '/'

function undotted(key: string): string {
  return key.replaceAll('.', separator)
}
