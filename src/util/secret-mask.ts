/**
 * Knows the secrets of this worker and takes them out of whatever is about to leave it (invariant 8): log lines, traces in a
 * status, messages of REST errors.
 *
 * A secret of {@link anywhereLength} characters or more is hidden wherever it stands, also as JSON or a URL would write it. A
 * shorter one, which might be part of any word, is hidden where it stands alone, between what is neither letter nor
 * digit. One or two characters are no secret: hiding them would make every line unreadable and keep nothing.
 */
export class SecretMask {
  readonly #secrets = new Set<string>()
  /** Those of {@link pin}; the bound is not theirs. */
  readonly #pinned = new Set<string>()
  readonly #toPin = new Set<string>()
  #bytes = 0
  #pattern: RegExp | null = null

  /** Takes note of a secret; false where it was known. What was learnt last is kept longest: a worker knows at most so many. */
  add(secret: string): boolean {
    const parts = partsOf(secret)
    const isNew = parts.some((part) => !this.#secrets.has(part) && !this.#pinned.has(part))
    for (const part of parts) this.#remember(part)
    return isNew
  }

  /** What is known by now is never forgotten, however much is learnt later; nor is any of `texts`, should it turn out a secret. */
  pin(texts: readonly string[]): void {
    for (const part of texts.flatMap(partsOf)) this.#toPin.add(part)
    for (const part of this.#secrets) this.#pinned.add(part)
    this.#secrets.clear()
    this.#bytes = 0
  }

  /** As {@link add}, of a secret that is never forgotten. */
  addPinned(secret: string): void {
    for (const part of partsOf(secret)) this.#pinned.add(part)
    this.#pattern = null
  }

  /** `text` with every secret replaced by `[hidden]`; `text` itself where there is none. */
  mask(text: string): string {
    const pattern = (this.#pattern ??= this.#compile())
    return maskCredentials(text.replace(pattern, hidden))
  }

  /** Those of the secrets that stand in any of `texts`. */
  within(texts: readonly string[]): readonly string[] {
    return [...this.#pinned, ...this.#secrets].filter((secret) =>
      texts.some((text) => text.includes(secret)),
    )
  }

  #remember(part: string): void {
    if (this.#pinned.has(part)) return
    if (this.#toPin.delete(part)) {
      this.#pinned.add(part)
      this.#pattern = null
      return
    }
    const known = this.#secrets.delete(part)
    this.#secrets.add(part)
    if (known) return
    this.#bytes += part.length
    this.#pattern = null
    for (const oldest of this.#secrets) {
      if (this.#secrets.size <= mostSecrets && this.#bytes <= mostCharacters) break
      this.#secrets.delete(oldest)
      this.#bytes -= oldest.length
    }
  }

  /** The longest first, so that no part of one stays behind a shorter one within it. */
  #compile(): RegExp {
    const longestFirst = [...this.#pinned, ...this.#secrets].sort((a, b) => b.length - a.length)
    const all = longestFirst.flatMap((secret) => [...new Set(writtenAs(secret))])
    const alternatives = all.map((text) =>
      text.length >= anywhereLength
        ? escapeRegExp(text)
        : `(?<![\\p{L}\\p{N}])${escapeRegExp(text)}(?![\\p{L}\\p{N}])`,
    )
    return new RegExp(alternatives.length === 0 ? '(?!)' : alternatives.join('|'), 'gu')
  }
}

const hidden = '[hidden]'
const anywhereLength = 6
const leastLength = 3
const mostSecrets = 2000
const mostCharacters = 1024 * 1024
/** Of a key or a certificate: a line of it that shows is as bad as the whole. */
const leastLineLength = 16
/** What is set to one of these says nothing, whatever its key is called. */
const openValues = /^(?:true|false|null|none|yes|no|on|off|\[hidden\])$/i

function partsOf(secret: string): readonly string[] {
  const whole = secret.trim()
  const lines = whole.split('\n').map((line) => line.trim())
  const telling = lines.length < 2 ? [] : lines.filter((line) => isTelling(line))
  return [whole, ...telling].filter((part) => part.length >= leastLength && !openValues.test(part))
}

function isTelling(line: string): boolean {
  return line.length >= leastLineLength && !line.startsWith('-----')
}

/** As it is, as a JSON string, and as part of a URL. */
function writtenAs(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  return /\p{Surrogate}/u.test(secret) ? [secret, json] : [secret, json, encodeURIComponent(secret)]
}

const urlCredentials = /(?<=[a-z][\w+.-]*:\/\/[^\s/@:]*:)[^\s/@]+(?=@)/gi
const jaasPassword = /(?<=\b\w*(?:password|secret)\s*=\s*(["']))(?:\\.|(?!\1).)+(?=\1)/gi

/** Credentials are known by where they stand: in a URL, and in a line of JAAS. */
function maskCredentials(text: string): string {
  const inUrls =
    text.includes('://') && text.includes('@') ? text.replace(urlCredentials, hidden) : text
  return inUrls.includes('LoginModule') ? inUrls.replace(jaasPassword, hidden) : inUrls
}

/** The credentials that a value of a configuration holds besides what else it says. */
export function credentialsIn(value: string): readonly string[] {
  return [urlCredentials, jaasPassword].flatMap((pattern) =>
    [...value.matchAll(pattern)].map(([credential]) => credential),
  )
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, (character) => `\\${character}`)
}
