import { JavaPattern, JavaReplacement } from '../../api/index.ts'
import { PerTopic } from './per-topic.ts'

/**
 * Renames topics that a pattern matches as a whole. What is replaced is the first place where the pattern is found, which may
 * be less than all: `a|ab` finds the `a` of `ab`.
 */
export class TopicRename {
  readonly #topics: PerTopic<string | null>

  /** Throws a PatternSyntaxError. */
  constructor(regex: string, replacement: string) {
    const pattern = new JavaPattern(regex)
    const by = new JavaReplacement(replacement, pattern)
    this.#topics = new PerTopic((topic) =>
      pattern.matches(topic) ? pattern.replaceFirst(topic, by) : null,
    )
  }

  /** The new name, or null where the pattern does not match. */
  renamed(topic: string): string | null {
    return this.#topics.of(topic)
  }
}
