import type { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import type { Codec } from './codec.ts'

/** What every message of the protocol has: its key, and the versions of it that we speak. */
export interface ApiKey {
  readonly key: number
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
  /** From this version on the message is flexible (KIP-482): its headers and its fields. */
  readonly flexibleFrom: number
  /** Sent to authenticate: nothing else may be sent before that is done. */
  readonly authenticates?: true
}

/** A message that is read and written by tables. Its type ties the answer to the question. */
export interface Api<Q, R> extends ApiKey {
  readonly request: Codec<Q>
  readonly response: Codec<R>
}

/**
 * One request as a connection sends it. `encode` gives the body in parts, written without being joined and left
 * alone until the answer is there. `decode` reads the answer's body, at once and whole: the frame below the reader is
 * used again afterwards, unless the request keeps it.
 */
export interface WireRequest<R> {
  readonly api: ApiKey
  /** Speak no higher version than this one, although the tables would. */
  readonly maxVersion?: number
  /** How long the answer may take; the client's `request.timeout.ms` where left out. */
  readonly timeoutMs?: number
  /** The decoded answer holds views of its frame, which gets a buffer of its own. */
  readonly keepsFrame?: boolean
  /** The broker does not answer (Produce with acks=0): `encode` is all, and the answer is what `decode` gives for none. */
  readonly oneWay?: () => R
  encode(version: number): readonly Uint8Array[]
  decode(from: ByteReader, version: number): R
}

export interface RequestOptions {
  readonly maxVersion?: number
  readonly timeoutMs?: number
}

/** A request of a message that is described by tables: `request(metadataApi, { topics: null, … })`. */
export function request<Q, R>(
  api: Api<Q, R>,
  body: Q,
  options: RequestOptions = {},
): WireRequest<R> {
  return {
    api,
    ...options,
    encode: (version) => [encodeBody(api, api.request, body, version)],
    decode: (from, version) => decodeBody(api, api.response, from, version),
  }
}

export function encodeBody<T>(api: ApiKey, codec: Codec<T>, body: T, version: number): Buffer {
  const writer = new ByteWriter()
  writer.flexible = version >= api.flexibleFrom
  codec.write(writer, body, version)
  return writer.view()
}

export function decodeBody<T>(api: ApiKey, codec: Codec<T>, from: ByteReader, version: number): T {
  from.flexible = version >= api.flexibleFrom
  return codec.read(from, version)
}
