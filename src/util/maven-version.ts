/**
 * The order of versions, as Maven has it (`ComparableVersion` of maven-artifact 3.9).
 *
 * A version is a list of numbers and qualifiers, parted by dots; a dash, and a change between digits and letters, begin a list
 * within it. `1.0` is `1`, `1-rc1` comes before it, `1-sp` after it, and `1.1` after both.
 */

type Item = bigint | string | Item[]

/** Negative where `a` is the older. */
export function compareVersions(a: string, b: string): number {
  return compareItems(new Reader(a).read(), new Reader(b).read())
}

/** Those that come before the release itself, that, and what comes after it; any other comes last, by name. */
const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp']
const aliases: Readonly<Record<string, string>> = { ga: '', final: '', release: '', cr: 'rc' }
/** Where a number follows. */
const shortNames: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' }

/** Reads one version, character by character. */
class Reader {
  readonly #text: string
  readonly #all: Item[] = []
  readonly #lists: Item[][] = [this.#all]
  #list = this.#all
  /** Where the item begins that is being read. */
  #start = 0
  #inDigits = false

  constructor(version: string) {
    this.#text = version.toLowerCase()
  }

  read(): Item {
    for (let at = 0; at < this.#text.length; at++) {
      const character = this.#text.charAt(at)
      if (character === '.' || character === '-') this.#separator(at, character)
      else this.#character(at, /\d/.test(character))
    }
    if (this.#start < this.#text.length) {
      if (!this.#inDigits && this.#list.length > 0) this.#nest()
      this.#list.push(this.#item(this.#text.length))
    }
    for (const list of this.#lists.reverse()) dropNothings(list)
    return this.#all
  }

  #separator(at: number, character: string): void {
    this.#list.push(at === this.#start ? 0n : this.#item(at))
    this.#start = at + 1
    if (character === '-') this.#nest()
  }

  /** A change between digits and letters begins a list. */
  #character(at: number, isDigit: boolean): void {
    if (at > this.#start && isDigit !== this.#inDigits) {
      if (isDigit && this.#list.length > 0) this.#nest()
      this.#list.push(this.#item(at, isDigit))
      this.#start = at
      this.#nest()
    }
    this.#inDigits = isDigit
  }

  #nest(): void {
    const inner: Item[] = []
    this.#list.push(inner)
    this.#lists.push(inner)
    this.#list = inner
  }

  /** What stands before `end`. */
  #item(end: number, beforeDigit = false): Item {
    const text = this.#text.slice(this.#start, end)
    if (this.#inDigits) return BigInt(text)
    const full = beforeDigit ? (shortNames[text] ?? text) : text
    return Object.hasOwn(aliases, full) ? (aliases[full] ?? '') : full
  }
}

/** Zeros, releases and empty lists at the end say nothing, nor do those before a list at the end. */
function dropNothings(list: Item[]): void {
  for (let at = list.length - 1; at >= 0; at--) {
    const item = list[at]
    if (isNothing(item)) list.splice(at, 1)
    else if (!Array.isArray(item)) return
  }
}

function isNothing(item: Item | undefined): boolean {
  return item === 0n || item === '' || (Array.isArray(item) && item.length === 0)
}

/** Null stands for an item that the shorter of two lists has not. */
function compareItems(a: Item | null, b: Item | null): number {
  if (a === null) return b === null ? 0 : -compareItems(b, null)
  if (typeof a === 'bigint') return compareNumber(a, b)
  if (typeof a === 'string') return compareQualifier(a, b)
  return compareList(a, b)
}

function compareNumber(a: bigint, b: Item | null): number {
  if (b === null) return a === 0n ? 0 : 1
  return typeof b === 'bigint' ? ordered(a, b) : 1
}

function compareQualifier(a: string, b: Item | null): number {
  if (b === null) return ordered(rankOf(a), rankOf(''))
  return typeof b === 'string' ? ordered(rankOf(a), rankOf(b)) : -1
}

function compareList(a: readonly Item[], b: Item | null): number {
  if (b !== null && !Array.isArray(b)) return typeof b === 'bigint' ? -1 : 1
  const other = b ?? []
  for (let at = 0; at < Math.max(a.length, other.length); at++) {
    const order = compareItems(a[at] ?? null, other[at] ?? null)
    if (order !== 0) return order
  }
  return 0
}

/** Compared as text. */
function rankOf(qualifier: string): string {
  const rank = qualifiers.indexOf(qualifier)
  return rank < 0 ? `${qualifiers.length}-${qualifier}` : String(rank)
}

function ordered<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b)
}
