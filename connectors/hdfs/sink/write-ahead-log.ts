import { createHash } from 'node:crypto'

/** A file that is to get its name: from where to where, as URLs. */
export interface LogEntry {
  readonly temp: string
  readonly final: string
}

const magic = Buffer.from('WAL\0', 'latin1')
const markerBytes = 16
/** Stands in place of a record's length where a marker follows. */
const escape = -1
/** Java puts a marker behind so many bytes. */
const markerEveryBytes = 2000
const begin = 'BEGIN'
const end = 'END'

/**
 * A log as Confluent's sink writes and reads it: magic and version, a marker of 16 bytes, then records of {int32 length of key and value, int32
 * length of the key, key, value}, each text with its length as Hadoop's variable integer. Entries stand between BEGIN and END; without END
 * they do not count.
 */
export function encodeLog(entries: readonly LogEntry[]): Buffer {
  const marker = createHash('md5').update(JSON.stringify(entries)).digest()
  const parts: Buffer[] = [magic, marker]
  let sinceMarker = 0
  const add = (key: string, value: string): void => {
    if (sinceMarker >= markerEveryBytes) {
      parts.push(int32(escape), marker)
      sinceMarker = 0
    }
    const [keyText, valueText] = [text(key), text(value)]
    const lengths = [int32(keyText.length + valueText.length), int32(keyText.length)]
    parts.push(...lengths, keyText, valueText)
    sinceMarker += 8 + keyText.length + valueText.length
  }
  add(begin, '')
  for (const { temp, final } of entries) add(temp, final)
  add(end, '')
  return Buffer.concat(parts)
}

/** The complete blocks of a log, in their order. Where it is broken off, or makes no sense, it ends: what lies before counts. */
export function decodeLog(bytes: Buffer): readonly (readonly LogEntry[])[] {
  const blocks: LogEntry[][] = []
  let open: LogEntry[] | null = null
  for (const { key, value } of recordsOf(bytes)) {
    if (key === begin) open = []
    else if (key === end) {
      if (open !== null) blocks.push(open)
      open = null
    } else open?.push({ temp: key, final: value })
  }
  return blocks
}

function* recordsOf(bytes: Buffer): Generator<{ readonly key: string; readonly value: string }> {
  if (bytes.length < magic.length + markerBytes || !bytes.subarray(0, 4).equals(magic)) return
  let at = magic.length + markerBytes
  while (at + 4 <= bytes.length) {
    const length = bytes.readInt32BE(at)
    at += 4
    if (length === escape) {
      at += markerBytes
      continue
    }
    if (at + 4 > bytes.length) return
    const keyLength = bytes.readInt32BE(at)
    at += 4
    if (keyLength < 0 || length < keyLength || at + length > bytes.length) return
    const key = readText(bytes.subarray(at, at + keyLength))
    const value = readText(bytes.subarray(at + keyLength, at + length))
    if (key === null || value === null) return
    yield { key, value }
    at += length
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([variableInt(bytes.length), bytes])
}

/** Up to 127 one byte; else -112 less the number of bytes, which follow, the highest first. */
function variableInt(value: number): Buffer {
  if (value <= 127) return Buffer.of(value)
  const digits: number[] = []
  for (let left = value; left > 0; left = Math.floor(left / 256)) digits.unshift(left % 256)
  return Buffer.of(256 - 112 - digits.length, ...digits)
}

function readText(bytes: Buffer): string | null {
  const first = bytes.length === 0 ? -128 : bytes.readInt8(0)
  if (first >= 0) return bytes.length === 1 + first ? bytes.toString('utf8', 1) : null
  const size = -112 - first
  if (size < 1 || size > 4 || bytes.length < 1 + size) return null
  const length = bytes.readUIntBE(1, size)
  return bytes.length === 1 + size + length ? bytes.toString('utf8', 1 + size) : null
}
