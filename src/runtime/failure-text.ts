import { byteFormatOf, describeBytes } from '../data/byte-format.ts'
import type { ByteFormat } from '../data/byte-format.ts'
import { maskSecrets } from '../util/secrets.ts'

/** Bytes that a converter could not read. */
export interface GivenBytes {
  readonly role: 'key' | 'value'
  readonly bytes: Uint8Array
}

/** Which converter reads what the bytes look like; null where that says nothing. */
const fixes: Record<ByteFormat['kind'], (role: string, converter: string) => string | null> = {
  empty: () => null,
  binary: () => null,
  'schema-registry': (role, converter) =>
    isOne(converter, 'AvroConverter', 'ProtobufConverter', 'JsonSchemaConverter')
      ? `Check that ${role}.converter.schema.registry.url is the registry they were written with, and that its schema is of the kind this converter reads.`
      : `Set ${role}.converter to the converter of the registry's schema: io.confluent.connect.avro.AvroConverter, io.confluent.connect.protobuf.ProtobufConverter or io.confluent.connect.json.JsonSchemaConverter, with ${role}.converter.schema.registry.url.`,
  'connect-json': (role, converter) =>
    isOne(converter, 'JsonConverter')
      ? `Set ${role}.converter.schemas.enable=true.`
      : `Set ${role}.converter=org.apache.kafka.connect.json.JsonConverter.`,
  json: (role, converter) =>
    isOne(converter, 'JsonConverter')
      ? `Where it has no "schema" and "payload", set ${role}.converter.schemas.enable=false.`
      : `Set ${role}.converter=org.apache.kafka.connect.json.JsonConverter with ${role}.converter.schemas.enable=false.`,
  text: (role, converter) =>
    isOne(converter, 'StringConverter')
      ? null
      : `Set ${role}.converter=org.apache.kafka.connect.storage.StringConverter.`,
  number: (role, converter) =>
    isOne(
      converter,
      'LongConverter',
      'IntegerConverter',
      'ShortConverter',
      'DoubleConverter',
      'FloatConverter',
      'BooleanConverter',
    )
      ? null
      : `If that is what it is, set ${role}.converter to the converter of that type, such as org.apache.kafka.connect.converters.LongConverter.`,
  protobuf: (role) => unframed(role),
  container: (role) => unframed(role),
}

/** A secret that begins in the bytes shown may go on so far. */
const lookedAt = 4096

/**
 * What bytes look like that a converter could not read, and the likely way out. Bytes that hold a secret are not shown: in hex
 * nothing would know it again (invariant 8).
 */
export function bytesText(className: string, given: GivenBytes, withContent: boolean): string {
  const { role, bytes } = given
  const fix = fixes[byteFormatOf(bytes).kind](role, className)
  const shows = withContent && !holdsSecret(bytes)
  const what = `The ${role}: ${describeBytes(bytes, shows)}.`
  return fix === null ? what : `${what} ${fix}`
}

function holdsSecret(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, lookedAt)).toString()
  return maskSecrets(text) !== text
}

function unframed(role: string): string {
  return `No converter reads that; org.apache.kafka.connect.converters.ByteArrayConverter as ${role}.converter passes it on as it is.`
}

function isOne(converter: string, ...names: readonly string[]): boolean {
  return names.some((name) => converter.endsWith(name))
}
