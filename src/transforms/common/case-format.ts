import { ConfigError, invalidValue, validator } from '../../api/index.ts'
import type { KeySpec } from '../../api/index.ts'

/** The ways to write a name of several words (`com.google.common.base.CaseFormat`). */
interface CaseFormat {
  /** Between two words; where there is none, a capital letter begins each. */
  readonly separator: string
  word(word: string): string
  firstWord(word: string): string
}

const formats = {
  LOWER_HYPHEN: formatOf('-', lower),
  LOWER_UNDERSCORE: formatOf('_', lower),
  LOWER_CAMEL: { separator: '', word: capitalized, firstWord: lower },
  UPPER_CAMEL: formatOf('', capitalized),
  UPPER_UNDERSCORE: formatOf('_', upper),
} satisfies Record<string, CaseFormat>
export type CaseFormatName = keyof typeof formats

const names = Object.keys(formats)
const validCaseFormat = validator(
  `Matches: ${names.map((name) => `\`\`${name}\`\``).join(', ')}`,
  (name, value) => {
    if (typeof value !== 'string') throw invalidValue(name, value, 'Must be a String or List')
    if (names.includes(value)) return
    const text = `'${value}' is not a valid value for CaseFormat. Valid values are ${names.join(', ')}.`
    throw new ConfigError(`Invalid value ${text} for configuration ${name}`)
  },
)

/** The key of a format, required. */
export function caseFormatKey(doc: string) {
  return {
    type: 'string',
    validator: validCaseFormat,
    importance: 'high',
    doc: `${doc} One of ${names.join(', ')}.`,
  } as const satisfies KeySpec
}

/** The name written in another way. What is not written in the way said comes out somehow, as in Java. */
export function changeCase(name: string, from: string, to: string): string {
  const source = formats[from as CaseFormatName]
  const target = formats[to as CaseFormatName]
  if (source === target) return name
  if (source.separator !== '' && target.separator !== '') {
    const separated = name.replaceAll(source.separator, target.separator)
    // Java leaves the letters alone where both are lower case.
    return isUpper(source) || isUpper(target) ? target.word(separated) : separated
  }
  let written = ''
  let start = 0
  for (let at = boundary(source, name, 0); at >= 0; at = boundary(source, name, at + 1)) {
    const word = name.slice(start, at)
    // A capital at the very beginning ends no word.
    written = start === 0 ? target.firstWord(word) : written + target.word(word)
    written += target.separator
    start = at + source.separator.length
  }
  if (start === 0) return target.firstWord(name)
  return written + target.word(name.slice(start))
}

function isUpper(format: CaseFormat): boolean {
  return format === formats.UPPER_UNDERSCORE
}

/** Where the next word begins, or the separator before it; below zero where none does. */
function boundary({ separator }: CaseFormat, name: string, from: number): number {
  if (separator !== '') return name.indexOf(separator, from)
  for (let at = from; at < name.length; at++) {
    const code = name.charCodeAt(at)
    if (code >= 0x41 && code <= 0x5a) return at
  }
  return -1
}

function formatOf(separator: string, word: (word: string) => string): CaseFormat {
  return { separator, word, firstWord: word }
}

/** Of ASCII letters alone, as in Java. */
function lower(word: string): string {
  return word.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function upper(word: string): string {
  return word.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase())
}

function capitalized(word: string): string {
  return upper(word.charAt(0)) + lower(word.slice(1))
}
