const delimiters = ':,{}[]"'

/**
 * Cuts the text of a header into tokens: each of `: , { } [ ] "` is one, and so is whatever stands between two of them. A
 * backslash takes a delimiter its meaning and stays in the text.
 */
export class Tokenizer {
  readonly text: string
  #at = 0
  /** A token that was looked at and not taken. */
  #next: string | null = null

  constructor(text: string) {
    this.text = text
  }

  get hasNext(): boolean {
    return this.#next !== null || this.#at < this.text.length
  }

  /** Where the next token begins; {@link rewind} goes back there. */
  mark(): number {
    return this.#at - (this.#next?.length ?? 0)
  }

  rewind(mark: number): void {
    this.#at = mark
    this.#next = null
  }

  /** Takes the next token. */
  next(): string {
    const token = this.#next ?? this.#cut()
    this.#next = null
    return token
  }

  /** Takes `count` tokens and answers with their text; null, and some taken, where there are not so many. */
  nextMany(count: number): string | null {
    const start = this.mark()
    for (let i = 0; i < count; i++) {
      if (!this.hasNext) return null
      this.next()
    }
    return this.text.slice(start, this.#at)
  }

  /** Takes the next token if it is `expected`, whatever blank tokens precede it and whatever space surrounds it. */
  take(expected: string): boolean {
    if (!this.hasNext) return false
    this.#next ??= this.#cut()
    while (trimSpace(this.#next) === '' && this.#at < this.text.length) this.#next = this.#cut()
    if (trimSpace(this.#next) !== expected) return false
    this.#next = null
    return true
  }

  #cut(): string {
    const start = this.#at
    let escaped = false
    for (; this.#at < this.text.length; this.#at++) {
      const character = this.text.charAt(this.#at)
      if (!escaped && delimiters.includes(character)) {
        if (start === this.#at) this.#at++
        break
      }
      escaped = character === '\\' && !escaped
    }
    return this.text.slice(start, this.#at)
  }
}

/** Java's `trim`: without leading and trailing characters up to U+0020. */
export function trimSpace(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 0x20) start++
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--
  return text.slice(start, end)
}
