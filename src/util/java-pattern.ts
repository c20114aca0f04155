/**
 * Regular expressions as `java.util.regex.Pattern` writes them, for keys that hold one. What both languages have is
 * taken over; what reads differently is rewritten; what JavaScript cannot do is refused rather than done otherwise.
 */

/** The pattern cannot be used. The message is Java's where Java has one for it. */
export class PatternSyntaxError extends Error {
  override get name(): string {
    return 'PatternSyntaxError'
  }
}

/** Matches anywhere in a text (`Matcher.find`). Throws a PatternSyntaxError. */
export function javaPattern(pattern: string): RegExp {
  const { source, flags } = translate(pattern)
  try {
    return new RegExp(source, `u${flags}`)
  } catch (error) {
    throw new PatternSyntaxError(messageFor(pattern, error), { cause: error })
  }
}

/** Matches a whole text (`Matcher.matches`). Throws a PatternSyntaxError. */
export function javaWholePattern(pattern: string): RegExp {
  const { source, flags } = javaPattern(pattern)
  return new RegExp(`^(?:${source})$`, flags)
}

interface Translation {
  readonly source: string
  readonly flags: string
}

interface Scan {
  readonly text: string
  at: number
  inClass: boolean
}

/** Flags for the whole pattern stand at its start: `(?i)`, and `s` and `m`. */
function translate(pattern: string): Translation {
  const inline = /^\(\?([ims]+)\)/.exec(pattern)
  const flags = inline === null ? '' : [...new Set(inline[1])].join('')
  const scan: Scan = { text: pattern, at: inline?.[0].length ?? 0, inClass: false }
  let source = ''
  while (scan.at < pattern.length) source += next(scan)
  return { source, flags }
}

/** The next token, in JavaScript's words. */
function next(scan: Scan): string {
  const char = scan.text.charAt(scan.at)
  if (char === '\\') return escape(scan)
  return scan.inClass ? insideClass(scan, char) : outsideClass(scan, char)
}

function insideClass(scan: Scan, char: string): string {
  if (scan.text.startsWith('&&', scan.at))
    throw unsupported(scan, 'an intersection of classes (&&)')
  if (char === '[') throw unsupported(scan, 'a class within a class ([)')
  if (char === ']') scan.inClass = false
  return take(scan, char)
}

function outsideClass(scan: Scan, char: string): string {
  if (char === '[') {
    scan.inClass = true
    const open = scan.text.startsWith('[^', scan.at) ? '[^' : '['
    take(scan, open)
    // The first bracket of a class stands for itself.
    if (scan.text.charAt(scan.at) !== ']') return open
    take(scan, ']')
    return `${open}\\]`
  }
  if (char === ']' || char === '}') return `\\${take(scan, char)}`
  const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(scan.text.slice(scan.at))?.[0]
  if (quantifier !== undefined) return quantified(scan, quantifier)
  if (/^\(\?(?:[idmsuxU-]+[:)]|>)/.test(scan.text.slice(scan.at))) {
    throw unsupported(scan, 'a flag within the pattern or an atomic group')
  }
  return take(scan, char)
}

function quantified(scan: Scan, quantifier: string): string {
  take(scan, quantifier)
  if (scan.text.charAt(scan.at) === '+') throw unsupported(scan, 'a possessive quantifier (+)')
  return scan.text.charAt(scan.at) === '?' ? quantifier + take(scan, '?') : quantifier
}

const space = ' \\t\\n\\v\\f\\r'
const punctuation = '!-\\/:-@\\[-`\\{-~'
/** Java's classes for ASCII, as the inside of a JavaScript class. */
const posix: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\0-\\x7f',
  Alpha: 'A-Za-z',
  Digit: '0-9',
  Alnum: '0-9A-Za-z',
  Punct: punctuation,
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\0-\\x1f\\x7f',
  XDigit: '0-9A-Fa-f',
  Space: space,
  IsAlphabetic: '\\p{Alphabetic}',
  IsLetter: '\\p{L}',
  IsDigit: '\\p{Nd}',
}
/** Escapes that JavaScript lacks, outside of a class. */
const anchors: Readonly<Record<string, string>> = { A: '^', z: '$', Z: '(?=\\n?$)' }
const characters: Readonly<Record<string, string>> = { a: '\\x07', e: '\\x1b' }
/** What means the same in both: classes, boundaries, characters, references. */
const shared = /^\\(?:[dDwWbBtnrf0-9]|k<\w+>|x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[A-Z])/

function escape(scan: Scan): string {
  const rest = scan.text.slice(scan.at)
  const common = shared.exec(rest)
  if (common !== null) return take(scan, common[0])
  const quoted = /^\\Q([^]*?)(?:\\E|$)/.exec(rest)
  if (quoted !== null) {
    take(scan, quoted[0])
    return (quoted[1] ?? '').replace(/[\\^$.*+?()[\]{}|/-]/g, literal)
  }
  const property = /^\\([pP])(?:\{(?:Is)?(\w+)\}|(\w))/.exec(rest)
  if (property !== null) {
    take(scan, property[0])
    return propertyOf(property, scan)
  }
  const code = /^\\x\{([\da-fA-F]+)\}/.exec(rest)
  if (code !== null) {
    take(scan, code[0])
    return `\\u{${code[1] ?? ''}}`
  }
  return single(scan, rest.charAt(1))
}

/** A backslash and one character. */
function single(scan: Scan, char: string): string {
  if (char === '')
    throw new PatternSyntaxError(
      `Unexpected internal error near index ${scan.at + 1}\n${scan.text}`,
    )
  take(scan, `\\${char}`)
  if (char === 's') return scan.inClass ? space : `[${space}]`
  if (char === 'S' && !scan.inClass) return `[^${space}]`
  if (char === 'h') return scan.inClass ? ' \\t\\xa0' : '[ \\t\\xa0]'
  if (char === 'R' && !scan.inClass) return '(?:\\r\\n|[\\n\\v\\f\\r\\x85\\u2028\\u2029])'
  const known = characters[char] ?? (scan.inClass ? undefined : anchors[char])
  if (known !== undefined) return known
  if (/[A-Za-z]/.test(char)) throw unsupported(scan, `the escape \\${char}`)
  return literal(char)
}

function propertyOf([whole, sign, name = '', letter = '']: RegExpExecArray, scan: Scan): string {
  const inside = posix[whole.includes('{Is') ? `Is${name}` : name] ?? `\\p{${name}${letter}}`
  const isNegated = sign === 'P'
  if (!scan.inClass) return `[${isNegated ? '^' : ''}${inside}]`
  if (!isNegated) return inside
  if (!inside.startsWith('\\p{')) throw unsupported(scan, `${whole} within a class`)
  return `\\P${inside.slice(2)}`
}

/** A character that stands for itself, wherever it stands. */
function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char === '-' ? '\\x2d' : char
}

function take(scan: Scan, token: string): string {
  scan.at += token.length
  return token
}

function unsupported(scan: Scan, what: string): PatternSyntaxError {
  return new PatternSyntaxError(
    `${what} is not supported here, near index ${scan.at}\n${scan.text}\nWrite the pattern without it.`,
  )
}

/** Java's text where the fault is one of the usual ones. */
function messageFor(pattern: string, error: unknown): string {
  const reason = (error as Error).message.replace(/^.*: /s, '')
  if (reason === 'Unterminated group') {
    return `Unclosed group near index ${pattern.length}\n${pattern}`
  }
  if (reason === 'Unterminated character class') {
    const last = pattern.length - 1
    return `Unclosed character class near index ${last}\n${pattern}\n${' '.repeat(last)}^`
  }
  if (reason === 'Nothing to repeat' && /^[*+?]/.test(pattern)) {
    return `Dangling meta character '${pattern.charAt(0)}' near index 0\n${pattern}\n^`
  }
  return `${reason}\n${pattern}`
}
