import { ConfigError } from '../../api/index.ts'
import type { Headers } from '../../api/index.ts'
import { SerializationError } from '../serialization-error.ts'
import type { RegistryConfig } from './registry-config.ts'

/**
 * Where a record tells which schema it was written with: before its bytes (`00` and the id as int32, or `01` and the 16 bytes of
 * a GUID), or in a header (`01` and the GUID).
 */
export interface FoundSchemaId {
  /** A number, or a GUID as text. */
  readonly id: number | string
  /** Where the datum begins. */
  readonly start: number
  /** What follows the id in a header: the message indexes of Protobuf. Null where the id stands before the datum. */
  readonly rest: Buffer | null
}

const guidBytes = 17

export function headerNameOf(isKey: boolean): string {
  return isKey ? '__key_schema_id' : '__value_schema_id'
}

/** Whether ids are written into a header. Throws a ConfigError for a class that is not known. */
export function writesHeader(config: RegistryConfig, isKey: boolean): boolean {
  const key = isKey ? 'key.schema.id.serializer' : 'value.schema.id.serializer'
  const name = simpleName(config[key])
  if (name === 'PrefixSchemaIdSerializer') return false
  if (name === 'HeaderSchemaIdSerializer') return true
  throw new ConfigError(
    `Invalid value ${config[key]} for configuration ${key}: expected PrefixSchemaIdSerializer or HeaderSchemaIdSerializer of io.confluent.kafka.serializers.schema.id.`,
  )
}

/** Whether ids are looked for in a header first. Throws a ConfigError for a class that is not known. */
export function readsHeader(config: RegistryConfig, isKey: boolean): boolean {
  const key = isKey ? 'key.schema.id.deserializer' : 'value.schema.id.deserializer'
  const name = simpleName(config[key])
  if (name === 'PrefixSchemaIdDeserializer') return false
  if (name === 'DualSchemaIdDeserializer') return true
  throw new ConfigError(
    `Invalid value ${config[key]} for configuration ${key}: expected DualSchemaIdDeserializer or PrefixSchemaIdDeserializer of io.confluent.kafka.serializers.schema.id.`,
  )
}

/** The id in a header, or else before the datum. A SerializationError where there is none. */
export function findSchemaId(
  bytes: Buffer,
  headers: Headers | null,
  headerName: string | null,
): FoundSchemaId {
  const header = headerName === null ? null : (headers?.lastWithName(headerName) ?? null)
  if (header?.value instanceof Uint8Array) {
    const found = idAt(Buffer.from(header.value))
    return { id: found.id, start: 0, rest: Buffer.from(header.value).subarray(found.start) }
  }
  return idAt(bytes)
}

/** Five bytes: the magic byte and the id. */
export function prefixOf(id: number): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeInt32BE(id, 1)
  return prefix
}

/** 17 bytes and `rest`. A SerializationError where the registry told no GUID. */
export function headerValueOf(guid: string | null, rest: Uint8Array): Buffer {
  if (guid === null) {
    throw new SerializationError(
      'Schema GUID is null: the registry gives its schemas no GUIDs, without which none can be put into a header. Use PrefixSchemaIdSerializer.',
    )
  }
  return Buffer.concat([Buffer.from([1]), Buffer.from(guid.replaceAll('-', ''), 'hex'), rest])
}

function idAt(bytes: Buffer): FoundSchemaId {
  const magic = bytes[0]
  if (magic === 0 && bytes.length >= 5) return { id: bytes.readInt32BE(1), start: 5, rest: null }
  if (magic === 1 && bytes.length >= guidBytes) {
    return { id: guidText(bytes.subarray(1, guidBytes)), start: guidBytes, rest: null }
  }
  throw new SerializationError(problemOf(bytes))
}

function problemOf(bytes: Buffer): string {
  const magic = bytes[0]
  if (magic === undefined) return 'Unknown magic byte! There are no bytes.'
  if (magic > 1) {
    return `Unknown magic byte! Expected 00 and the id of a schema, but found ${bytes.subarray(0, 1).toString('hex')}.`
  }
  return `Unknown magic byte! Expected the id of a schema behind ${magic === 0 ? '00' : '01'}, but the bytes end.`
}

function guidText(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex)
}

function simpleName(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1)
}
