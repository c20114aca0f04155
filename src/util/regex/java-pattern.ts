import { compileTree } from './compile-tree.ts'
import type { CompiledTree } from './compile-tree.ts'
import { MatchRun, StepsExceeded } from './match-run.ts'
import { parsePattern } from './parse-pattern.ts'
import { PatternLimitError } from './pattern-errors.ts'
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
 * quantifiers, classes within classes, flags within the pattern. A match ends by itself, in a PatternLimitError where it takes
 * too many steps: no pattern holds the thread for ever.
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
    this.#compiled = compileTree(this.#tree)
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
    return this.match(text) !== null
  }

  /** The match of the whole of a text; null where it does not match. */
  match(text: string): PatternMatch | null {
    return this.#guarded(text, () => {
      const run = this.#run(text, { isWhole: true, previousEnd: 0 })
      return this.#compiled.start(run, 0) ? matchOf(run, 0) : null
    })
  }

  /** The first match within a text. */
  find(text: string): PatternMatch | null {
    return this.#search(text, 0, 0)
  }

  /** All matches within a text, one after the other. */
  *findAll(text: string): Generator<PatternMatch, void, undefined> {
    let from = 0
    let previousEnd = 0
    while (from <= text.length) {
      const found = this.#search(text, from, previousEnd)
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

  #search(text: string, from: number, previousEnd: number): PatternMatch | null {
    return this.#guarded(text, () => {
      const run = this.#run(text, { isWhole: false, previousEnd })
      for (let at = from; at <= text.length; at++) {
        run.spend(1)
        if (this.#compiled.start(run, at)) return matchOf(run, at)
        if (this.#tree.isByCode && (text.codePointAt(at) ?? 0) > 0xffff) at++
      }
      return null
    })
  }

  #run(text: string, kind: { readonly isWhole: boolean; readonly previousEnd: number }): MatchRun {
    return new MatchRun(text, { groups: this.#tree.groups, locals: this.#compiled.locals }, kind)
  }

  /** Depth is bounded by the stack, and time by the steps. */
  #guarded<T>(text: string, match: () => T): T {
    try {
      return match()
    } catch (error) {
      if (error instanceof StepsExceeded) {
        throw new PatternLimitError(this.pattern, text, 'needs too many steps')
      }
      if (error instanceof RangeError && error.message.startsWith('Maximum call stack')) {
        throw new PatternLimitError(this.pattern, text, 'needs too much of the stack')
      }
      throw error
    }
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
