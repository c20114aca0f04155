import { isDigit } from './ascii.ts'
import type { PatternReader } from './pattern-reader.ts'
import { UNBOUNDED } from './pattern-tree.ts'
import type { Mode, PatternNode } from './pattern-tree.ts'

/** `body` with the quantifier that follows it; `body` itself where none does. */
export function quantified(reader: PatternReader, body: PatternNode): PatternNode {
  const code = reader.peek()
  if (code === 0x3f) return repeat(reader, body, { min: 0, max: 1, isOptional: true })
  if (code === 0x2a) return repeat(reader, body, { min: 0, max: UNBOUNDED, isOptional: false })
  if (code === 0x2b) return repeat(reader, body, { min: 1, max: UNBOUNDED, isOptional: false })
  return code === 0x7b ? counted(reader, body) : body
}

function repeat(
  reader: PatternReader,
  body: PatternNode,
  times: { readonly min: number; readonly max: number; readonly isOptional: boolean },
): PatternNode {
  return { kind: 'repeat', body, ...times, mode: modeOf(reader) }
}

function modeOf(reader: PatternReader): Mode {
  const code = reader.next()
  if (code !== 0x3f && code !== 0x2b) return 'greedy'
  reader.next()
  return code === 0x3f ? 'lazy' : 'possessive'
}

/** `{n}`, `{n,}` and `{n,m}`. */
function counted(reader: PatternReader, body: PatternNode): PatternNode {
  const first = reader.skip()
  if (!isDigit(first)) throw reader.error('Illegal repetition')
  const low = readNumber(reader, first)
  const min = low.value
  let max = min
  let code = low.code
  if (code === 0x2c) {
    code = reader.read()
    if (code === 0x7d) {
      reader.unread()
      return repeat(reader, body, { min, max: UNBOUNDED, isOptional: false })
    }
    ;({ value: max, code } = readNumber(reader, code))
  }
  if (code !== 0x7d) throw reader.error('Unclosed counted closure')
  if (max < min) throw reader.error('Illegal repetition range')
  reader.unread()
  return repeat(reader, body, { min, max, isOptional: min === 0 && max === 1 })
}

/** Digits from `first` on, and what follows them; 0 where there is none. */
function readNumber(
  reader: PatternReader,
  first: number,
): { readonly value: number; readonly code: number } {
  let value = 0
  let code = first
  while (isDigit(code)) {
    value = value * 10 + (code - 0x30)
    if (value > UNBOUNDED) throw reader.error('Illegal repetition range')
    code = reader.read()
  }
  return { value, code }
}
