import { ConfigError } from '../../api/index.ts'

/** The names from the outermost field to the one meant. */
export type FieldPath = readonly string[]

/**
 * The path that a key names. V1: the text is one name. V2 (KIP-821): names separated by dots; backticks around a name keep the
 * dots within it, and a backslash before a closing backtick makes that one literal. Throws a ConfigError where a pair of
 * backticks is not closed.
 */
export function fieldPath(text: string, version: string): FieldPath {
  if (version.toUpperCase() !== 'V2') return [text]
  if (text === '') {
    throw new ConfigError(
      'Invalid value "" for a field: expected a path of at least one name, as field.syntax.version is V2.',
    )
  }
  const steps: string[] = []
  let at = 0
  // A dot at the end is followed by one more step, which is empty.
  while (at <= text.length) {
    const step = text.charAt(at) === '`' ? quotedStep(text, at) : plainStep(text, at)
    steps.push(step.name)
    at = step.end + 1
  }
  return steps
}

/** A path as V2 writes it, for messages. */
export function pathText(path: FieldPath): string {
  return path.map((name) => (name.includes('.') ? `\`${name}\`` : name)).join('.')
}

interface Step {
  readonly name: string
  /** Where the dot behind it is, or the end of the text. */
  readonly end: number
}

function plainStep(text: string, at: number): Step {
  const dot = text.indexOf('.', at)
  const end = dot < 0 ? text.length : dot
  return { name: text.slice(at, end), end }
}

/** From a backtick to the next that a dot or the end follows, unless a backslash is before it. */
function quotedStep(text: string, at: number): Step {
  let name = ''
  let from = at + 1
  for (;;) {
    const tick = text.indexOf('`', from)
    if (tick < 0) throw incompletePair(text, at)
    const closes = tick === text.length - 1 || text.charAt(tick + 1) === '.'
    if (closes && text.charAt(tick - 1) !== '\\') {
      return { name: name + text.slice(from, tick), end: tick + 1 }
    }
    // Of the one that is kept from closing, the backslash goes.
    name += closes ? `${text.slice(from, tick - 1)}\`` : text.slice(from, tick + 1)
    from = tick + 1
  }
}

function incompletePair(text: string, at: number): ConfigError {
  return new ConfigError(
    `Incomplete backtick pair in path: [${text}], ` +
      `consider adding a backslash before backtick at position ${at} to escape it`,
  )
}
