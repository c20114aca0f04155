import { invalidValue } from '../../../api/index.ts'
import type { ConfigError } from '../../../api/index.ts'

/** A JSON path, read from left to right. */
export class Scanner {
  readonly #key: string
  readonly #text: string
  at = 0

  /** `key` is the configuration's, for errors. */
  constructor(key: string, text: string) {
    this.#key = key
    this.#text = text
  }

  get atEnd(): boolean {
    return this.at >= this.#text.length
  }

  /** The next character, empty at the end. */
  get next(): string {
    return this.#text.charAt(this.at)
  }

  skipSpace(): this {
    while (/\s/.test(this.next)) this.at++
    return this
  }

  /** Takes `token` where it is next. */
  take(token: string): boolean {
    if (!this.#text.startsWith(token, this.at)) return false
    this.at += token.length
    return true
  }

  /** Takes what `pattern`, a sticky one, matches next. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)
    this.at += found?.[0].length ?? 0
    return found
  }

  require(token: string): void {
    if (!this.skipSpace().take(token)) throw this.error(`expected "${token}"`)
  }

  error(message: string): ConfigError {
    return invalidValue(this.#key, this.#text, `${message} at position ${this.at} of the JSON path`)
  }

  unsupported(what: string): ConfigError {
    return this.error(
      `${what} is not supported here: names, indexes, * and filters by comparison are,`,
    )
  }
}
