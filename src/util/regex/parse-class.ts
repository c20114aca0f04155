import {
  LatinClass,
  complementOf,
  intersectionOf,
  rangeClass,
  singleClass,
  unionOf,
} from './char-class.ts'
import type { CharClass } from './char-class.ts'
import { posixProperty, property, unicodeProperty } from './char-properties.ts'
import { escapeInClass } from './parse-escape.ts'
import type { ParseState } from './parse-state.ts'
import { CASE_INSENSITIVE, UNICODE_CHARACTER_CLASS } from './pattern-flags.ts'
import { blockClass } from './unicode-blocks.ts'
import { scriptClass } from './unicode-scripts.ts'

const OPEN = 0x5b
const CLOSE = 0x5d
const AND = 0x26
const BACKSLASH = 0x5c

/** What has been read of a class: single characters are gathered by themselves until they are needed. */
interface Gathered {
  readonly latin: LatinClass
  hasLatin: boolean
  all: CharClass | null
  /** What was read last. */
  last: CharClass | null
}

/** A class from its bracket on, or from the right side of `&&`, whose bracket `consumes` does not take. */
export function readClass(state: ParseState, consumes: boolean): CharClass {
  const { reader } = state
  const gathered: Gathered = { latin: new LatinClass(), hasLatin: false, all: null, last: null }
  let code = reader.next()
  const isNegated = code === 0x5e && reader.codeAt(reader.cursor - 1) === OPEN
  if (isNegated) code = reader.next()
  for (;;) {
    if (code === OPEN) {
      gathered.last = readClass(state, true)
      gathered.all = joined(gathered.all, gathered.last)
      code = reader.peek()
      continue
    }
    if (code === AND) {
      if (reader.next() === AND) {
        code = intersect(state, gathered)
        continue
      }
      reader.unread()
    } else if (code === CLOSE && (gathered.all !== null || gathered.hasLatin)) {
      if (consumes) reader.next()
      const all = withLatin(gathered)
      return isNegated ? complementOf(all) : all
    } else if (code === 0 && reader.isAtEnd) throw reader.error('Unclosed character class')
    readRange(state, gathered)
    code = reader.peek()
  }
}

function joined(all: CharClass | null, more: CharClass): CharClass {
  return all === null ? more : unionOf(all, more)
}

function withLatin({ all, hasLatin, latin }: Gathered): CharClass {
  return hasLatin || all === null ? joined(all, latin) : all
}

/** From the second `&` on. Returns what stands behind the right side. */
function intersect(state: ParseState, gathered: Gathered): number {
  const { reader } = state
  let code = reader.next()
  let right: CharClass | null = null
  while (code !== CLOSE && code !== AND) {
    if (code !== OPEN) reader.unread()
    right = joined(right, readClass(state, code === OPEN))
    code = reader.peek()
  }
  if (gathered.hasLatin) {
    if (gathered.all === null) gathered.last = gathered.latin
    gathered.all = withLatin(gathered)
    gathered.hasLatin = false
  }
  if (right !== null) gathered.last = right
  if (gathered.all === null) {
    if (right === null) throw reader.error('Bad class syntax')
    gathered.all = right
  } else {
    if (gathered.last === null) throw reader.error('Bad intersection syntax')
    gathered.all = intersectionOf(gathered.all, gathered.last)
  }
  return code
}

/** One character, a range, or a class by its escape. */
function readRange(state: ParseState, gathered: Gathered): void {
  const found = rangeOf(state, gathered)
  gathered.last = found
  if (found === null) gathered.hasLatin = true
  else if (gathered.all !== found) gathered.all = joined(gathered.all, found)
}

/** Null where it went to the characters of Latin-1. */
function rangeOf(state: ParseState, { latin }: Gathered): CharClass | null {
  const { reader } = state
  let code = reader.peek()
  if (code === BACKSLASH) {
    const escaped = reader.nextEscaped()
    if (escaped === 0x70 || escaped === 0x50) return readProperty(state, escaped === 0x50)
    const isRange = reader.codeAt(reader.cursor + 1) === 0x2d
    reader.unread()
    const found = escapeInClass(state, isRange)
    if (typeof found !== 'number') return found
    code = found
  } else reader.next()
  if (reader.peek() === 0x2d) {
    const end = reader.codeAt(reader.cursor + 1)
    if (end !== OPEN && end !== CLOSE) return rangeTo(state, code)
  }
  return latin.add(code, reader.flags) ? null : singleClass(code, reader.flags)
}

function rangeTo(state: ParseState, from: number): CharClass {
  const { reader } = state
  reader.next()
  let to: CharClass | number = reader.peek()
  if (to === BACKSLASH) to = escapeInClass(state, true)
  else reader.next()
  if (typeof to !== 'number' || to < from) throw reader.error('Illegal character range')
  return rangeClass(from, to, reader.flags)
}

/** What `\p` or `\P` names; the cursor stands on that letter. */
export function readProperty(state: ParseState, isNegated: boolean): CharClass {
  const { reader } = state
  const isBraced = reader.next() === 0x7b
  if (!isBraced) reader.unread()
  reader.next()
  const name = isBraced ? bracedName(state) : String.fromCodePoint(reader.codeAt(reader.cursor))
  if (!isBraced) reader.read()
  const found = name.includes('=') ? pairOf(state, name) : named(state, name)
  if (!isNegated) return found
  state.isByCode = true
  return complementOf(found)
}

function bracedName({ reader }: ParseState): string {
  const start = reader.cursor
  reader.readTo(0x7d)
  const end = reader.cursor
  if (end > reader.length) throw reader.error('Unclosed character family')
  if (start + 1 >= end) throw reader.error('Empty character family')
  return reader.textOf(start, end - 1)
}

/** `script=Latin`, `block=…`, `general_category=…`. */
function pairOf({ reader }: ParseState, text: string): CharClass {
  const at = text.indexOf('=')
  const name = text.slice(0, at).toLowerCase()
  const value = text.slice(at + 1)
  const found = propertyPair(name, value, reader.has(CASE_INSENSITIVE))
  if (found !== undefined) return found
  throw reader.error(`Unknown Unicode property {name=<${name}>, value=<${value}>}`)
}

function propertyPair(name: string, value: string, ignoresCase: boolean): CharClass | undefined {
  if (name === 'sc' || name === 'script') return scriptClass(value)
  if (name === 'blk' || name === 'block') return blockClass(value)
  const isCategory = name === 'gc' || name === 'general_category'
  return isCategory ? property(value, ignoresCase) : undefined
}

function named({ reader }: ParseState, name: string): CharClass {
  const found = propertyByName(
    name,
    reader.has(CASE_INSENSITIVE),
    reader.has(UNICODE_CHARACTER_CLASS),
  )
  if (found !== undefined) return found
  throw reader.error(`Unknown character property name {${name}}`)
}

function propertyByName(
  name: string,
  ignoresCase: boolean,
  isUnicode: boolean,
): CharClass | undefined {
  if (name.startsWith('In')) return blockClass(name.slice(2))
  if (name.startsWith('Is')) {
    const short = name.slice(2)
    return unicodeProperty(short, ignoresCase) ?? property(short, ignoresCase) ?? scriptClass(short)
  }
  const posix = isUnicode ? posixProperty(name, ignoresCase) : undefined
  return posix ?? property(name, ignoresCase)
}
