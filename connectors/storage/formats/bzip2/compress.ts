import { BitWriter } from './bits.ts'
import {
  blockMagic,
  checksumOf,
  checksumWith,
  endMagic,
  groupSymbols,
  headerBytes,
  mostMoreBytes,
  runA,
  runB,
  runBytes,
} from './bzip2-format.ts'
import { codeLengths, codesOf } from './huffman.ts'
import { sortedRotations } from './sort-rotations.ts'

const level = 9
/** Of a block whose runs are written short. */
const mostBlockBytes = level * 100_000 - 19

/** A stream of bzip2 that holds these bytes. Meant for pieces of some 10 kB, as blocks of Avro are: all codes come from one table. */
export function bzip2Compress(bytes: Uint8Array): Buffer {
  const out = new BitWriter()
  for (const byte of headerBytes) out.write(byte, 8)
  out.write(0x30 + level, 8)
  let checksum = 0
  for (let at = 0; at < bytes.length;) {
    const { block, end } = shortRuns(bytes, at)
    const own = checksumOf(bytes.subarray(at, end))
    checksum = checksumWith(checksum, own)
    writeBlock(out, block, own)
    at = end
  }
  for (const word of endMagic) out.write(word, 24)
  out.writeWord(checksum)
  return out.end()
}

/** As many bytes as a block takes, with four of a run of equal ones and how many more there are. */
function shortRuns(
  bytes: Uint8Array,
  start: number,
): { readonly block: Uint8Array; readonly end: number } {
  const block = new Uint8Array(
    Math.min(mostBlockBytes, Math.ceil((bytes.length - start) * 1.25) + runBytes + 1),
  )
  let [length, at] = [0, start]
  while (at < bytes.length && length + runBytes + 1 <= block.length) {
    const byte = bytes[at] ?? 0
    let end = at + 1
    while (end < bytes.length && end - at < runBytes + mostMoreBytes && bytes[end] === byte) end++
    const run = end - at
    for (let written = Math.min(run, runBytes); written > 0; written--) block[length++] = byte
    if (run >= runBytes) block[length++] = run - runBytes
    at = end
  }
  return { block: block.subarray(0, length), end: at }
}

function writeBlock(out: BitWriter, block: Uint8Array, checksum: number): void {
  const order = sortedRotations(block)
  const lasts = new Uint8Array(block.length)
  let origin = 0
  for (let at = 0; at < order.length; at++) {
    const start = order[at] ?? 0
    if (start === 0) origin = at
    lasts[at] = block[start === 0 ? block.length - 1 : start - 1] ?? 0
  }
  for (const word of blockMagic) out.write(word, 24)
  out.writeWord(checksum)
  // Not randomised, as no block is any more.
  out.write(0, 1)
  out.write(origin, 24)
  const used = writeUsedBytes(out, lasts)
  writeSymbols(out, symbolsOf(lasts, used), used.length + 2)
}

/** Which bytes there are: which of 16 groups of 16, then which of each. */
function writeUsedBytes(out: BitWriter, bytes: Uint8Array): number[] {
  const isUsed = new Array<boolean>(256).fill(false)
  for (const byte of bytes) isUsed[byte] = true
  const groups = Array.from({ length: 16 }, (_, group) => isUsed.slice(group * 16, group * 16 + 16))
  for (const group of groups) out.write(group.includes(true) ? 1 : 0, 1)
  for (const group of groups) {
    if (group.includes(true)) for (const each of group) out.write(each ? 1 : 0, 1)
  }
  return isUsed.flatMap((is, byte) => (is ? [byte] : []))
}

/** Each byte by how many others came since it came last; of zeros, which are most, how many stand together. The last symbol is the end. */
function symbolsOf(bytes: Uint8Array, used: readonly number[]): number[] {
  const recent = Uint8Array.from(used)
  const symbols: number[] = []
  let zeros = 0
  const endRun = (): void => {
    for (; zeros > 0; zeros = (zeros - 1) >> 1) symbols.push((zeros & 1) === 1 ? runA : runB)
  }
  for (const byte of bytes) {
    if (recent[0] === byte) {
      zeros++
      continue
    }
    endRun()
    const place = recent.indexOf(byte)
    recent.copyWithin(1, 0, place)
    recent[0] = byte
    symbols.push(place + 1)
  }
  endRun()
  symbols.push(used.length + 1)
  return symbols
}

function writeSymbols(out: BitWriter, symbols: readonly number[], alphabet: number): void {
  const frequencies = new Array<number>(alphabet).fill(0)
  for (const symbol of symbols) frequencies[symbol] = (frequencies[symbol] ?? 0) + 1
  const lengths = codeLengths(frequencies)
  const codes = codesOf(lengths)
  const groups = Math.ceil(symbols.length / groupSymbols)
  // There are two tables at least: both are the same, and the first is chosen each time.
  out.write(2, 3)
  out.write(groups, 15)
  for (let group = 0; group < groups; group++) out.write(0, 1)
  writeLengths(out, lengths)
  writeLengths(out, lengths)
  for (const symbol of symbols) out.write(codes[symbol] ?? 0, lengths[symbol] ?? 0)
}

function writeLengths(out: BitWriter, lengths: readonly number[]): void {
  let bits = lengths[0] ?? 1
  out.write(bits, 5)
  for (const length of lengths) {
    for (; bits < length; bits++) out.write(0b10, 2)
    for (; bits > length; bits--) out.write(0b11, 2)
    out.write(0, 1)
  }
}
