import { isAlpha, isDigit, isHexDigit, isOctalDigit } from './ascii.ts'
import { complementOf, unitClass } from './char-class.ts'
import type { CharClass } from './char-class.ts'
import {
  asciiDigit,
  asciiSpace,
  asciiWord,
  unicodeDigit,
  unicodeWord,
  whiteSpace,
} from './char-properties.ts'
import type { ParseState } from './parse-state.ts'
import {
  CASE_INSENSITIVE,
  UNICODE_CASE,
  UNICODE_CHARACTER_CLASS,
  UNIX_LINES,
} from './pattern-flags.ts'
import type { PatternReader } from './pattern-reader.ts'
import type { Anchor, Fold, PatternNode } from './pattern-tree.ts'

const verticalSpace = unitClass(
  (code) => (code >= 0x0a && code <= 0x0d) || code === 0x85 || (code | 1) === 0x2029,
)
const horizontalSpaces = new Set([0x09, 0x20, 0xa0, 0x1680, 0x180e, 0x202f, 0x205f, 0x3000])
const horizontalSpace = unitClass(
  (code) => horizontalSpaces.has(code) || (code >= 0x2000 && code <= 0x200a),
)

/** What a backslash and one character stand for, where that does not depend on what follows. */
const characters: Readonly<Record<string, number>> = {
  a: 0x07,
  e: 0x1b,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
}

/** Outside of a class: a character, or what else stands there. The cursor stands on the backslash. */
export function escape(state: ParseState): number | PatternNode {
  const { reader } = state
  const code = reader.skip()
  const letter = String.fromCodePoint(code)
  if (code >= 0x31 && code <= 0x39) return reference(state, code - 0x30)
  if (letter === 'k') return reference(state, null)
  const set = classOf(letter, reader)
  if (set !== undefined) {
    if (!set.isOfUnits) state.isByCode = true
    return { kind: 'char', set }
  }
  if (letter === 'R') return { kind: 'lineEnding' }
  if (letter === 'X') return { kind: 'grapheme' }
  if (letter === 'b' && reader.peek() === 0x7b) refuseGraphemeEdge(reader)
  const anchor = anchorOf(letter, reader)
  return anchor === undefined ? character(state, code, letter) : { kind: 'anchor', anchor }
}

/** Within a class; `isRange` says that it may begin or end a range. */
export function escapeInClass(state: ParseState, isRange: boolean): number | CharClass {
  const { reader } = state
  const code = reader.skip()
  const letter = String.fromCodePoint(code)
  if (letter === 'v' && isRange) return 0x0b
  return classOf(letter, reader) ?? character(state, code, letter)
}

function classOf(letter: string, reader: PatternReader): CharClass | undefined {
  const isUnicode = reader.has(UNICODE_CHARACTER_CLASS)
  const sets: Readonly<Record<string, () => CharClass>> = {
    d: () => (isUnicode ? unicodeDigit() : asciiDigit),
    h: () => horizontalSpace,
    s: () => (isUnicode ? whiteSpace() : asciiSpace),
    v: () => verticalSpace,
    w: () => (isUnicode ? unicodeWord() : asciiWord),
  }
  const own = sets[letter]?.()
  if (own !== undefined) return own
  const other = /[DHSVW]/.test(letter) ? sets[letter.toLowerCase()]?.() : undefined
  return other && complementOf(other)
}

function anchorOf(letter: string, reader: PatternReader): Anchor | undefined {
  const isUnicode = reader.has(UNICODE_CHARACTER_CLASS)
  switch (letter) {
    case 'A':
      return 'begin'
    case 'z':
      return 'end'
    case 'Z':
      return reader.has(UNIX_LINES) ? 'unixDollar' : 'dollar'
    case 'G':
      return 'lastMatch'
    case 'b':
      return isUnicode ? 'unicodeWordEdge' : 'wordEdge'
    case 'B':
      return isUnicode ? 'noUnicodeWordEdge' : 'noWordEdge'
    default:
      return undefined
  }
}

function refuseGraphemeEdge(reader: PatternReader): void {
  if (reader.skip() === 0x67) {
    if (reader.read() !== 0x7d) throw illegal(reader)
    throw reader.unsupported('A boundary of graphemes (\\b{g})')
  }
  reader.unread()
  reader.unread()
}

function character(state: ParseState, code: number, letter: string): number {
  const { reader } = state
  const known = characters[letter]
  if (known !== undefined) return known
  if (letter === '0') return octal(reader)
  if (letter === 'c') return control(reader)
  if (letter === 'u') return unicode(reader)
  if (letter === 'x') return hexadecimal(reader)
  if (letter === 'N') throw reader.unsupported('A character by its name (\\N)')
  if (isAlpha(code) || isDigit(code)) throw illegal(reader)
  return code
}

function illegal(reader: PatternReader): Error {
  return reader.error('Illegal/unsupported escape sequence')
}

function control(reader: PatternReader): number {
  if (reader.isAtEnd) throw reader.error('Illegal control escape sequence')
  return reader.read() ^ 0x40
}

/** `\0n`, `\0nn` and `\0mnn` with an m up to 3. */
function octal(reader: PatternReader): number {
  const first = reader.read()
  if (!isOctalDigit(first)) throw reader.error('Illegal octal escape sequence')
  let value = first - 0x30
  for (let more = first <= 0x33 ? 2 : 1; more > 0; more--) {
    const code = reader.read()
    if (!isOctalDigit(code)) {
      reader.unread()
      break
    }
    value = value * 8 + (code - 0x30)
  }
  return value
}

/** `\xhh` and `\x{h…}`. */
function hexadecimal(reader: PatternReader): number {
  const first = reader.read()
  if (isHexDigit(first)) {
    const second = reader.read()
    if (isHexDigit(second)) return digitOf(first) * 16 + digitOf(second)
  } else if (first === 0x7b && isHexDigit(reader.peek())) {
    let value = 0
    let code = reader.read()
    for (; isHexDigit(code); code = reader.read()) {
      value = value * 16 + digitOf(code)
      if (value > 0x10ffff) throw reader.error('Hexadecimal codepoint is too big')
    }
    if (code !== 0x7d) throw reader.error('Unclosed hexadecimal escape sequence')
    return value
  }
  throw reader.error('Illegal hexadecimal escape sequence')
}

/** `\uhhhh`, and two of them where they are one character. */
function unicode(reader: PatternReader): number {
  const high = fourDigits(reader)
  if (high < 0xd800 || high > 0xdbff) return high
  const start = reader.cursor
  if (reader.read() === 0x5c && reader.read() === 0x75) {
    const low = fourDigits(reader)
    if (low >= 0xdc00 && low <= 0xdfff) return (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000
  }
  reader.cursor = start
  return high
}

function fourDigits(reader: PatternReader): number {
  let value = 0
  for (let i = 0; i < 4; i++) {
    const code = reader.read()
    if (!isHexDigit(code)) throw reader.error('Illegal Unicode escape sequence')
    value = value * 16 + digitOf(code)
  }
  return value
}

function digitOf(code: number): number {
  return Number.parseInt(String.fromCharCode(code), 16)
}

/** `\n` from its first digit on, or `\k<name>`, where `first` is null. */
function reference(state: ParseState, first: number | null): PatternNode {
  const group = first === null ? groupByName(state) : groupByNumber(state, first)
  state.hasReferences = true
  return { kind: 'reference', group, fold: foldOf(state.reader) }
}

/** More digits belong to the number as long as there is such a group. */
function groupByNumber({ reader, groups }: ParseState, first: number): number {
  let group = first
  for (;;) {
    const code = reader.peek()
    const longer = group * 10 + (code - 0x30)
    if (!isDigit(code) || longer > groups - 1) return group
    group = longer
    reader.read()
  }
}

function groupByName({ reader, names }: ParseState): number {
  if (reader.read() !== 0x3c) {
    throw reader.error("\\k is not followed by '<' for named capturing group")
  }
  const name = groupName(reader, reader.read())
  const group = names.get(name)
  if (group === undefined) {
    throw reader.error(`named capturing group <${name}> does not exist`)
  }
  return group
}

/** The name of a group from its first character, which has been read, up to its `>`. */
export function groupName(reader: PatternReader, first: number): string {
  if (!isAlpha(first)) {
    throw reader.error('capturing group name does not start with a Latin letter')
  }
  let name = ''
  let code = first
  do {
    name += String.fromCodePoint(code)
    code = reader.read()
  } while (isAlpha(code) || isDigit(code))
  if (code !== 0x3e) throw reader.error("named capturing group is missing trailing '>'")
  return name
}

export function foldOf(reader: PatternReader): Fold {
  if (!reader.has(CASE_INSENSITIVE)) return 'none'
  return reader.has(UNICODE_CASE) ? 'unicode' : 'ascii'
}
