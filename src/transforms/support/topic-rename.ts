import { javaPattern, javaWholePattern } from '../../api/index.ts'
import { JavaReplacement } from './java-replacement.ts'

/**
 * Renames topics that a pattern matches as a whole. What is replaced is the first place where the pattern is found, which may
 * be less than all: `a|ab` finds the `a` of `ab`.
 */
export class TopicRename {
  readonly #whole: RegExp
  readonly #find: RegExp
  readonly #replacement: JavaReplacement

  /** Throws a PatternSyntaxError. */
  constructor(regex: string, replacement: string) {
    this.#whole = javaWholePattern(regex)
    this.#find = javaPattern(regex)
    this.#replacement = new JavaReplacement(replacement, this.#find)
  }

  /** The new name, or null where the pattern does not match. */
  renamed(topic: string): string | null {
    if (!this.#whole.test(topic)) return null
    const match = this.#find.exec(topic)
    if (match === null) return topic
    const { index, 0: found } = match
    return (
      topic.slice(0, index) + this.#replacement.expand(match) + topic.slice(index + found.length)
    )
  }
}
