import { JsonConverter } from '../converters/index.ts'

/** Values of internal topics: JSON without schemas, as Java's workers write and read it. */
const converter = new JsonConverter()
converter.configure({ 'schemas.enable': 'false' }, false)

export type JsonMembers = Readonly<Record<string, unknown>>

/** The members of an object are written in their order, texts as they are, with nothing between. */
export function encodeJson(value: unknown): Buffer {
  return Buffer.from(converter.fromConnectData('', null, null, value) ?? [])
}

/** Throws a DataError where the bytes are no JSON. */
export function decodeJson(bytes: Buffer | null): unknown {
  return bytes === null ? null : converter.toConnectData('', null, bytes).value
}

/** Empty for what is no JSON object. */
export function membersOf(json: unknown): JsonMembers {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return {}
  return json instanceof Map ? (Object.fromEntries(json) as JsonMembers) : (json as JsonMembers)
}
