/**
 * JSON with what its numbers were written as, which `JSON.parse` does not keep: an int32 and an int64 are integers, a number with a point or
 * an exponent is a double, and an integer beyond an int64 a decimal.
 */
export type JsonNode =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int32' | 'double'; readonly value: number }
  | { readonly kind: 'int64'; readonly value: bigint }
  | { readonly kind: 'decimal'; readonly value: bigint }
  | { readonly kind: 'array'; readonly elements: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonNode> }

/** Deeper than this a text is refused. */
const deepest = 1000

/** Reads the first value of a text; what follows it is not looked at, as in Java. Throws a SyntaxError. */
export function parseJsonNode(text: string): JsonNode {
  return value({ text, at: 0, depth: 0 })
}

interface Scan {
  readonly text: string
  at: number
  depth: number
}

function value(scan: Scan): JsonNode {
  skipBlanks(scan)
  const char = scan.text.charAt(scan.at)
  if (char === '{' || char === '[') {
    if (++scan.depth > deepest) throw new SyntaxError(`JSON is more than ${deepest} levels deep.`)
    const node = char === '{' ? object(scan) : array(scan)
    scan.depth--
    return node
  }
  if (char === '"') return { kind: 'string', value: string(scan) }
  return number(scan) ?? word(scan)
}

function object(scan: Scan): JsonNode {
  const members = new Map<string, JsonNode>()
  scan.at++
  skipBlanks(scan)
  if (taken(scan, '}')) return { kind: 'object', members }
  do {
    skipBlanks(scan)
    const name = string(scan)
    skipBlanks(scan)
    expect(scan, ':')
    // Of a name that stands there twice the last value counts, at the place of the first.
    members.set(name, value(scan))
    skipBlanks(scan)
  } while (taken(scan, ','))
  expect(scan, '}')
  return { kind: 'object', members }
}

function array(scan: Scan): JsonNode {
  const elements: JsonNode[] = []
  scan.at++
  skipBlanks(scan)
  if (taken(scan, ']')) return { kind: 'array', elements }
  do {
    elements.push(value(scan))
    skipBlanks(scan)
  } while (taken(scan, ','))
  expect(scan, ']')
  return { kind: 'array', elements }
}

function string(scan: Scan): string {
  const literal = /"(?:[^"\\]|\\[^])*"/y
  literal.lastIndex = scan.at
  const found = literal.exec(scan.text)?.[0]
  if (found === undefined) throw unexpected(scan)
  scan.at += found.length
  return JSON.parse(found) as string
}

function number(scan: Scan): JsonNode | null {
  const literal = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
  literal.lastIndex = scan.at
  const found = literal.exec(scan.text)
  if (found === null) return null
  const [text, fraction, exponent] = found
  scan.at += text.length
  if (fraction !== undefined || exponent !== undefined)
    return { kind: 'double', value: Number(text) }
  const plain = Number(text)
  if ((plain | 0) === plain) return { kind: 'int32', value: plain + 0 }
  const exact = BigInt(text)
  return { kind: BigInt.asIntN(64, exact) === exact ? 'int64' : 'decimal', value: exact }
}

function word(scan: Scan): JsonNode {
  const found = ['true', 'false', 'null'].find((name) => scan.text.startsWith(name, scan.at))
  if (found === undefined) throw unexpected(scan)
  scan.at += found.length
  return found === 'null' ? { kind: 'null' } : { kind: 'boolean', value: found === 'true' }
}

function skipBlanks(scan: Scan): void {
  while (/^[ \t\r\n]$/.test(scan.text.charAt(scan.at))) scan.at++
}

function taken(scan: Scan, char: string): boolean {
  if (scan.text.charAt(scan.at) !== char) return false
  scan.at++
  return true
}

function expect(scan: Scan, char: string): void {
  if (!taken(scan, char)) throw unexpected(scan)
}

function unexpected({ text, at }: Scan): SyntaxError {
  const found = at < text.length ? `"${text.charAt(at)}"` : 'the end'
  return new SyntaxError(`This is no JSON: found ${found} at position ${at}.`)
}
