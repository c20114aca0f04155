import type { CharClass } from './char-class.ts'

/** How a text is compared: to the letter, or without regard to case in ASCII or in all of Unicode. */
export type Fold = 'none' | 'ascii' | 'unicode'

export type Mode = 'greedy' | 'lazy' | 'possessive'

/** Places that match without taking anything. */
export type Anchor =
  | 'begin'
  | 'end'
  | 'lineBegin'
  | 'unixLineBegin'
  | 'lastMatch'
  | 'wordEdge'
  | 'noWordEdge'
  | 'unicodeWordEdge'
  | 'noUnicodeWordEdge'
  | 'dollar'
  | 'multilineDollar'
  | 'unixDollar'
  | 'multilineUnixDollar'

/** A pattern as it was read. Lengths are code points. */
export type PatternNode =
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'char'; readonly set: CharClass }
  /** Possibly empty: what a quantifier without anything before it repeats. */
  | { readonly kind: 'text'; readonly codes: readonly number[]; readonly fold: Fold }
  | { readonly kind: 'anchor'; readonly anchor: Anchor }
  /** `\R` */
  | { readonly kind: 'lineEnding' }
  /** `\X` */
  | { readonly kind: 'grapheme' }
  | { readonly kind: 'reference'; readonly group: number; readonly fold: Fold }
  /** `index` is null where it does not capture. */
  | { readonly kind: 'group'; readonly index: number | null; readonly body: PatternNode }
  | { readonly kind: 'ahead'; readonly isNegative: boolean; readonly body: PatternNode }
  | BehindNode
  | { readonly kind: 'atomic'; readonly body: PatternNode }
  | RepeatNode

export interface BehindNode {
  readonly kind: 'behind'
  readonly isNegative: boolean
  readonly body: PatternNode
  /** The shortest and longest that `body` may be, in code points where `isByCode`, else in units. */
  readonly min: number
  readonly max: number
  readonly isByCode: boolean
}

export interface RepeatNode {
  readonly kind: 'repeat'
  readonly body: PatternNode
  readonly min: number
  readonly max: number
  readonly mode: Mode
  /** `?` and `{0,1}`, to which Java has a way of its own. */
  readonly isOptional: boolean
}

/** As often as one likes. */
export const UNBOUNDED = 0x7fffffff

export interface PatternTree {
  readonly root: PatternNode
  /** Groups that capture, that of the whole included. */
  readonly groups: number
  readonly names: ReadonlyMap<string, number>
  readonly hasReferences: boolean
  /** Whether the search goes from code point to code point, else from unit to unit. */
  readonly isByCode: boolean
}
