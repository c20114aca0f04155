/**
 * The order of versions, as Maven has it (`ComparableVersion` of maven-artifact 3.9).
 *
 * A version is a list of numbers and qualifiers, parted by dots; a dash, and a change between digits and letters, begin a list
 * within it. `1.0` is `1`, `1-rc1` comes before it, `1-sp` after it, and `1.1` after both.
 */

/** A qualifier with its number, `rc1` or `rc-1`. */
interface Combination {
  readonly qualifier: string
  readonly number: bigint
}
type Item = bigint | string | Combination | Item[]

/** Negative where `a` is the older. */
export function compareVersions(a: string, b: string): number {
  return compareItems(new Reader(a).read(), new Reader(b).read())
}

/** Those that come before the release itself, that, and what comes after it; any other comes last, by name. */
const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp']
const releases = new Set(['ga', 'final', 'release'])
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
  #combined = false

  constructor(version: string) {
    this.#text = version.toLowerCase()
  }

  read(): Item {
    for (let at = 0; at < this.#text.length; at++) {
      const character = this.#text.charAt(at)
      if (character === '.') this.#separator(at)
      else if (character === '-') this.#dash(at)
      else if (/\d/.test(character)) this.#digit(at)
      else this.#letter(at)
    }
    if (this.#start < this.#text.length) {
      if (!this.#inDigits && this.#list.length > 0) this.#nest()
      this.#list.push(this.#item(this.#text.length))
    }
    for (const list of this.#lists.reverse()) dropNothings(list)
    return this.#all
  }

  #separator(at: number): void {
    this.#list.push(at === this.#start ? 0n : this.#item(at))
    this.#combined = false
    this.#start = at + 1
  }

  #dash(at: number): void {
    const isWithinCombination = !this.#inDigits && /\d/.test(this.#text.charAt(at + 1))
    if (at !== this.#start && isWithinCombination) {
      this.#combined = true
      return
    }
    this.#separator(at)
    this.#nest()
  }

  #digit(at: number): void {
    if (!this.#inDigits && at > this.#start) {
      this.#combined = true
      if (this.#list.length > 0) this.#nest()
    }
    this.#inDigits = true
  }

  #letter(at: number): void {
    if (this.#inDigits && at > this.#start) {
      this.#list.push(this.#item(at))
      this.#start = at
      this.#nest()
      this.#combined = false
    }
    this.#inDigits = false
  }

  #nest(): void {
    const inner: Item[] = []
    this.#list.push(inner)
    this.#lists.push(inner)
    this.#list = inner
  }

  /** What stands before `end`. */
  #item(end: number): Item {
    const text = this.#text.slice(this.#start, end)
    if (this.#combined) return combinationOf(text.replaceAll('-', ''))
    return this.#inDigits ? BigInt(text) : qualifierOf(text)
  }
}

function combinationOf(text: string): Combination {
  const digits = text.search(/\d/)
  const name = text.slice(0, digits)
  return { qualifier: shortNames[name] ?? qualifierOf(name), number: BigInt(text.slice(digits)) }
}

function qualifierOf(text: string): string {
  return text === 'cr' ? 'rc' : text
}

/** Zeros and empty lists say nothing where nothing or a qualifier follows. */
function dropNothings(list: Item[]): void {
  for (let at = list.length - 1; at >= 0; at--) {
    if (isNothing(list[at]) && mayGoBefore(list[at + 1])) list.splice(at, 1)
  }
}

function isNothing(item: Item | undefined): boolean {
  return item === 0n || item === '' || (Array.isArray(item) && item.length === 0)
}

function mayGoBefore(next: Item | undefined): boolean {
  if (next === undefined || typeof next === 'string') return true
  if (!Array.isArray(next)) return false
  const [first] = next
  return first !== undefined && typeof first !== 'bigint' && !Array.isArray(first)
}

/** Null stands for an item that the shorter of two lists has not. */
function compareItems(a: Item | null, b: Item | null): number {
  if (a === null) return b === null ? 0 : -compareItems(b, null)
  if (typeof a === 'bigint') return compareNumber(a, b)
  if (typeof a === 'string') return compareQualifier(a, b)
  return Array.isArray(a) ? compareList(a, b) : compareCombination(a, b)
}

function compareNumber(a: bigint, b: Item | null): number {
  if (b === null) return a === 0n ? 0 : 1
  return typeof b === 'bigint' ? ordered(a, b) : 1
}

function compareQualifier(a: string, b: Item | null): number {
  if (b === null) return ordered(rankOf(a), rankOf(''))
  if (typeof b === 'string') return ordered(rankOf(a), rankOf(b))
  if (typeof b === 'bigint' || Array.isArray(b)) return -1
  return ordered(rankOf(a), rankOf(b.qualifier)) || -1
}

function compareCombination(a: Combination, b: Item | null): number {
  if (b === null || typeof b === 'string') {
    return compareQualifier(a.qualifier, b) || (b === null ? 0 : 1)
  }
  if (typeof b === 'bigint' || Array.isArray(b)) return -1
  return compareQualifier(a.qualifier, b.qualifier) || ordered(a.number, b.number)
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
  const rank = qualifiers.indexOf(releases.has(qualifier) ? '' : qualifier)
  return rank < 0 ? `${qualifiers.length}-${qualifier}` : String(rank)
}

function ordered<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b)
}
