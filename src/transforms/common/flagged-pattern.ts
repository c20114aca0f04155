import { ConfigError, JavaPattern, eachOf } from '../../api/index.ts'
import type { KeySpec } from '../../api/index.ts'

/** The letter within a pattern for each of Java's flags; none for the one that leaves a pattern without any. */
const letters = {
  UNICODE_CHARACTER_CLASS: 'U',
  CANON_EQ: 'c',
  UNICODE_CASE: 'u',
  DOTALL: 's',
  LITERAL: '',
  MULTILINE: 'm',
  COMMENTS: 'x',
  CASE_INSENSITIVE: 'i',
  UNIX_LINES: 'd',
}
const letterOf: Readonly<Record<string, string | undefined>> = letters

export const patternFlags = {
  type: 'list',
  default: 'CASE_INSENSITIVE',
  validator: eachOf(...Object.keys(letters)),
  importance: 'low',
  doc: 'Flags of java.util.regex.Pattern for the pattern.',
} as const satisfies KeySpec

/** The pattern that two keys give. Throws a ConfigError that names `key`, which holds it. */
export function flaggedPattern(
  key: string,
  pattern: string,
  flags: readonly string[],
): JavaPattern {
  const isLiteral = flags.includes('LITERAL')
  const all = flags.map((flag) => letterOf[flag] ?? '').join('')
  // In a text that stands for itself there is nothing that the other flags could change.
  const used = isLiteral ? all.replaceAll(/[^iu]/g, '') : all
  const body = isLiteral ? `\\Q${pattern.replaceAll('\\E', '\\E\\\\E\\Q')}\\E` : pattern
  try {
    return new JavaPattern(used === '' ? body : `(?${used})${body}`)
  } catch (error) {
    throw new ConfigError(
      `Invalid value ${pattern} for configuration ${key}: Invalid regex: ${(error as Error).message}`,
      { cause: error },
    )
  }
}
