import type { PatternReader } from './pattern-reader.ts'
import type { PatternNode } from './pattern-tree.ts'

/** What the parts of the parser share while they read a pattern. */
export interface ParseState {
  readonly reader: PatternReader
  readonly names: Map<string, number>
  /** Groups that capture, so far; that of the whole included. */
  groups: number
  hasReferences: boolean
  /** See `PatternTree`. */
  isByCode: boolean
  /** Reads up to what ends a group. */
  readonly choices: () => PatternNode
}
