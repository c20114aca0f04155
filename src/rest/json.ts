import { BadRequestError } from '../errors/rest-error.ts'

/** A JSON number as it was written: configurations keep `1.50`, and no digit of a long one is lost. */
export class JsonNumber {
  readonly literal: string

  constructor(literal: string) {
    this.literal = literal
  }
}

/** An object is a Map: its members keep their order, whatever they are called. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | Map<string, JsonValue>

/** Deeper than any request has reason to be; a bound for the recursion. */
const maxDepth = 500

/** Reads one JSON text (RFC 8259). Throws a BadRequestError that says where it went wrong. */
export function parseJson(bytes: Uint8Array): JsonValue {
  return new JsonReader(decodeUtf8(bytes)).read()
}

/** What a value is, for messages. */
export function jsonTypeOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (value instanceof JsonNumber) return 'a number'
  if (value instanceof Map) return 'an object'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'string' ? 'a string' : 'a boolean'
}

/** `value` as JSON again: numbers as they were written, members in their order. */
export function jsonTextOf(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.literal
  if (Array.isArray(value)) return `[${value.map(jsonTextOf).join(',')}]`
  if (!(value instanceof Map)) return JSON.stringify(value)
  const members = Array.from(value, ([name, each]) => `${JSON.stringify(name)}:${jsonTextOf(each)}`)
  return `{${members.join(',')}}`
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new BadRequestError('The request body is not valid UTF-8.', { cause })
  }
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** A whole string literal; what it holds is left to JSON.parse. */
const stringPattern = /"(?:[^"\\]|\\.)*"/y
const whitespacePattern = /[ \t\n\r]*/y
const words = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
])

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): JsonValue {
    const value = this.#value(0)
    this.#skipWhitespace()
    if (this.#at < this.#text.length) throw this.#unexpected('the end of the body')
    return value
  }

  #value(depth: number): JsonValue {
    if (depth > maxDepth) throw this.#unexpected(`at most ${maxDepth} nested values`)
    this.#skipWhitespace()
    const first = this.#text[this.#at]
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    return first === '"' ? this.#string() : this.#wordOrNumber()
  }

  #object(depth: number): Map<string, JsonValue> {
    const members = new Map<string, JsonValue>()
    this.#at++
    if (this.#take('}')) return members
    do {
      this.#skipWhitespace()
      if (this.#text[this.#at] !== '"') throw this.#unexpected('a member name in double quotes')
      const name = this.#string()
      if (!this.#take(':')) throw this.#unexpected('":"')
      members.set(name, this.#value(depth + 1))
    } while (this.#take(','))
    if (!this.#take('}')) throw this.#unexpected('"," or "}"')
    return members
  }

  #array(depth: number): JsonValue[] {
    const elements: JsonValue[] = []
    this.#at++
    if (this.#take(']')) return elements
    do elements.push(this.#value(depth + 1))
    while (this.#take(','))
    if (!this.#take(']')) throw this.#unexpected('"," or "]"')
    return elements
  }

  #string(): string {
    const start = this.#at
    const literal = this.#match(stringPattern)
    if (literal === null) throw this.#unexpected('the end of a string')
    try {
      return String(JSON.parse(literal))
    } catch {
      this.#at = start
      throw this.#unexpected('a string without control characters and unknown escapes')
    }
  }

  #wordOrNumber(): JsonValue {
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return value
    }
    const literal = this.#match(numberPattern)
    if (literal === null) throw this.#unexpected('a value')
    return new JsonNumber(literal)
  }

  #take(character: string): boolean {
    this.#skipWhitespace()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #skipWhitespace(): void {
    this.#match(whitespacePattern)
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const [match] = pattern.exec(this.#text) ?? [null]
    if (match !== null) this.#at += match.length
    return match
  }

  #unexpected(expected: string): BadRequestError {
    const before = this.#text.slice(0, this.#at).split('\n')
    const column = (before.at(-1) ?? '').length + 1
    const found = this.#text.codePointAt(this.#at)
    const what = found === undefined ? 'the end of the body' : `"${String.fromCodePoint(found)}"`
    return new BadRequestError(
      `Malformed JSON at line ${before.length}, column ${column}: found ${what}, expected ${expected}.`,
    )
  }
}
