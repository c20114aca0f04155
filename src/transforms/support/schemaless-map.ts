import {
  defineMember,
  isIndexName,
  isPlainObject,
  isStruct,
  schemalessType,
} from '../../api/index.ts'

/** A map where there is no schema: a plain object, or a Map where a key looks like an index or is no string. */
export type SchemalessMap = Record<string, unknown> | Map<unknown, unknown>

export function isSchemalessMap(value: unknown): value is SchemalessMap {
  if (value instanceof Map) return true
  return typeof value === 'object' && value !== null && isPlainObjectMap(value)
}

/** A member, null where it is not there. */
export function memberOf(map: SchemalessMap, name: string): unknown {
  if (map instanceof Map) return map.get(name) ?? null
  return Object.hasOwn(map, name) ? (map[name] ?? null) : null
}

export function hasMember(map: SchemalessMap, name: string): boolean {
  return map instanceof Map ? map.has(name) : Object.hasOwn(map, name)
}

/**
 * Sets a member of a map that is one's own; returns the map, which is another where a plain object would move the name to
 * the front.
 */
export function putMember(map: SchemalessMap, name: string, value: unknown): SchemalessMap {
  if (map instanceof Map) return map.set(name, value)
  if (isIndexName(name)) return new Map<unknown, unknown>(Object.entries(map)).set(name, value)
  if (name === '__proto__') defineMember(map, name, value)
  else map[name] = value
  return map
}

export function copyMap(map: SchemalessMap): SchemalessMap {
  // The engine takes an object's whole shape over at once; `__proto__` is a member like any other here.
  return map instanceof Map ? new Map(map) : { ...map }
}

function isPlainObjectMap(value: object): value is Record<string, unknown> {
  return isPlainObject(value) && !isStruct(value) && schemalessType(value) === 'MAP'
}
