import type { ConnectorConfig, Schema, SchemaAndValue } from '../../api/index.ts'
import type { SchemaText, SchemaType } from './registry-client.ts'

/** A kind of schema that a registry keeps: what the converters over a registry differ in. `P` is such a schema, parsed. */
export interface SchemaFormat<P> {
  readonly type: SchemaType
  /** As messages have it, e.g. `Avro`. */
  readonly title: string
  /** What begins the message where a value could not be written or read. */
  readonly failedToWrite: (topic: string) => string
  readonly failedToRead: (topic: string) => string
  /** Reads the keys of the mapping; called once, before anything else. */
  configure(config: ConnectorConfig): void
  /** Whether null under this schema is a tombstone; a DataError where it may not be null. */
  isTombstone(schema: Schema | null): boolean
  /** The schema of data of a Connect schema. */
  fromConnect(schema: Schema | null): P
  /** As it is registered. */
  textOf(parsed: P): SchemaText
  /** Reads a schema; `references` are those it names, each by the name that it has there, with what they refer to before them. */
  parse(schema: SchemaText, references: readonly ResolvedReference[]): P
  /** The full name of a record; null for any other schema. `datum` is one that is read, where the schema has several. */
  recordName(parsed: P, datum?: Datum): string | null
  /** What keeps `reader` from reading what was written with `writer`. */
  incompatibilities(reader: P, writer: P): readonly string[]
  /** Compiles how values are written; `target` is the schema that the registry has. */
  writer(schema: Schema | null, own: P, target: P): ValueEncoder
  /** Compiles how data is read. `version` is that of the subject. */
  reader(parsed: P, version: number | null): ValueDecoder
}

export interface ResolvedReference {
  readonly name: string
  readonly text: SchemaText
}

/** What is read: `rest` is what followed the id in a header. */
export interface Datum {
  readonly bytes: Buffer
  readonly start: number
  readonly rest: Buffer | null
}

export interface ValueEncoder {
  /** What follows the id of the schema: the message indexes of Protobuf; nothing for others. */
  readonly idSuffix: Buffer
  /** The bytes of a value behind `prefix`, the caller's to keep. A SerializationError becomes a DataError that names the topic. */
  encode(value: unknown, prefix: Buffer): Buffer
}

export interface ValueDecoder {
  /** The value that lies behind `start`. `rest` is what followed the id in a header. */
  decode(bytes: Buffer, start: number, rest: Buffer | null): SchemaAndValue
}
