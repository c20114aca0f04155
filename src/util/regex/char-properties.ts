import { codeClass, complementOf, intersectionOf, unionOf, unitClass } from './char-class.ts'
import type { CharClass } from './char-class.ts'

/** Characters by their properties, as `java.util.regex.CharPredicates` names them. Their Unicode is that of Node. */

/** The characters that a JavaScript class holds. */
function made(inside: string): CharClass {
  const one = new RegExp(`^[${inside}]$`, 'u')
  return codeClass((code) => one.test(String.fromCodePoint(code)))
}

function ascii(inside: string): CharClass {
  const one = new RegExp(`^[${inside}]$`)
  const found = Array.from({ length: 0x80 }, (_, code) => one.test(String.fromCharCode(code)))
  return unitClass((code) => found[code] === true)
}

/** Made when they are first asked for. */
function lazy(make: () => CharClass): () => CharClass {
  let kept: CharClass | undefined
  return () => (kept ??= make())
}

type Entry = readonly [string, () => CharClass]

function of(inside: string): () => CharClass {
  return lazy(() => made(inside))
}

export const asciiDigit = ascii('0-9')
export const asciiWord = ascii('\\w')
export const asciiSpace = ascii(' \\t-\\r')

export const unicodeDigit = of('\\p{Nd}')
export const whiteSpace = of('\\p{Z}\\t-\\r\\x85')
export const unicodeWord = of('\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d')
/** A letter or a digit as `\b` means it, and the underscore. */
export const boundaryWord = of('\\p{L}\\p{Nd}_')
export const nonSpacingMark = of('\\p{Mn}')
export const letterOrDigit = of('\\p{L}\\p{Nd}')

const cased = of('\\p{Lowercase}\\p{Uppercase}\\p{Lt}')
const blank = of('\\p{Zs}\\t')
const graph = lazy(() => complementOf(made('\\p{Z}\\p{Cc}\\p{Cs}\\p{Cn}')))
const printable = lazy(() =>
  intersectionOf(unionOf(graph(), blank()), complementOf(made('\\p{Cc}'))),
)
const hexDigit = of('\\p{Nd}A-Fa-f\\uff10-\\uff19\\uff21-\\uff26\\uff41-\\uff46')
const lowercase = of('\\p{Lowercase}')
const uppercase = of('\\p{Uppercase}')
const titlecase = of('\\p{Lt}')
const alphabetic = of('\\p{Alphabetic}')
const punctuation = of('\\p{P}')

/** Of POSIX, in upper case, with the meanings of Unicode. */
const posix: ReadonlyMap<string, () => CharClass> = new Map<string, () => CharClass>([
  ['ALPHA', alphabetic],
  ['LOWER', lowercase],
  ['UPPER', uppercase],
  ['SPACE', whiteSpace],
  ['PUNCT', punctuation],
  ['XDIGIT', hexDigit],
  ['ALNUM', of('\\p{Alphabetic}\\p{Nd}')],
  ['CNTRL', of('\\p{Cc}')],
  ['DIGIT', unicodeDigit],
  ['BLANK', blank],
  ['GRAPH', graph],
  ['PRINT', printable],
])

const joinControl = of('\\u200c\\u200d')
const noncharacter = lazy(() =>
  codeClass((code) => (code & 0xfffe) === 0xfffe || (code >= 0xfdd0 && code <= 0xfdef)),
)

const unicode: ReadonlyMap<string, () => CharClass> = new Map<string, () => CharClass>([
  ['ALPHABETIC', alphabetic],
  ['ASSIGNED', of('\\P{Cn}')],
  ['CONTROL', of('\\p{Cc}')],
  ['HEXDIGIT', hexDigit],
  ['HEX_DIGIT', hexDigit],
  ['IDEOGRAPHIC', of('\\p{Ideographic}')],
  ['JOINCONTROL', joinControl],
  ['JOIN_CONTROL', joinControl],
  ['LETTER', of('\\p{L}')],
  ['LOWERCASE', lowercase],
  ['NONCHARACTERCODEPOINT', noncharacter],
  ['NONCHARACTER_CODE_POINT', noncharacter],
  ['TITLECASE', titlecase],
  ['PUNCTUATION', punctuation],
  ['UPPERCASE', uppercase],
  ['WHITESPACE', whiteSpace],
  ['WHITE_SPACE', whiteSpace],
  ['WORD', unicodeWord],
  ...posix,
])

/** What the flag `i` makes all three cases of. */
const caseNames = new Set(['LOWER', 'UPPER', 'LOWERCASE', 'UPPERCASE', 'TITLECASE'])

/** `\p{IsAlphabetic}`, in any case; undefined where there is none. */
export function unicodeProperty(name: string, ignoresCase: boolean): CharClass | undefined {
  const upper = name.toUpperCase()
  if (ignoresCase && caseNames.has(upper)) return cased()
  return unicode.get(upper)?.()
}

/** `\p{Alpha}` under the flag `U`, in any case. */
export function posixProperty(name: string, ignoresCase: boolean): CharClass | undefined {
  const upper = name.toUpperCase()
  return posix.has(upper) ? unicodeProperty(upper, ignoresCase) : undefined
}

const categories = [
  ...['Cn', 'Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'Mn', 'Me', 'Mc', 'Nd', 'Nl', 'No', 'Zs', 'Zl', 'Zp'],
  ...['Cc', 'Cf', 'Co', 'Cs', 'Pd', 'Ps', 'Pe', 'Pc', 'Po', 'Sm', 'Sc', 'Sk', 'So', 'Pi', 'Pf'],
  ...['L', 'M', 'N', 'Z', 'C', 'P', 'S', 'LC'],
].map((name): Entry => [name, of(`\\p{${name}}`)])

const asciiClasses = (
  [
    ['Alnum', '0-9A-Za-z'],
    ['Alpha', 'A-Za-z'],
    ['Blank', ' \\t'],
    ['Cntrl', '\\0-\\x1f\\x7f'],
    ['Digit', '0-9'],
    ['Graph', '!-~'],
    ['Lower', 'a-z'],
    ['Print', ' -~'],
    ['Punct', '!-\\/:-@\\[-`\\{-~'],
    ['Space', ' \\t-\\r'],
    ['Upper', 'A-Z'],
    ['XDigit', '0-9A-Fa-f'],
    ['ASCII', '\\0-\\x7f'],
  ] as const
).map(([name, inside]): Entry => [name, lazy(() => ascii(inside))])

const ignorable = '\\0-\\x08\\x0e-\\x1b\\x7f-\\x9f\\p{Cf}'
const noBreakSpaces = '\\xa0\\u2007\\u202f'
const javaClasses: readonly Entry[] = [
  ['javaLowerCase', lowercase],
  ['javaUpperCase', uppercase],
  ['javaAlphabetic', alphabetic],
  ['javaIdeographic', of('\\p{Ideographic}')],
  ['javaTitleCase', titlecase],
  ['javaDigit', unicodeDigit],
  ['javaDefined', of('\\P{Cn}')],
  ['javaLetter', of('\\p{L}')],
  ['javaLetterOrDigit', letterOrDigit],
  ['javaJavaIdentifierStart', of('\\p{L}\\p{Nl}\\p{Sc}\\p{Pc}')],
  ['javaJavaIdentifierPart', of(`\\p{L}\\p{Nl}\\p{Sc}\\p{Pc}\\p{Nd}\\p{Mc}\\p{Mn}${ignorable}`)],
  ['javaUnicodeIdentifierStart', of('\\p{ID_Start}')],
  ['javaUnicodeIdentifierPart', of(`\\p{ID_Continue}${ignorable}`)],
  ['javaIdentifierIgnorable', of(ignorable)],
  ['javaSpaceChar', of('\\p{Z}')],
  [
    'javaWhitespace',
    lazy(() => intersectionOf(made('\\p{Z}\\t-\\r\\x1c-\\x1f'), complementOf(made(noBreakSpaces)))),
  ],
  ['javaISOControl', lazy(() => made('\\0-\\x1f\\x7f-\\x9f'))],
  ['javaMirrored', of('\\p{Bidi_Mirrored}')],
]

const properties: ReadonlyMap<string, () => CharClass> = new Map([
  ...categories,
  ...asciiClasses,
  ...javaClasses,
  ['LD', letterOrDigit],
  ['L1', lazy(() => unitClass((code) => code <= 0xff))],
  ['all', lazy(() => codeClass(() => true))],
])

const casedLetters = of('\\p{LC}')
const asciiLetters = lazy(() => ascii('A-Za-z'))
/** What takes the place of these under the flag `i`. */
const ignoringCase: ReadonlyMap<string, () => CharClass> = new Map<string, () => CharClass>([
  ['Lu', casedLetters],
  ['Ll', casedLetters],
  ['Lt', casedLetters],
  ['Lower', asciiLetters],
  ['Upper', asciiLetters],
  ['javaLowerCase', cased],
  ['javaUpperCase', cased],
  ['javaTitleCase', cased],
])

/** `\p{Lu}`, `\p{Lower}`, `\p{javaLowerCase}`: to the letter. */
export function property(name: string, ignoresCase: boolean): CharClass | undefined {
  const other = ignoresCase ? ignoringCase.get(name) : undefined
  return (other ?? properties.get(name))?.()
}
