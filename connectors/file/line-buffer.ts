import { isAscii, isUtf8 } from 'node:buffer'

const LF = 10
const CR = 13
/** Where no terminator is known; beyond any buffer, and small enough to stay a machine integer. */
const NONE = 0x3fffffff

/** What a buffer holds while lines are short; one read fills it. */
const CHUNK_BYTES = 256 * 1024

/**
 * Bytes of a file on their way to lines. A line ends at `\n`, `\r\n` or `\r`, as in Java; a `\r` at the very end waits
 * for the byte after it. Read into {@link bytes} from {@link end} on, call {@link add}, then {@link next} until it is false.
 *
 * Memory is one chunk, and grows to `maxLineBytes` only while a line is that long.
 */
export class LineBuffer {
  readonly #maxLineBytes: number
  #bytes: Buffer
  /** The part of `#bytes` that was read, so that a search ends where it does. */
  #view: Buffer
  #start = 0
  #end = 0
  /** Up to here no terminator was found that is not in `#lf` or `#cr`. */
  #searched = 0
  #lf = NONE
  #cr = NONE
  #ascii = true
  /** Position in the file of the first byte of `#bytes`. */
  #base: number
  #lineStart = 0
  #lineEnd = 0

  constructor(maxLineBytes: number, position = 0) {
    this.#maxLineBytes = maxLineBytes
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, maxLineBytes))
    this.#view = this.#bytes.subarray(0, 0)
    this.#base = position
  }

  /** Where the next bytes go: from {@link end}, at most {@link room} of them. */
  get bytes(): Buffer {
    return this.#bytes
  }

  get end(): number {
    return this.#end
  }

  /** Position in the file of the byte after the last line taken: what is to be read again after a restart. */
  get position(): number {
    return this.#base + this.#start
  }

  /** Position in the file of the next byte to read. */
  get readPosition(): number {
    return this.#base + this.#end
  }

  /** Bytes that were read and belong to no line yet. */
  get pendingBytes(): number {
    return this.#end - this.#start
  }

  /** A copy of what was read and belongs to no line yet. */
  pending(): Buffer {
    return Buffer.from(this.#bytes.subarray(this.#start, this.#end))
  }

  /** Forgets everything; the next byte read is the one at `position`. */
  restart(position: number): void {
    this.#start = this.#end
    this.#compact()
    this.#base = position
  }

  /** Makes room and says for how many bytes; 0 where the line that is being read is longer than allowed. */
  room(): number {
    if (this.#start > 0) this.#compact()
    if (this.#end === this.#bytes.length && this.#end < this.#maxLineBytes) {
      this.#move(Math.min(this.#bytes.length * 2, this.#maxLineBytes))
    }
    return this.#bytes.length - this.#end
  }

  /** `count` bytes were read to {@link end}. */
  add(count: number): void {
    this.#end += count
    this.#view = this.#bytes.subarray(0, this.#end)
    this.#ascii = isAscii(this.#view.subarray(this.#start))
    if (this.#lf === NONE) this.#lf = this.#find(LF, this.#searched)
    if (this.#cr === NONE) this.#cr = this.#find(CR, this.#searched)
    this.#searched = this.#end
  }

  /** Hot: once a line. Moves to the next whole line, whose text is then {@link text}; false where there is none. */
  next(): boolean {
    const start = this.#start
    if (this.#lf < start) this.#lf = this.#find(LF, start)
    if (this.#cr < start) this.#cr = this.#find(CR, start)
    const lf = this.#lf
    const cr = this.#cr
    if (lf < cr) {
      this.#lineEnd = lf
      this.#start = lf + 1
    } else {
      // Both missing, or a last \r of which nobody knows yet whether an \n follows.
      if (cr === NONE || cr + 1 === this.#end) return false
      this.#lineEnd = cr
      this.#start = lf === cr + 1 ? cr + 2 : cr + 1
    }
    this.#lineStart = start
    return true
  }

  /** Takes what is left as a last line: nothing can end it any more. False where nothing is left. */
  takeRest(): boolean {
    if (this.#start === this.#end) return false
    this.#lineStart = this.#start
    this.#lineEnd = this.#cr + 1 === this.#end ? this.#cr : this.#end
    this.#start = this.#end
    return true
  }

  /** The line that {@link next} moved to, without its terminator; bytes that are no UTF-8 become U+FFFD. */
  text(): string {
    return this.#ascii
      ? this.#bytes.latin1Slice(this.#lineStart, this.#lineEnd)
      : this.#bytes.utf8Slice(this.#lineStart, this.#lineEnd)
  }

  /** How many lines taken since the one that began at file position `from` are not UTF-8. Before the next read only. */
  countInvalid(from: number): number {
    if (this.#ascii) return 0
    const taken = this.#bytes.subarray(from - this.#base, this.#start)
    return isUtf8(taken) ? 0 : countInvalidLines(taken)
  }

  #find(byte: number, from: number): number {
    const at = this.#view.indexOf(byte, from)
    return at === -1 ? NONE : at
  }

  /** Moves what is left to the front, and gives back what a long line had needed. */
  #compact(): void {
    const left = this.#end - this.#start
    const small = Math.min(CHUNK_BYTES, this.#maxLineBytes)
    const size = left < small ? small : this.#bytes.length
    if (size !== this.#bytes.length) this.#move(size)
    else {
      this.#bytes.copyWithin(0, this.#start, this.#end)
      this.#shift()
    }
  }

  #move(size: number): void {
    const bytes = Buffer.allocUnsafeSlow(size)
    this.#bytes.copy(bytes, 0, this.#start, this.#end)
    this.#bytes = bytes
    this.#shift()
  }

  /** Bytes at `#start` now lie at 0. */
  #shift(): void {
    const by = this.#start
    this.#base += by
    this.#end -= by
    this.#start = 0
    this.#searched = this.#end
    this.#view = this.#bytes.subarray(0, this.#end)
    this.#lf = this.#shifted(this.#lf, LF, by)
    this.#cr = this.#shifted(this.#cr, CR, by)
  }

  #shifted(at: number, byte: number, by: number): number {
    if (at === NONE) return NONE
    return at < by ? this.#find(byte, 0) : at - by
  }
}

function countInvalidLines(bytes: Buffer): number {
  let count = 0
  let start = 0
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) continue
    if (!isUtf8(bytes.subarray(start, at))) count++
    start = at + 1
  }
  return count
}
