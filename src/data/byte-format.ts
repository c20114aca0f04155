/**
 * What bytes look like, for messages about bytes that a converter could not read. A guess from their beginning: it tells
 * formats apart that users mix up, and is never used to read anything.
 */

export type ByteFormatKind =
  | 'empty'
  | 'schema-registry'
  | 'connect-json'
  | 'json'
  | 'text'
  | 'number'
  | 'protobuf'
  | 'container'
  | 'binary'

export interface ByteFormat {
  readonly kind: ByteFormatKind
  /** In words, to follow `looks like`: `JSON`, `the schema registry format (magic byte 0, schema id 42)`. */
  readonly text: string
  /** How many of the first bytes belong to the format and not to the content: magic bytes, the id of a schema. */
  readonly signatureLength: number
  /** The id of the schema, in the format of schema registries. */
  readonly schemaId?: number
}

/** No more is looked at of a long value. */
const lookedAt = 4096
/** Most bytes that {@link hexOf} shows unless it is asked for more. */
const shownBytes = 16

/** Formats that say what they are by their first bytes, in hex. */
const containers: readonly (readonly [string, string])[] = [
  ['1f8b', 'gzip'],
  ['28b52ffd', 'Zstandard'],
  ['04224d18', 'an LZ4 frame'],
  ['82534e41505059', 'snappy'],
  ['ff060000734e61507059', 'snappy'],
  ['504b0304', 'a zip archive'],
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
  ['4f626a01', 'an Avro file with its schema inside'],
  ['c301', "Avro's single object encoding"],
  ['50415231', 'Parquet'],
  ['4f5243', 'ORC'],
  ['aced0005', 'a serialized Java object'],
  ['fffe', 'text in UTF-16'],
  ['feff', 'text in UTF-16'],
]

/** What `bytes` look like. */
export function byteFormatOf(bytes: Uint8Array): ByteFormat {
  if (bytes.length === 0) return { kind: 'empty', text: 'an empty value', signatureLength: 0 }
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, lookedAt))
  return (
    asRegistryFormat(head, bytes.length) ??
    asContainer(head) ??
    asText(head, bytes.length) ??
    asNumber(bytes.length) ??
    asProtobuf(bytes) ?? { kind: 'binary', text: 'binary data', signatureLength: 0 }
  )
}

/** The first of `bytes` in hex: `7b 22 6e …`. */
export function hexOf(bytes: Uint8Array, most = shownBytes): string {
  const shown = Array.from(bytes.subarray(0, most), (byte) => byte.toString(16).padStart(2, '0'))
  return bytes.length > most ? [...shown, '…'].join(' ') : shown.join(' ')
}

/**
 * How long `bytes` are, how they begin and what they look like: `88 bytes (7b …) look like JSON`. `withContent` shows the first
 * sixteen; else only what belongs to the format is shown, as the rest is somebody's data.
 */
export function describeBytes(bytes: Uint8Array, withContent: boolean): string {
  const { kind, text, signatureLength } = byteFormatOf(bytes)
  if (kind === 'empty') return '0 bytes'
  const hex = hexOf(bytes, withContent ? shownBytes : signatureLength)
  const shown = withContent || signatureLength > 0 ? ` (${hex})` : ''
  const [count, look] = bytes.length === 1 ? ['1 byte', 'looks'] : [`${bytes.length} bytes`, 'look']
  return `${count}${shown} ${look} like ${text}`
}

/**
 * Magic byte 0 and the id of a schema, a positive int32. Eight bytes may as well be a long: then the id must be one that a
 * registry could have come to.
 */
function asRegistryFormat(head: Buffer, length: number): ByteFormat | null {
  if (head[0] !== 0 || length < 5) return null
  const schemaId = head.readInt32BE(1)
  if (schemaId <= 0 || (length === 8 && schemaId > 0xffff)) return null
  const inside = head[5] === 0x7b || head[5] === 0x5b ? ', then JSON' : ''
  const text = `the schema registry format (magic byte 0, schema id ${schemaId}${inside})`
  return { kind: 'schema-registry', text, signatureLength: 5, schemaId }
}

function asContainer(head: Buffer): ByteFormat | null {
  const hex = head.toString('hex', 0, 10)
  const found = containers.find(([magic]) => hex.startsWith(magic))
  if (found === undefined) return null
  return { kind: 'container', text: found[1], signatureLength: found[0].length / 2 }
}

function asText(head: Buffer, length: number): ByteFormat | null {
  const text = decode(head, length)
  if (text === null) return null
  const start = text.trimStart()
  if (/^\{\s*"(?:schema|payload)"\s*:/.test(start)) {
    const words = 'JSON with a schema ("schema" and "payload")'
    return { kind: 'connect-json', text: words, signatureLength: 1 }
  }
  if (/^\{\s*(?:"|\}|$)/.test(start) || /^\[\s*(?:[[{"\]\d-]|true|false|null|$)/.test(start)) {
    return { kind: 'json', text: 'JSON', signatureLength: text === start ? 1 : 0 }
  }
  if (length <= lookedAt && isJson(text)) return { kind: 'json', text: 'JSON', signatureLength: 0 }
  if (start.startsWith('<')) return { kind: 'text', text: 'XML', signatureLength: 1 }
  return { kind: 'text', text: 'text in UTF-8', signatureLength: 0 }
}

/** The text, where it is UTF-8 without control characters; a character that is cut off at the end does not matter. */
function decode(head: Buffer, length: number): string | null {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const text = decoder.decode(head, { stream: head.length < length })
    return /[^\P{Cc}\t\n\r\f]/u.test(text) ? null : text
  } catch {
    return null
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What the converters of numbers write has one of these lengths and no other mark. */
function asNumber(length: number): ByteFormat | null {
  if (length !== 1 && length !== 2 && length !== 4 && length !== 8) return null
  const text = length === 1 ? 'a number of 1 byte' : `a number of ${length} bytes`
  return { kind: 'number', text, signatureLength: 0 }
}

/** Whether the bytes are fields of a Protobuf message from the first to the last: tags, and lengths that fit. */
function asProtobuf(bytes: Uint8Array): ByteFormat | null {
  let at = 0
  while (at < bytes.length) {
    const tag = varintAt(bytes, at)
    if (tag === null || tag.value < 8 || tag.value >>> 3 > 0xffff) return null
    const end = fieldEnd(bytes, tag.end, tag.value & 7)
    if (end === null || end > bytes.length) return null
    at = end
  }
  return { kind: 'protobuf', text: 'a Protobuf message', signatureLength: 0 }
}

function fieldEnd(bytes: Uint8Array, at: number, wireType: number): number | null {
  if (wireType === 0) return varintAt(bytes, at)?.end ?? null
  if (wireType === 1) return at + 8
  if (wireType === 5) return at + 4
  if (wireType !== 2) return null
  const length = varintAt(bytes, at)
  return length === null ? null : length.end + length.value
}

/** A varint of at most ten bytes; of its value the lower 32 bits. */
function varintAt(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  let value = 0
  for (let at = start; at < start + 10; at++) {
    const byte = bytes[at]
    if (byte === undefined) return null
    const shift = (at - start) * 7
    if (shift < 32) value = (value | ((byte & 0x7f) << shift)) >>> 0
    if (byte < 0x80) return { value, end: at + 1 }
  }
  return null
}
