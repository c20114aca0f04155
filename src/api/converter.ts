import type { ConfigDef } from '../config/config-def.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { Headers } from '../data/headers.ts'
import type { Schema, SchemaAndValue } from '../data/schema.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/**
 * Turns Connect data into bytes and back. One instance serves keys or values of one task.
 * Answers at once where it can; a promise only where it must wait (a schema seen for the first time).
 */
export interface Converter {
  /** Keys it takes, with the prefix `key.converter.` or `value.converter.` removed. */
  config?(): ConfigDef
  /**
   * `sluice.preview` is `true` in a preview: what is written goes nowhere, and is to leave no trace, as a schema that is
   * registered would.
   */
  configure?(config: ConnectorConfig, isKey: boolean): void
  /**
   * Whether {@link fromConnectData} adds to the headers it is given, so that it must be given some for every record; read once,
   * after `configure`. It costs time: leave it out where headers are only read.
   */
  readonly addsHeaders?: boolean
  /** `headers` hold the record's as they are sent, their values bytes; null where it has none. What is added is sent with it. */
  fromConnectData(
    topic: string,
    headers: Headers | null,
    schema: Schema | null,
    value: unknown,
  ): MaybePromise<Uint8Array | null>
  /**
   * `bytes` is null for a tombstone. It may be a view of a larger buffer: copy what is kept beyond the call. `headers` hold the
   * record's as they came, their values bytes; null where it has none.
   */
  toConnectData(
    topic: string,
    headers: Headers | null,
    bytes: Uint8Array | null,
  ): MaybePromise<SchemaAndValue>
  close?(): void
}

/**
 * Optional for a converter: reads and writes where the record lies, without a buffer or an object in
 * between. The runtime prefers it where both methods are there. Both are synchronous.
 */
export interface InPlaceConverter {
  /** Most bytes that {@link encodeAt} can need for this value; or -1 where the plain method must be used for it. */
  maxEncodedBytes(schema: Schema | null, value: unknown): number
  /** Writes the bytes of `value` (never null) at `at`, where {@link maxEncodedBytes} bytes are free; returns the end. */
  encodeAt(target: Buffer, at: number, schema: Schema | null, value: unknown): number
  /** The value whose bytes lie in `source` from `start` to `end`; its schema is then in {@link decodedSchema}. */
  decodeAt(source: Buffer, start: number, end: number): unknown
  readonly decodedSchema: Schema | null
}

/** Turns one header's value into bytes and back. */
export interface HeaderConverter {
  config?(): ConfigDef
  configure?(config: ConnectorConfig, isKey: boolean): void
  fromConnectHeader(
    topic: string,
    key: string,
    schema: Schema | null,
    value: unknown,
  ): MaybePromise<Uint8Array | null>
  toConnectHeader(
    topic: string,
    key: string,
    bytes: Uint8Array | null,
  ): MaybePromise<SchemaAndValue>
  close?(): void
}
