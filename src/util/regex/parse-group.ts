import { groupName } from './parse-escape.ts'
import { quantified } from './parse-quantifier.ts'
import type { ParseState } from './parse-state.ts'
import { CANON_EQ, flagLetters } from './pattern-flags.ts'
import type { PatternReader } from './pattern-reader.ts'
import type { PatternNode } from './pattern-tree.ts'
import { lengthsOf } from './tree-lengths.ts'

/** A group with its quantifier, from its bracket on; null where it only set flags. */
export function readGroup(state: ParseState): PatternNode | null {
  const { reader } = state
  const { flags } = reader
  const group = reader.next() === 0x3f ? specialGroup(state) : capturing(state)
  if (group === null) return null
  reader.accept(0x29, 'Unclosed group')
  reader.flags = flags
  return quantified(reader, group)
}

function capturing(state: ParseState): PatternNode {
  const index = state.groups++
  return { kind: 'group', index, body: state.choices() }
}

/** From its question mark on. */
function specialGroup(state: ParseState): PatternNode | null {
  const { reader } = state
  const code = reader.skip()
  switch (String.fromCodePoint(code)) {
    case ':':
      return { kind: 'group', index: null, body: state.choices() }
    case '=':
    case '!':
      return { kind: 'ahead', isNegative: code === 0x21, body: state.choices() }
    case '>':
      return { kind: 'atomic', body: state.choices() }
    case '<':
      return behindOrNamed(state)
    case '$':
    case '@':
      throw reader.error('Unknown group type')
    default:
      reader.unread()
      return flagged(state)
  }
}

function behindOrNamed(state: ParseState): PatternNode {
  const { reader, names } = state
  const code = reader.read()
  if (code === 0x3d || code === 0x21) return behind(state, code === 0x21)
  const name = groupName(reader, code)
  if (names.has(name)) {
    throw reader.error(`Named capturing group <${name}> is already defined`)
  }
  names.set(name, state.groups)
  return capturing(state)
}

function behind(state: ParseState, isNegative: boolean): PatternNode {
  const { reader } = state
  const start = reader.cursor
  const body = state.choices()
  const { min, max, isBounded } = lengthsOf(body)
  if (!isBounded) {
    throw reader.error('Look-behind group does not have an obvious maximum length')
  }
  const isByCode = reader.hasSupplementaryFrom(start)
  return { kind: 'behind', isNegative, body, min, max, isByCode }
}

/** `(?i)`, which holds up to the end of the group around it, or `(?i:…)`. */
function flagged(state: ParseState): PatternNode | null {
  const { reader } = state
  readFlags(reader)
  const code = reader.read()
  if (code === 0x29) return null
  if (code !== 0x3a) throw reader.error('Unknown inline modifier')
  return { kind: 'group', index: null, body: state.choices() }
}

function readFlags(reader: PatternReader): void {
  let code = reader.peek()
  let isOn = true
  for (;;) {
    if (code === 0x2d && isOn) isOn = false
    else {
      const flag = flagLetters.get(String.fromCodePoint(code))
      if (flag === undefined) return
      if (flag === CANON_EQ && isOn) throw reader.unsupported('Canonical equivalence (?c)')
      reader.flags = isOn ? reader.flags | flag : reader.flags & ~flag
    }
    code = reader.next()
  }
}
