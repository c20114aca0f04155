import { codeClass, singleClass } from './char-class.ts'
import type { CharClass } from './char-class.ts'
import { readClass, readProperty } from './parse-class.ts'
import { escape, foldOf } from './parse-escape.ts'
import { readGroup } from './parse-group.ts'
import { quantified } from './parse-quantifier.ts'
import type { ParseState } from './parse-state.ts'
import { DOTALL, MULTILINE, UNIX_LINES } from './pattern-flags.ts'
import { PatternReader } from './pattern-reader.ts'
import type { Anchor, PatternNode, PatternTree } from './pattern-tree.ts'

/** Reads a pattern of `java.util.regex.Pattern`. Throws a PatternSyntaxError in Java's words. */
export function parsePattern(pattern: string, flags: number): PatternTree {
  const reader = new PatternReader(pattern, flags)
  const state: ParseState = {
    reader,
    names: new Map(),
    groups: 1,
    hasReferences: false,
    isByCode: reader.hasSupplementary,
    choices: () => readChoices(state),
  }
  const root = parseAll(state)
  const { names, groups, hasReferences, isByCode } = state
  return { root, names, groups, hasReferences, isByCode }
}

function parseAll(state: ParseState): PatternNode {
  const { reader } = state
  try {
    const root = readChoices(state)
    if (reader.cursor === reader.length) return root
  } catch (error) {
    if (error instanceof RangeError) throw reader.error('Stack overflow during pattern compilation')
    throw error
  }
  if (reader.peek() === 0x29) throw reader.error("Unmatched closing ')'")
  throw reader.error('Unexpected internal error')
}

/** Up to what ends a group. */
function readChoices(state: ParseState): PatternNode {
  const options: PatternNode[] = []
  for (;;) {
    const option = readSequence(state)
    options.push(option)
    if (state.reader.peek() !== 0x7c) break
    state.reader.next()
  }
  const [only] = options
  return options.length === 1 && only !== undefined ? only : { kind: 'choice', options }
}

function readSequence(state: ParseState): PatternNode {
  const { reader } = state
  const parts: PatternNode[] = []
  for (;;) {
    const code = reader.peek()
    if (code === 0x7c || code === 0x29 || (code === 0 && reader.isAtEnd)) break
    if (code === 0x28) {
      const group = readGroup(state)
      if (group !== null) parts.push(group)
    } else parts.push(quantified(reader, readAtom(state, code)))
  }
  return { kind: 'sequence', parts }
}

function readAtom(state: ParseState, code: number): PatternNode {
  const { reader } = state
  switch (String.fromCodePoint(code)) {
    case '[':
      return charNode(state, readClass(state, true))
    case '^':
      reader.next()
      return { kind: 'anchor', anchor: caret(reader) }
    case '$':
      reader.next()
      return { kind: 'anchor', anchor: dollar(reader) }
    case '.':
      reader.next()
      return { kind: 'char', set: dot(reader) }
    case '?':
    case '*':
    case '+':
      reader.next()
      throw reader.error(`Dangling meta character '${String.fromCodePoint(code)}'`)
    default:
      return readText(state)
  }
}

function charNode(state: ParseState, set: CharClass): PatternNode {
  if (!set.isOfUnits) state.isByCode = true
  return { kind: 'char', set }
}

function caret(reader: PatternReader): Anchor {
  if (!reader.has(MULTILINE)) return 'begin'
  return reader.has(UNIX_LINES) ? 'unixLineBegin' : 'lineBegin'
}

function dollar(reader: PatternReader): Anchor {
  const isMultiline = reader.has(MULTILINE)
  if (reader.has(UNIX_LINES)) return isMultiline ? 'multilineUnixDollar' : 'unixDollar'
  return isMultiline ? 'multilineDollar' : 'dollar'
}

const anything = codeClass(() => true)
const notNewline = codeClass((code) => code !== 0x0a)
const notLineEnd = codeClass(
  (code) => code !== 0x0a && code !== 0x0d && code !== 0x85 && (code | 1) !== 0x2029,
)

function dot(reader: PatternReader): CharClass {
  if (reader.has(DOTALL)) return anything
  return reader.has(UNIX_LINES) ? notNewline : notLineEnd
}

const quantifiers = '*+?{'
const stops = '$.^([|)'

/** Characters that stand for themselves, up to the last one before a quantifier, which has that one alone; or one escape. */
function readText(state: ParseState): PatternNode {
  const { reader } = state
  const codes: number[] = []
  let last = -1
  let code = reader.peek()
  for (;;) {
    const char = String.fromCodePoint(code)
    if (quantifiers.includes(char)) {
      if (codes.length > 1) {
        reader.cursor = last
        codes.pop()
      }
      break
    }
    if (stops.includes(char) || (code === 0 && reader.isAtEnd)) break
    if (char === '\\') {
      const start = reader.cursor
      const found = readEscape(state, codes.length === 0)
      if (typeof found !== 'number') {
        if (found !== null) return found
        break
      }
      last = start
      codes.push(found)
      code = reader.peek()
      continue
    }
    last = reader.cursor
    codes.push(code)
    code = reader.next()
  }
  const [only] = codes
  if (codes.length === 1 && only !== undefined)
    return charNode(state, singleClass(only, reader.flags))
  return { kind: 'text', codes, fold: foldOf(reader) }
}

/** A character, or what else the escape is, which begins a text of its own: null where it `isFirst` of none. */
function readEscape(state: ParseState, isFirst: boolean): number | PatternNode | null {
  const { reader } = state
  const start = reader.cursor
  const following = reader.codeAt(start + 1)
  if (following === 0x70 || following === 0x50) {
    if (!isFirst) return null
    reader.nextEscaped()
    return charNode(state, readProperty(state, following === 0x50))
  }
  const found = escape(state)
  if (typeof found === 'number' || isFirst) return found
  reader.cursor = start
  return null
}
