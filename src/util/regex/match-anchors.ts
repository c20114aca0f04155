import type { CharClass } from './char-class.ts'
import { boundaryWord, letterOrDigit, nonSpacingMark, unicodeWord } from './char-properties.ts'
import { codeBefore } from './code-points.ts'
import type { MatchRun } from './match-run.ts'
import type { Anchor } from './pattern-tree.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Whether a place is what an anchor asks for. */
export const anchorTests: Readonly<Record<Anchor, (run: MatchRun, at: number) => boolean>> = {
  begin: (_, at) => at === 0,
  end: ({ text }, at) => at === text.length,
  lineBegin: ({ text }, at) => isLineBegin(text, at),
  unixLineBegin: ({ text }, at) =>
    at < text.length && (at === 0 || text.charCodeAt(at - 1) === NEWLINE),
  lastMatch: ({ previousEnd }, at) => at === previousEnd,
  wordEdge: ({ text }, at) => isEdge(text, at, boundaryWord()),
  noWordEdge: ({ text }, at) => !isEdge(text, at, boundaryWord()),
  unicodeWordEdge: ({ text }, at) => isEdge(text, at, unicodeWord()),
  noUnicodeWordEdge: ({ text }, at) => !isEdge(text, at, unicodeWord()),
  dollar: ({ text }, at) => isBeforeLast(text, at) && isBeforeLineEnd(text, at),
  multilineDollar: ({ text }, at) => isBeforeLineEnd(text, at),
  unixDollar: ({ text }, at) =>
    at === text.length || (at === text.length - 1 && text.charCodeAt(at) === NEWLINE),
  multilineUnixDollar: ({ text }, at) => at === text.length || text.charCodeAt(at) === NEWLINE,
}

export function isLineEnd(unit: number): boolean {
  return unit === NEWLINE || unit === RETURN || unit === 0x85 || (unit | 1) === 0x2029
}

function isLineBegin(text: string, at: number): boolean {
  if (at === text.length) return false
  if (at === 0) return true
  const before = text.charCodeAt(at - 1)
  return isLineEnd(before) && !(before === RETURN && text.charCodeAt(at) === NEWLINE)
}

/** Whether at most one line end follows. */
function isBeforeLast(text: string, at: number): boolean {
  const rest = text.length - at
  return (
    rest < 2 ||
    (rest === 2 && text.charCodeAt(at) === RETURN && text.charCodeAt(at + 1) === NEWLINE)
  )
}

function isBeforeLineEnd(text: string, at: number): boolean {
  if (at === text.length) return true
  const unit = text.charCodeAt(at)
  const isInside = unit === NEWLINE && at > 0 && text.charCodeAt(at - 1) === RETURN
  return isLineEnd(unit) && !isInside
}

function isEdge(text: string, at: number, word: CharClass): boolean {
  const left = at > 0 && isWordAt(text, at - 1, codeBefore(text, at), word)
  const right = at < text.length && isWordAt(text, at, text.codePointAt(at) ?? 0, word)
  return left !== right
}

/** Marks count as the letter or digit before them. */
function isWordAt(text: string, at: number, code: number, word: CharClass): boolean {
  if (word.has(code)) return true
  if (!nonSpacingMark().has(code)) return false
  for (let i = at; i >= 0; i--) {
    const base = text.codePointAt(i) ?? 0
    if (letterOrDigit().has(base)) return true
    if (!nonSpacingMark().has(base)) return false
  }
  return false
}
