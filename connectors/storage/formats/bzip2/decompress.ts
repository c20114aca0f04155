import { DataError } from 'sluice/api'
import { BitReader } from './bits.ts'
import {
  blockMagic,
  checksumOf,
  checksumWith,
  endMagic,
  groupSymbols,
  headerBytes,
  runB,
  runBytes,
} from './bzip2-format.ts'
import { HuffmanReader, readLengths } from './huffman.ts'

/** What a stream of bzip2 holds. Throws a DataError where it is none, is cut off or damaged. */
export function bzip2Decompress(bytes: Uint8Array): Buffer {
  const input = new BitReader(bytes)
  for (const byte of headerBytes) {
    if (input.read(8) !== byte) throw new DataError('These bytes are no bzip2 stream.')
  }
  const level = input.read(8) - 0x30
  if (level < 1 || level > 9) throw damaged('its blocks have no size that can be')
  const mostBytes = level * 100_000
  const blocks: Buffer[] = []
  let checksum = 0
  for (;;) {
    const magic = [input.read(24), input.read(24)] as const
    const expected = input.readWord()
    if (isSame(magic, endMagic)) {
      if (expected !== checksum) throw damaged('the checksum of the stream is another')
      return Buffer.concat(blocks)
    }
    if (!isSame(magic, blockMagic)) throw damaged('a block does not begin as one')
    const block = withRuns(readBlock(input, mostBytes))
    if (checksumOf(block) !== expected) throw damaged('the checksum of a block is another')
    checksum = checksumWith(checksum, expected)
    blocks.push(block)
  }
}

function isSame([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean {
  return a === c && b === d
}

function damaged(what: string): DataError {
  return new DataError(`The bzip2 stream is damaged: ${what}.`)
}

function readBlock(input: BitReader, mostBytes: number): Uint8Array {
  if (input.read(1) === 1) throw damaged('it is of a kind that has not been written since 1999')
  const origin = input.read(24)
  const used = readUsedBytes(input)
  const lasts = readLasts(input, used, mostBytes)
  if (origin >= lasts.length) throw damaged('a block begins behind its end')
  return unsorted(lasts, origin)
}

function readUsedBytes(input: BitReader): number[] {
  const groups = Array.from({ length: 16 }, () => input.read(1) === 1)
  return groups.flatMap((isUsed, group) => {
    if (!isUsed) return []
    const bytes = Array.from({ length: 16 }, (_, at) => ({ is: input.read(1) === 1, at }))
    return bytes.flatMap(({ is, at }) => (is ? [group * 16 + at] : []))
  })
}

/** The last byte of each rotation. */
function readLasts(input: BitReader, used: readonly number[], mostBytes: number): Uint8Array {
  const { tables, selectors } = readTables(input, used.length + 2)
  const recent = Uint8Array.from(used)
  const lasts = new Uint8Array(mostBytes)
  let length = 0
  let [zeros, digit] = [0, 1]
  for (let count = 0; ; count++) {
    const table = tables[selectors[Math.floor(count / groupSymbols)] ?? -1]
    if (table === undefined) throw damaged('a table is missing')
    const symbol = table.read(input)
    if (symbol <= runB) {
      zeros += (symbol + 1) * digit
      digit *= 2
      if (zeros > mostBytes) throw damaged('a block is too long')
      continue
    }
    if (length + zeros >= mostBytes + (symbol > used.length ? 1 : 0)) {
      throw damaged('a block is too long')
    }
    lasts.fill(recent[0] ?? 0, length, length + zeros)
    length += zeros
    ;[zeros, digit] = [0, 1]
    if (symbol > used.length) return lasts.subarray(0, length)
    const byte = recent[symbol - 1] ?? 0
    recent.copyWithin(1, 0, symbol - 1)
    recent[0] = byte
    lasts[length++] = byte
  }
}

/** The tables, and which of them is for each group of symbols. */
function readTables(
  input: BitReader,
  alphabet: number,
): { readonly tables: readonly HuffmanReader[]; readonly selectors: readonly number[] } {
  const count = input.read(3)
  const groups = input.read(15)
  if (count < 2 || count > 6 || groups === 0) throw damaged('its tables cannot be')
  const recent = Array.from({ length: count }, (_, table) => table)
  const selectors = Array.from({ length: groups }, () => {
    let place = 0
    while (input.read(1) === 1) place++
    const [table] = recent.splice(place, 1)
    if (table === undefined) throw damaged('a table is missing')
    recent.unshift(table)
    return table
  })
  const tables = recent.map(() => new HuffmanReader(readLengths(input, alphabet)))
  return { tables, selectors }
}

/** The block whose sorted rotations end with these bytes, of which the one at `origin` is the block itself. */
function unsorted(lasts: Uint8Array, origin: number): Uint8Array {
  const { length } = lasts
  const places = new Int32Array(257)
  for (const byte of lasts) places[byte + 1] = (places[byte + 1] ?? 0) + 1
  for (let byte = 1; byte <= 256; byte++) {
    places[byte] = (places[byte] ?? 0) + (places[byte - 1] ?? 0)
  }
  const next = new Int32Array(length)
  for (let at = 0; at < length; at++) {
    const byte = lasts[at] ?? 0
    const place = places[byte] ?? 0
    places[byte] = place + 1
    next[place] = at
  }
  const block = new Uint8Array(length)
  let from = next[origin] ?? 0
  for (let at = 0; at < length; at++) {
    block[at] = lasts[from] ?? 0
    from = next[from] ?? 0
  }
  return block
}

/** With runs at their length: behind four equal bytes stands how many more there are. */
function withRuns(block: Uint8Array): Buffer {
  let length = 0
  eachRun(block, (_byte, count) => (length += count))
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  eachRun(block, (byte, count) => {
    bytes.fill(byte, at, at + count)
    at += count
  })
  return bytes
}

function eachRun(block: Uint8Array, run: (byte: number, count: number) => void): void {
  for (let at = 0; at < block.length;) {
    const byte = block[at] ?? 0
    let end = at + 1
    while (end < block.length && end - at < runBytes && block[end] === byte) end++
    const isFull = end - at === runBytes
    run(byte, end - at + (isFull ? (block[end] ?? 0) : 0))
    at = isFull ? end + 1 : end
  }
}
