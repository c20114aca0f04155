import { DataError } from '../../api/index.ts'

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end'
  /** Of a string what stands between its quotes, escapes resolved. */
  readonly text: string
  readonly line: number
}

const ignored = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y
const word = /[A-Za-z_][A-Za-z0-9_]*/y
const number =
  /(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)/y
// Written so that there is one way alone to match: what does not end is given up at once.
const text = /"([^"\\\n]*(?:\\[\s\S][^"\\\n]*)*)"|'([^'\\\n]*(?:\\[\s\S][^'\\\n]*)*)'/y
const symbol = /[;,{}()[\]<>=:.\-+/]/y
const escape = /\\(?:[xX]([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|([\s\S]))/g
const named: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
}

/** The tokens of a `.proto` file. A DataError for what is none. */
export class Tokens {
  readonly #source: string
  #at = 0
  #line = 1
  #next: Token | null = null

  constructor(source: string) {
    this.#source = source
  }

  peek(): Token {
    this.#next ??= this.#read()
    return this.#next
  }

  take(): Token {
    const token = this.peek()
    this.#next = null
    return token
  }

  /** Whether the next one is this name or symbol. */
  isNext(wanted: string): boolean {
    const { kind, text: found } = this.peek()
    return found === wanted && (kind === 'symbol' || kind === 'name')
  }

  /** Passes over the next one, if it is this name or symbol. */
  skip(wanted: string): boolean {
    if (!this.isNext(wanted)) return false
    this.#next = null
    return true
  }

  expect(wanted: string): void {
    if (!this.skip(wanted)) throw this.unexpected(`"${wanted}"`)
  }

  /** A name, keywords included. */
  name(): string {
    if (this.peek().kind !== 'name') throw this.unexpected('a name')
    return this.take().text
  }

  /** Names with dots between them, and perhaps one before. */
  fullName(): string {
    const start = this.skip('.') ? '.' : ''
    const parts = [this.name()]
    while (this.skip('.')) parts.push(this.name())
    return start + parts.join('.')
  }

  /** One string or several that follow each other. */
  string(): string {
    if (this.peek().kind !== 'string') throw this.unexpected('a string')
    let whole = ''
    while (this.peek().kind === 'string') whole += this.take().text
    return whole
  }

  /** An integer, which may be hexadecimal or octal. */
  integer(): number {
    const sign = this.skip('-') ? -1 : 1
    const { kind, text: digits } = this.peek()
    const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
    if (kind !== 'number' || !Number.isSafeInteger(value)) throw this.unexpected('an integer')
    this.take()
    // Adding zero turns -0 into 0.
    return sign * value + 0
  }

  unexpected(expected: string): DataError {
    const { kind, text: found, line } = this.peek()
    const shown = kind === 'end' ? 'it ends' : `"${found.slice(0, 40)}" stands`
    return new DataError(
      `Invalid Protobuf schema: ${shown} in line ${line} where ${expected} was expected.`,
    )
  }

  #read(): Token {
    const skipped = this.#match(ignored)?.[0] ?? ''
    this.#line += skipped.split('\n').length - 1
    const line = this.#line
    if (this.#at === this.#source.length) return { kind: 'end', text: '', line }
    const name = this.#match(word)
    if (name !== null) return { kind: 'name', text: name[0], line }
    const digits = this.#match(number)
    if (digits !== null) return { kind: 'number', text: digits[0], line }
    const quoted = this.#match(text)
    if (quoted !== null)
      return { kind: 'string', text: unescaped(quoted[1] ?? quoted[2] ?? ''), line }
    const sign = this.#match(symbol)
    if (sign !== null) return { kind: 'symbol', text: sign[0], line }
    const found = this.#source.slice(this.#at, this.#at + 20)
    throw new DataError(
      `Invalid Protobuf schema: line ${line} has "${found}", which is no part of the language.`,
    )
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#source)
    if (match !== null) this.#at = pattern.lastIndex
    return match
  }
}

function unescaped(quoted: string): string {
  if (!quoted.includes('\\')) return quoted
  return quoted.replace(
    escape,
    (_all, hex?: string, octal?: string, unicode?: string, letter?: string) => {
      const code = hex ?? unicode
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return named[letter ?? ''] ?? letter ?? ''
    },
  )
}
