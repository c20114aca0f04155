import { isConnectError } from '../../api/index.ts'
import type { ConnectError } from '../../api/index.ts'
import { IllegalArgumentError, IndexOutOfBoundsError } from './java-errors.ts'

/** A piece of a replacement: literal text, or a group by number or by name. */
type Piece = string | number | { readonly name: string }

/**
 * A replacement as `java.util.regex.Matcher.appendReplacement` reads it: `$1`, `${name}`, and a backslash before what stands
 * for itself. What is wrong with it is thrown when it is used, as in Java.
 */
export class JavaReplacement {
  readonly #pieces: readonly Piece[]
  readonly #error: ConnectError | null

  /** `pattern` says which groups there are. */
  constructor(text: string, pattern: RegExp) {
    // An alternative that matches nothing makes any pattern match, and so tell its groups.
    const groups = new RegExp(`${pattern.source}|`, pattern.flags).exec('')
    const names = new Set(Object.keys(groups?.groups ?? {}))
    const parsed = parse({ text, at: 0, groups: (groups?.length ?? 1) - 1, names })
    this.#pieces = Array.isArray(parsed) ? parsed : []
    this.#error = Array.isArray(parsed) ? null : parsed
  }

  /** The text that takes the place of a match. */
  expand(match: RegExpExecArray): string {
    if (this.#error !== null) throw this.#error
    let text = ''
    for (const piece of this.#pieces) {
      text += typeof piece === 'string' ? piece : groupOf(match, piece)
    }
    return text
  }
}

function groupOf(match: RegExpExecArray, piece: Exclude<Piece, string>): string {
  const group = typeof piece === 'number' ? match[piece] : match.groups?.[piece.name]
  return group ?? ''
}

interface Scan {
  readonly text: string
  readonly groups: number
  readonly names: ReadonlySet<string>
  at: number
}

function parse(scan: Scan): Piece[] | ConnectError {
  const pieces: Piece[] = []
  while (scan.at < scan.text.length) {
    const char = scan.text.charAt(scan.at++)
    if (char === '\\') {
      if (scan.at === scan.text.length) {
        return new IllegalArgumentError('character to be escaped is missing')
      }
      pieces.push(scan.text.charAt(scan.at++))
    } else if (char === '$') {
      const group = reference(scan)
      if (isConnectError(group)) return group
      pieces.push(group)
    } else {
      pieces.push(char)
    }
  }
  return pieces
}

/** The number of the group behind a `$`. */
function reference(scan: Scan): Piece | ConnectError {
  const next = scan.text.charAt(scan.at)
  if (next === '') {
    return new IllegalArgumentError('Illegal group reference: group index is missing')
  }
  if (next === '{') return namedReference(scan)
  if (!isDigit(next)) return new IllegalArgumentError('Illegal group reference')
  let group = Number(next)
  scan.at++
  if (group > scan.groups) return new IndexOutOfBoundsError(`No group ${group}`)
  // More digits belong to it as long as there is such a group.
  for (;;) {
    const digit = scan.text.charAt(scan.at)
    if (!isDigit(digit) || group * 10 + Number(digit) > scan.groups) return group
    group = group * 10 + Number(digit)
    scan.at++
  }
}

function namedReference(scan: Scan): Piece | ConnectError {
  const name = /^[A-Za-z0-9]*/.exec(scan.text.slice(scan.at + 1))?.[0] ?? ''
  const end = scan.at + 1 + name.length
  if (name === '') return new IllegalArgumentError('named capturing group has 0 length name')
  if (scan.text.charAt(end) !== '}') {
    return new IllegalArgumentError("named capturing group is missing trailing '}'")
  }
  if (isDigit(name.charAt(0))) {
    return new IllegalArgumentError(`capturing group name {${name}} starts with digit character`)
  }
  if (!scan.names.has(name)) return new IllegalArgumentError(`No group with name {${name}}`)
  scan.at = end + 1
  return { name }
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}
