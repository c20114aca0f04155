import { compileTree } from './compile-tree.ts'
import type { CompiledTree } from './compile-tree.ts'
import { MatchRun, StepBudget, StepsExceeded } from './match-run.ts'
import { parsePattern } from './parse-pattern.ts'
import { PatternLimitError, PatternSyntaxError } from './pattern-errors.ts'
import { CASE_INSENSITIVE } from './pattern-flags.ts'
import type { PatternTree } from './pattern-tree.ts'
import { JavaReplacement } from './replacement.ts'
import type { GroupsOf } from './replacement.ts'

/** Where a pattern was found. */
export interface PatternMatch extends GroupsOf {
  readonly start: number
  readonly end: number
}

/**
 * A regular expression as `java.util.regex.Pattern` reads it and matches by it, with what only Java has: possessive
 * quantifiers, classes within classes, flags within the pattern. Whatever is asked of a text ends by itself, in a PatternLimitError
 * where it takes too many steps for a text of that length: no pattern holds the thread for ever.
 */
export class JavaPattern {
  /** As it was given. */
  readonly pattern: string
  readonly #tree: PatternTree
  readonly #compiled: CompiledTree

  /** Throws a PatternSyntaxError. */
  constructor(pattern: string, { ignoreCase = false }: { readonly ignoreCase?: boolean } = {}) {
    this.pattern = pattern
    this.#tree = parsePattern(pattern, ignoreCase ? CASE_INSENSITIVE : 0)
    this.#compiled = compiled(this.#tree, pattern)
  }

  /** How many groups capture, that of the whole not counted. */
  get groupCount(): number {
    return this.#tree.groups - 1
  }

  /** The numbers of the groups that have names. */
  get groupNames(): ReadonlyMap<string, number> {
    return this.#tree.names
  }

  /** Whether the whole of a text matches. */
  matches(text: string): boolean {
    return this.#whole(text) !== null
  }

  /** The match of the whole of a text; null where it does not match. */
  match(text: string): PatternMatch | null {
    const run = this.#whole(text)
    return run === null ? null : matchOf(run, 0)
  }

  /** The first match within a text. */
  find(text: string): PatternMatch | null {
    return this.#search(text, new StepBudget(text), { from: 0, previousEnd: 0 })
  }

  /** All matches within a text, one after the other. */
  *findAll(text: string): Generator<PatternMatch, void, undefined> {
    const steps = new StepBudget(text)
    let from = 0
    let previousEnd = 0
    while (from <= text.length) {
      const found = this.#search(text, steps, { from, previousEnd })
      if (found === null) return
      yield found
      previousEnd = found.end
      from = found.end === found.start ? found.end + 1 : found.end
    }
  }

  /** `text` with the first match replaced, where there is one. Throws where the replacement is none, in Java's words. */
  replaceFirst(text: string, replacement: string | JavaReplacement): string {
    const found = this.find(text)
    if (found === null) return text
    const by = this.#replacement(replacement)
    return text.slice(0, found.start) + by.expand(found) + text.slice(found.end)
  }

  /** `text` with every match replaced. */
  replaceAll(text: string, replacement: string | JavaReplacement): string {
    const by = this.#replacement(replacement)
    let replaced = ''
    let end = 0
    for (const found of this.findAll(text)) {
      replaced += text.slice(end, found.start) + by.expand(found)
      end = found.end
    }
    return replaced + text.slice(end)
  }

  #replacement(replacement: string | JavaReplacement): JavaReplacement {
    return typeof replacement === 'string' ? new JavaReplacement(replacement, this) : replacement
  }

  #search(
    text: string,
    steps: StepBudget,
    { from, previousEnd }: { readonly from: number; readonly previousEnd: number },
  ): PatternMatch | null {
    const { isByCode, groups } = this.#tree
    const { start, locals } = this.#compiled
    const run = new MatchRun(text, steps, { isWhole: false, previousEnd, groups, locals })
    try {
      for (let at = from; at <= text.length; at++) {
        run.spend(1)
        if (start(run, at)) return matchOf(run, at)
        if (isByCode && (text.codePointAt(at) ?? 0) > 0xffff) at++
      }
      return null
    } catch (error) {
      throw this.#errorOf(error, text)
    }
  }

  /** What the match of the whole of a text holds; null where it does not match. */
  #whole(text: string): MatchRun | null {
    const { groups } = this.#tree
    const { start, locals } = this.#compiled
    const kind = { isWhole: true, previousEnd: 0, groups, locals }
    const run = new MatchRun(text, new StepBudget(text), kind)
    try {
      return start(run, 0) ? run : null
    } catch (error) {
      throw this.#errorOf(error, text)
    }
  }

  /** Depth is bounded by the stack, and time by the steps. */
  #errorOf(error: unknown, text: string): unknown {
    if (error instanceof StepsExceeded) {
      return new PatternLimitError(this.pattern, text, 'needs too many steps')
    }
    if (error instanceof RangeError && error.message.startsWith('Maximum call stack')) {
      return new PatternLimitError(this.pattern, text, 'needs too much of the stack')
    }
    return error
  }
}

function compiled(tree: PatternTree, pattern: string): CompiledTree {
  try {
    return compileTree(tree)
  } catch (error) {
    // Where groups lie within groups, this goes deeper than reading them did.
    if (!(error instanceof RangeError)) throw error
    throw new PatternSyntaxError('Stack overflow during pattern compilation', pattern, -1)
  }
}

function matchOf(run: MatchRun, start: number): PatternMatch {
  const { text, end } = run
  return {
    start,
    end,
    group: (group) => {
      if (group === 0) return text.slice(start, end)
      const [from, to] = [run.startOf(group), run.endOf(group)]
      return from < 0 || to < 0 ? null : text.slice(from, to)
    },
  }
}
