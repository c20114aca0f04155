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
  wordEdge: (run, at) => isEdge(run, at, boundaryWord()),
  noWordEdge: (run, at) => !isEdge(run, at, boundaryWord()),
  unicodeWordEdge: (run, at) => isEdge(run, at, unicodeWord()),
  noUnicodeWordEdge: (run, at) => !isEdge(run, at, unicodeWord()),
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

function isEdge(run: MatchRun, at: number, word: CharClass): boolean {
  const { text } = run
  const left = at > 0 && isWordAt(run, at - 1, codeBefore(text, at), word)
  const right = at < text.length && isWordAt(run, at, text.codePointAt(at) ?? 0, word)
  return left !== right
}

/** To look a mark up in two classes takes as long as so many steps. */
const stepsOfMark = 8

/** Marks count as the letter or digit before them. */
function isWordAt(run: MatchRun, at: number, code: number, word: CharClass): boolean {
  if (word.has(code)) return true
  if (!nonSpacingMark().has(code)) return false
  for (let i = at; i >= 0; i--) {
    run.spend(stepsOfMark)
    const base = run.text.codePointAt(i) ?? 0
    if (letterOrDigit().has(base)) return true
    if (!nonSpacingMark().has(base)) return false
  }
  return false
}
