import { JavaPattern } from '../../api/index.ts'

/** A `pattern` of a JSON Schema, as Java's validator reads it; no text holds it for ever. */
class SchemaPattern {
  readonly #pattern: JavaPattern

  constructor(pattern: string) {
    this.#pattern = new JavaPattern(pattern)
  }

  /** Whether it is found within the text. A PatternLimitError where that takes too many steps. */
  test(text: string): boolean {
    return this.#pattern.find(text) !== null
  }

  /** What patterns are told apart by. */
  toString(): string {
    return this.#pattern.pattern
  }
}

/** Makes patterns for a validator. Throws a PatternSyntaxError. */
export const schemaPattern = Object.assign(
  (pattern: string): SchemaPattern => new SchemaPattern(pattern),
  // Names it in code that is written out, which none here is.
  { code: 'schemaPattern' },
)
