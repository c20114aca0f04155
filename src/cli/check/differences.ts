/** Where it stands what a class does otherwise than its Java original. */

const pages: readonly (readonly [RegExp, string])[] = [
  [/^org\.apache\.kafka\.connect\.file\.FileStreamSource/, 'docs/differences.md#file-source'],
  [/^org\.apache\.kafka\.connect\.file\.FileStreamSink/, 'docs/differences.md#file-sink'],
  [/^org\.apache\.kafka\.connect\.transforms\./, 'docs/differences.md#transformations'],
  [/^io\.debezium\.transforms\./, 'docs/differences.md#debeziums-transformations'],
  [/^(?:io\.confluent|io\.aiven|com\.github)\b.*\.transforms?\./, 'docs/transforms.md'],
  [/\.AvroConverter$/, 'docs/differences.md#avro-and-the-schema-registry'],
  [/\.ProtobufConverter$/, 'docs/differences.md#protobuf'],
  [/\.JsonSchemaConverter$/, 'docs/differences.md#json-schema'],
  [/^org\.apache\.kafka\.connect\..*Converter$/, 'docs/differences.md#data-and-converters'],
  [/\.BasicAuthSecurityRestExtension$/, 'docs/rest-api.md#user-and-password'],
]

/** A page of this package, and a section of it where it has one; null where nothing is told of the class. */
export function pageOf(className: string): string | null {
  return pages.find(([pattern]) => pattern.test(className))?.[1] ?? null
}

/** Every page that may be named. */
export const allPages: readonly string[] = pages.map(([, page]) => page)
