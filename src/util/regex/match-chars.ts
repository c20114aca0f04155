import type { CharClass } from './char-class.ts'
import { isSupplementary } from './char-class.ts'
import { codeBefore, widthOf } from './code-points.ts'
import type { MatchRun, Step } from './match-run.ts'
import type { Fold } from './pattern-tree.ts'
import { asciiLowerOf, foldedOf, lowerOf, upperOf } from './simple-case.ts'

/** One character of a class. */
export function charStep(set: CharClass, next: Step): Step {
  if (set.isOfUnits) {
    return (run, at) =>
      at < run.text.length && set.has(run.text.charCodeAt(at)) && next(run, at + 1)
  }
  return (run, at) => {
    const code = run.text.codePointAt(at)
    return code !== undefined && set.has(code) && next(run, at + widthOf(code))
  }
}

/** As many characters of a class as there are, then one less and so on down to `min`. */
export function charsStep(set: CharClass, min: number, next: Step): Step {
  return (run, start) => {
    const { text } = run
    let at = start
    let count = 0
    while (at < text.length) {
      const code = set.isOfUnits ? text.charCodeAt(at) : (text.codePointAt(at) ?? 0)
      if (!set.has(code)) break
      at += widthOf(code)
      count++
    }
    run.spend(count + 1)
    for (; count >= min; count--) {
      if (next(run, at)) return true
      run.spend(1)
      // It may have begun within a pair.
      at = set.isOfUnits ? at - 1 : Math.max(start, at - widthOf(codeBefore(text, at)))
    }
    return false
  }
}

const folds: Readonly<Record<Exclude<Fold, 'none'>, (code: number) => number>> = {
  ascii: asciiLowerOf,
  unicode: foldedOf,
}

/** A text to the letter, or in any case. */
export function textStep(codes: readonly number[], fold: Fold, next: Step): Step {
  const byCode = codes.some(isSupplementary)
  if (fold === 'none' && !byCode) {
    const text = String.fromCharCode(...codes)
    return (run, at) => run.text.startsWith(text, at) && next(run, at + text.length)
  }
  const folded = fold === 'none' ? (code: number): number => code : folds[fold]
  const wanted = codes.map(folded)
  return (run, start) => {
    let at = start
    for (const code of wanted) {
      if (at >= run.text.length) return false
      const found = byCode ? (run.text.codePointAt(at) ?? 0) : run.text.charCodeAt(at)
      if (found !== code && folded(found) !== code) return false
      at += widthOf(found)
    }
    return next(run, at)
  }
}

/** What a group has matched, once more; nothing where it has not matched. */
export function referenceStep(group: number, fold: Fold, next: Step): Step {
  return (run, at) => {
    const start = run.startOf(group)
    const size = run.endOf(group) - start
    if (start < 0 || at + size > run.text.length) return false
    run.spend(size + 1)
    return isRepeated(run, { start, at, size, fold }) && next(run, at + size)
  }
}

interface Repeated {
  readonly start: number
  readonly at: number
  readonly size: number
  readonly fold: Fold
}

function isRepeated({ text }: MatchRun, { start, at, size, fold }: Repeated): boolean {
  if (fold === 'none') return text.slice(start, start + size) === text.slice(at, at + size)
  let [left, right] = [start, at]
  let count = size
  for (let i = 0; i < count; i++) {
    const one = text.codePointAt(right) ?? 0
    const other = text.codePointAt(left) ?? 0
    if (one !== other && !isSameLetter(one, other, fold)) return false
    right += widthOf(one)
    left += widthOf(other)
    if (one > 0xffff) count--
  }
  return true
}

function isSameLetter(one: number, other: number, fold: Fold): boolean {
  if (fold === 'ascii') return asciiLowerOf(one) === asciiLowerOf(other)
  const [a, b] = [upperOf(one), upperOf(other)]
  return a === b || lowerOf(a) === lowerOf(b)
}

/** `\R`: two characters, or one where what follows does not match after two. */
export function lineEndingStep(next: Step): Step {
  return (run, at) => {
    const unit = run.text.charCodeAt(at)
    if (unit === 0x0d) {
      const isTwo = run.text.charCodeAt(at + 1) === 0x0a
      return (isTwo && next(run, at + 2)) || next(run, at + 1)
    }
    const isOne = (unit >= 0x0a && unit <= 0x0c) || unit === 0x85 || (unit | 1) === 0x2029
    return isOne && next(run, at + 1)
  }
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Longer than what most readers take to be one character, in UTF-16 units. */
const usualGrapheme = 16

/** `\X`: what a reader takes to be one character. */
export function graphemeStep(next: Step): Step {
  return (run, at) => at < run.text.length && next(run, at + graphemeAt(run, at))
}

/** Its length. The segmenter looks at all that it is given, so it is given no more than has to be. */
function graphemeAt(run: MatchRun, at: number): number {
  for (let most = usualGrapheme; ; most *= 2) {
    run.spend(most)
    const piece = run.text.slice(at, at + most)
    const size = graphemes.segment(piece).containing(0)?.segment.length ?? 1
    // Where it takes the whole piece, or but half of a pair is left, it may go on behind.
    if (size < piece.length - 1 || at + most >= run.text.length) return size
  }
}
