import { DataError } from 'sluice/api'
import type { BitReader } from './bits.ts'

/** As long as bzip2 itself makes codes; readers take 20. */
const mostWrittenBits = 17
const mostReadBits = 20

/** How many bits the code of each symbol has, by how often it occurs. None has none. */
export function codeLengths(frequencies: readonly number[]): number[] {
  for (let weights = frequencies.map((each) => Math.max(1, each)); ;) {
    const lengths = unlimitedLengths(weights)
    if (Math.max(...lengths) <= mostWrittenBits) return lengths
    weights = weights.map((each) => (each >> 1) + 1)
  }
}

/** Two queues: leaves by their weights, and nodes, which come about by theirs. */
function unlimitedLengths(weights: readonly number[]): number[] {
  const leaves = Array.from(weights, (_, symbol) => symbol).sort(
    (a, b) => (weights[a] ?? 0) - (weights[b] ?? 0),
  )
  const all = [...weights]
  const parents: number[] = []
  let [leaf, node] = [0, weights.length]
  const lightest = (): number => {
    const [left, right] = [leaves[leaf], all[node]]
    const takesLeaf = left !== undefined && (right === undefined || (all[left] ?? 0) <= right)
    if (!takesLeaf) return node++
    leaf++
    return left
  }
  for (let made = 1; made < weights.length; made++) {
    const [a, b] = [lightest(), lightest()]
    const parent = all.length
    all.push((all[a] ?? 0) + (all[b] ?? 0))
    ;[parents[a], parents[b]] = [parent, parent]
  }
  const depths: number[] = []
  for (let at = all.length - 2; at >= 0; at--) depths[at] = (depths[parents[at] ?? 0] ?? 0) + 1
  return depths.slice(0, weights.length)
}

/** Codes of these lengths: of one length in the order of their symbols, and shorter ones before. */
export function codesOf(lengths: readonly number[]): number[] {
  const codes: number[] = []
  let code = 0
  for (let bits = 1; bits <= mostReadBits; bits++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] === bits) codes[symbol] = code++
    }
    code <<= 1
  }
  return codes
}

/** Reads symbols by the lengths of their codes. */
export class HuffmanReader {
  /** By the number of bits: the first code, where its symbol stands, and how many there are. */
  readonly #firsts: number[] = []
  readonly #places: number[] = []
  readonly #counts: number[] = []
  readonly #symbols: number[] = []

  constructor(lengths: readonly number[]) {
    let code = 0
    for (let bits = 1; bits <= mostReadBits; bits++) {
      this.#firsts[bits] = code
      this.#places[bits] = this.#symbols.length
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] === bits) this.#symbols.push(symbol)
      }
      const count = this.#symbols.length - (this.#places[bits] ?? 0)
      this.#counts[bits] = count
      code = (code + count) << 1
    }
  }

  /** Throws a DataError for a code that is none. */
  read(input: BitReader): number {
    let code = 0
    for (let bits = 1; bits <= mostReadBits; bits++) {
      code = (code << 1) | input.read(1)
      const at = code - (this.#firsts[bits] ?? 0)
      if (at < (this.#counts[bits] ?? 0)) return this.#symbols[(this.#places[bits] ?? 0) + at] ?? 0
    }
    throw new DataError('The bzip2 stream is damaged: a code in it stands for nothing.')
  }
}

/** How many bits each of so many symbols has, as a stream says it: each by steps of one from the one before. */
export function readLengths(input: BitReader, symbols: number): number[] {
  let bits = input.read(5)
  return Array.from({ length: symbols }, () => {
    while (input.read(1) === 1) bits += input.read(1) === 0 ? 1 : -1
    if (bits < 1 || bits > mostReadBits) {
      throw new DataError(`The bzip2 stream is damaged: it has a code of ${bits} bits.`)
    }
    return bits
  })
}
