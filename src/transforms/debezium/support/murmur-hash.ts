/**
 * The hash that Debezium calls murmur: the upper half of MurmurHash3 in its first 64-bit form, seed 9001, as an int32. A number of 64 bits is
 * two of 32 here, since a bigint for every step of every record would cost more than all the rest.
 */
export function murmurHash(bytes: Uint8Array, length: number): number {
  start()
  const blocks = length >>> 4
  for (let i = 0; i < blocks; i++) {
    readBlock(bytes, i * 16, state.k1)
    readBlock(bytes, i * 16 + 8, state.k2)
    mix(state)
  }
  if ((length & 15) !== 0) {
    readTail(bytes, { from: blocks * 16, to: Math.min(length, blocks * 16 + 8) }, state.k1)
    readTail(bytes, { from: blocks * 16 + 8, to: length }, state.k2)
    mix(state)
  }
  state.h2.low ^= length
  add(state.h1, state.h2)
  add(state.h2, state.h1)
  finish(state.h1)
  finish(state.h2)
  add(state.h1, state.h2)
  return state.h1.high
}

/** Two halves of an int64, both int32. */
interface Long {
  high: number
  low: number
}

interface State {
  readonly h1: Long
  readonly h2: Long
  readonly k1: Long
  readonly k2: Long
  readonly c1: Long
  readonly c2: Long
}

const seed = 9001

/** Of the hash being computed: one at a time, so one for all. */
const state: State = {
  h1: { high: 0, low: 0 },
  h2: { high: 0, low: 0 },
  k1: { high: 0, low: 0 },
  k2: { high: 0, low: 0 },
  c1: { high: 0, low: 0 },
  c2: { high: 0, low: 0 },
}

function start(): void {
  const { h1, h2, c1, c2 } = state
  set(h1, 0x9368e53c, 0x2f6af274 ^ seed)
  set(h2, 0x586dcd20, 0x8f7cd3fd ^ seed)
  set(c1, 0x87c37b91, 0x114253d5)
  set(c2, 0x4cf5ad43, 0x2745937f)
}

function set(a: Long, high: number, low: number): void {
  a.high = high | 0
  a.low = low | 0
}

function mix({ h1, h2, k1, k2, c1, c2 }: State): void {
  multiply(k1, c1.high, c1.low)
  rotateLeft(k1, 23)
  multiply(k1, c2.high, c2.low)
  xor(h1, k1)
  add(h1, h2)
  rotateLeft(h2, 41)
  multiply(k2, c2.high, c2.low)
  rotateLeft(k2, 23)
  multiply(k2, c1.high, c1.low)
  xor(h2, k2)
  add(h2, h1)
  multiplyAdd(h1, 3, 0x52dce729)
  multiplyAdd(h2, 3, 0x38495ab5)
  multiplyAdd(c1, 5, 0x7b7d159c)
  multiplyAdd(c2, 5, 0x6bce6396)
}

function finish(k: Long): void {
  xorShift33(k)
  multiply(k, 0xff51afd7, 0xed558ccd)
  xorShift33(k)
  multiply(k, 0xc4ceb9fe, 0x1a85ec53)
  xorShift33(k)
}

/** Little-endian, eight bytes. */
function readBlock(bytes: Uint8Array, at: number, into: Long): void {
  into.low = int32At(bytes, at)
  into.high = int32At(bytes, at + 4)
}

function int32At(bytes: Uint8Array, at: number): number {
  return (
    byteAt(bytes, at) |
    (byteAt(bytes, at + 1) << 8) |
    (byteAt(bytes, at + 2) << 16) |
    (byteAt(bytes, at + 3) << 24)
  )
}

/** What is left over. Its bytes have a sign, which runs through all above them: that is how Java's bytes are. */
function readTail(
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
  into: Long,
): void {
  into.low = 0
  into.high = 0
  for (let i = from; i < to; i++) {
    const signed = (byteAt(bytes, i) << 24) >> 24
    const shift = (i - from) * 8
    if (shift >= 32) {
      into.high ^= signed << (shift - 32)
    } else {
      into.low ^= signed << shift
      // What the shift takes beyond the lower half, and the sign above that.
      into.high ^= shift === 0 ? signed >> 31 : signed >> (32 - shift)
    }
  }
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}

function xor(a: Long, b: Long): void {
  a.high ^= b.high
  a.low ^= b.low
}

function add(a: Long, b: Long): void {
  addParts(a, b.high, b.low)
}

function addParts(a: Long, high: number, low: number): void {
  const sum = (a.low >>> 0) + (low >>> 0)
  a.high = (a.high + high + (sum > 0xffffffff ? 1 : 0)) | 0
  a.low = sum | 0
}

function multiplyAdd(a: Long, factor: number, addend: number): void {
  multiply(a, 0, factor)
  addParts(a, 0, addend)
}

/** Modulo 2^64. */
function multiply(a: Long, high: number, low: number): void {
  const upper = upperProduct(a.low, low)
  a.high = (upper + Math.imul(a.high, low) + Math.imul(a.low, high)) | 0
  a.low = Math.imul(a.low, low)
}

/** The upper 32 bits of the product of two uint32, by halves of 16 bits. */
function upperProduct(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const other = aLow * bHigh + (middle % 0x10000)
  return aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000)
}

function rotateLeft(a: Long, bits: number): void {
  const high = bits < 32 ? a.high : a.low
  const low = bits < 32 ? a.low : a.high
  const rest = bits & 31
  a.high = (high << rest) | (low >>> (32 - rest))
  a.low = (low << rest) | (high >>> (32 - rest))
}

/** `a ^= a >>> 33` */
function xorShift33(a: Long): void {
  a.low ^= a.high >>> 1
}
