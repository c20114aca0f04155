import { readFile } from 'node:fs/promises'
import { ConfigError } from '../errors/connect-error.ts'

/**
 * The syntax of `java.util.Properties.load(InputStream)`: ISO-8859-1, `key=value`, `key:value` or `key value`,
 * comments after `#` or `!`, `\uXXXX`, lines joined by a trailing backslash.
 */

/** Keys and values in the order of the file; the last of a repeated key wins. */
export type Properties = Readonly<Record<string, string>>

/** Reads a properties file. Throws a ConfigError that says which file, and which line where one is at fault. */
export async function readPropertiesFile(path: string): Promise<Properties> {
  let text: string
  try {
    text = await readFile(path, 'latin1')
  } catch (error) {
    throw new ConfigError(`Cannot read the properties file ${path}: ${reasonOf(error)}.`, {
      cause: error,
    })
  }
  return parseProperties(text, path)
}

/** Parses `text`, each character one byte of the file. `source` names it in errors. */
export function parseProperties(text: string, source = 'the properties'): Properties {
  // Without a prototype: `__proto__` is a key like any other.
  const properties = Object.create(null) as Record<string, string>
  for (const { content, line } of logicalLines(text)) {
    const keyEnd = endOfKey(content)
    const valueStart = startOfValue(content, keyEnd)
    const where = `${source}, line ${line}`
    const key = unescape(content.slice(0, keyEnd), where)
    properties[key] = unescape(content.slice(valueStart), where)
  }
  return properties
}

interface LogicalLine {
  readonly content: string
  /** Where it begins, from 1. */
  readonly line: number
}

/** Joins continued lines; drops blank lines, comments, and blanks at the start of a line. */
function* logicalLines(text: string): Generator<LogicalLine> {
  const lines = text.split(/\r\n|\n|\r/)
  let content = ''
  let start = 0
  for (const [index, natural] of lines.entries()) {
    const stripped = natural.replace(/^[ \t\f]+/, '')
    const isContinued = start > 0
    if (!isContinued && /^(?:[#!]|$)/.test(stripped)) continue
    if (!isContinued) start = index + 1
    const continues = endsInBackslash(stripped)
    content += continues ? stripped.slice(0, -1) : stripped
    const isLast = index === lines.length - 1
    if (continues && !isLast) continue
    if (content !== '' || continues) yield { content, line: start }
    content = ''
    start = 0
  }
}

/** An odd number of backslashes at the end joins the next line. */
function endsInBackslash(line: string): boolean {
  const run = /\\+$/.exec(line)
  return run !== null && run[0].length % 2 === 1
}

function endOfKey(content: string): number {
  for (let i = 0; i < content.length; i++) {
    const char = content.charAt(i)
    if (char === '\\') i++
    else if (isSeparator(char) || isBlank(char)) return i
  }
  return content.length
}

/** Skips blanks, at most one `=` or `:`, and blanks again. */
function startOfValue(content: string, keyEnd: number): number {
  let at = keyEnd
  while (isBlank(content.charAt(at))) at++
  if (isSeparator(content.charAt(at))) at++
  while (isBlank(content.charAt(at))) at++
  return at
}

function isSeparator(char: string): boolean {
  return char === '=' || char === ':'
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\f'
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescape(text: string, where: string): string {
  return text.replace(/\\(?:u([\da-fA-F]{4})|([^]?))/g, (_all, hex?: string, char?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (char === 'u') {
      throw new ConfigError(
        `Malformed \\uxxxx encoding in ${where}: expected four hexadecimal digits after \\u. ` +
          'Write a backslash in a properties file as \\\\.',
      )
    }
    return char === undefined ? '' : (escapes[char] ?? char)
  })
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the worker may not read it',
  EISDIR: 'it is a folder',
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return reasons[code] ?? (error as Error).message
}
