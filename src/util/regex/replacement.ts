import { isConnectError } from '../../errors/connect-error.ts'
import type { ConnectError } from '../../errors/connect-error.ts'
import { IllegalArgumentError, IndexOutOfBoundsError } from './pattern-errors.ts'

/** A piece of a replacement: literal text, or the number of a group. */
type Piece = string | number

/** The groups that a pattern has. */
interface Groups {
  readonly groupCount: number
  readonly groupNames: ReadonlyMap<string, number>
}

/** What the groups of a pattern have matched; null where nothing. */
export interface GroupsOf {
  readonly group: (group: number) => string | null
}

/**
 * A replacement as `java.util.regex.Matcher.appendReplacement` reads it: `$1`, `${name}`, and a backslash before what stands
 * for itself. What is wrong with it is thrown when it is used, as in Java.
 */
export class JavaReplacement {
  readonly #pieces: readonly Piece[]
  readonly #error: ConnectError | null

  /** `pattern` says which groups there are. */
  constructor(text: string, { groupCount, groupNames }: Groups) {
    const parsed = parse({ text, at: 0, groups: groupCount, names: groupNames })
    this.#pieces = Array.isArray(parsed) ? parsed : []
    this.#error = Array.isArray(parsed) ? null : parsed
  }

  /** The text that takes the place of a match. */
  expand(match: GroupsOf): string {
    if (this.#error !== null) throw this.#error
    let text = ''
    for (const piece of this.#pieces) {
      text += typeof piece === 'string' ? piece : (match.group(piece) ?? '')
    }
    return text
  }
}

interface Scan {
  readonly text: string
  readonly groups: number
  readonly names: ReadonlyMap<string, number>
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
  const group = scan.names.get(name)
  if (group === undefined) return new IllegalArgumentError(`No group with name {${name}}`)
  scan.at = end + 1
  return group
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}
