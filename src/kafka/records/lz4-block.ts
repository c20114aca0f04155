/**
 * LZ4 blocks (lz4_Block_format.md): sequences of a token (4 bits of literals, 4 bits of match), literals, a match's offset
 * (two bytes, little endian) and longer lengths in bytes of 255. The last five bytes are literals.
 */

const MIN_MATCH = 4
const LAST_LITERALS = 5
/** No match begins within so many bytes of the end. */
const NO_MATCH_BEFORE_END = 12
const HASH_BITS = 13
/** Bytes looked at before the step between them grows: what does not compress is passed quickly. */
const SKIP_TRIGGER = 6
/** Up to here four bytes at a time are quicker; up to three too many are copied, which the next copy writes over. */
const SHORT = 64
/** From here on a copy by the engine is quicker than a loop. */
const COPY_FROM = 24

/** Where the last four bytes of a hash were seen: position in the block, plus one. */
const table = new Int32Array(1 << HASH_BITS)

/** Most bytes that a block of `bytes` takes, however badly it compresses. */
export function lz4Bound(bytes: number): number {
  return bytes + Math.ceil(bytes / 255) + 16
}

/**
 * Compresses the bytes of `source` from `start` up to `end`, 64 KiB at most, into `target`, which has room for
 * {@link lz4Bound}; returns where they end there.
 */
export function compressBlock(
  source: Buffer,
  [start, end]: readonly [number, number],
  target: Buffer,
  at: number,
): number {
  const view = viewOf(source)
  const lastMatch = end - NO_MATCH_BEFORE_END
  let anchor = start
  let out = at
  let position = start
  let tries = 1 << SKIP_TRIGGER
  table.fill(0)
  while (position <= lastMatch) {
    const sequence = view.getInt32(position, true)
    const slot = Math.imul(sequence, 0x9e3779b1) >>> (32 - HASH_BITS)
    const candidate = (table[slot] ?? 0) - 1 + start
    table[slot] = position - start + 1
    if (candidate < start || view.getInt32(candidate, true) !== sequence) {
      position += tries++ >> SKIP_TRIGGER
      continue
    }
    const matchEnd = endOfMatch(view, position + MIN_MATCH, candidate + MIN_MATCH, end)
    out = writeLiterals(source, [anchor, position], matchEnd - position - MIN_MATCH, target, out)
    const offset = position - candidate
    target[out++] = offset & 0xff
    target[out++] = offset >> 8
    out = writeRest(target, out, matchEnd - position - MIN_MATCH)
    position = anchor = matchEnd
    tries = 1 << SKIP_TRIGGER
  }
  return writeLiterals(source, [anchor, end], 0, target, out)
}

/**
 * Restores the block of `source` from `start` up to `end` into `target` from `at` on and returns where it ends there.
 * Matches may reach back to the beginning of `target`. Throws a RangeError where the block is none or does not fit.
 */
export function decompressBlock(
  source: Buffer,
  [start, end]: readonly [number, number],
  target: Buffer,
  at: number,
): number {
  const from = viewOf(source)
  const to = viewOf(target)
  let input = start
  let out = at
  while (input < end) {
    const token = source[input++] ?? 0
    let literals = token >> 4
    if (literals === 15) {
      let more = 255
      while (more === 255 && input < end) literals += more = source[input++] ?? 0
    }
    if (input + literals > end || out + literals > target.length) throw damaged()
    if (literals <= SHORT && input + literals + 4 <= end && out + literals + 4 <= target.length) {
      copyWords(from, input, literals, to, out)
    } else copyLiterals(source, input, literals, target, out)
    input += literals
    out += literals
    if (input === end) return out
    const offset = (source[input] ?? 0) | ((source[input + 1] ?? 0) << 8)
    input += 2
    let length = token & 15
    if (length === 15) {
      let more = 255
      while (more === 255 && input < end) length += more = source[input++] ?? 0
    }
    length += MIN_MATCH
    if (input >= end || offset === 0 || offset > out || out + length > target.length) {
      throw damaged()
    }
    if (offset >= 4 && length <= SHORT && out + length + 4 <= target.length) {
      copyWords(to, out - offset, length, to, out)
    } else copyMatch(target, out, offset, length)
    out += length
  }
  throw damaged()
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length)
}

/** Where what is alike at `position` and `candidate` ends; the last literals are never part of it. */
function endOfMatch(view: DataView, position: number, candidate: number, end: number): number {
  const limit = end - LAST_LITERALS
  let at = position
  let other = candidate
  while (at + 4 <= limit && view.getInt32(at, true) === view.getInt32(other, true)) {
    at += 4
    other += 4
  }
  while (at < limit && view.getUint8(at) === view.getUint8(other)) {
    at++
    other++
  }
  return at
}

/** The token, the length of the literals and they themselves. `matchRest` is the match's length beyond the least. */
function writeLiterals(
  source: Buffer,
  [start, end]: readonly [number, number],
  matchRest: number,
  target: Buffer,
  at: number,
): number {
  const literals = end - start
  target[at] = (Math.min(literals, 15) << 4) | Math.min(matchRest, 15)
  const out = writeRest(target, at + 1, literals)
  copyLiterals(source, start, literals, target, out)
  return out + literals
}

/** What of a length does not fit into its four bits of the token. */
function writeRest(target: Buffer, at: number, length: number): number {
  let out = at
  if (length < 15) return out
  let rest = length - 15
  for (; rest >= 255; rest -= 255) target[out++] = 255
  target[out++] = rest
  return out
}

/** Copies up to three bytes too many. Where the parts overlap they are at least four bytes apart. */
function copyWords(
  source: DataView,
  start: number,
  length: number,
  target: DataView,
  at: number,
): void {
  for (let i = 0; i < length; i += 4) target.setInt32(at + i, source.getInt32(start + i))
}

function copyLiterals(
  source: Buffer,
  start: number,
  length: number,
  target: Buffer,
  at: number,
): void {
  if (length >= COPY_FROM) source.copy(target, at, start, start + length)
  else for (let i = 0; i < length; i++) target[at + i] = source[start + i] ?? 0
}

/** A match may overlap with what it becomes: then it repeats. */
function copyMatch(target: Buffer, at: number, offset: number, length: number): void {
  if (length >= COPY_FROM && offset >= length) {
    target.copyWithin(at, at - offset, at - offset + length)
    return
  }
  for (let to = at, from = at - offset; to < at + length; to++, from++) {
    target[to] = target[from] ?? 0
  }
}

function damaged(): RangeError {
  return new RangeError('Found bytes that are no LZ4 block, or one larger than its frame says.')
}
