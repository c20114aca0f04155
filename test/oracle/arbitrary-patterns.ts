import fc from 'fast-check'

/** Patterns of `java.util.regex`, and texts that they have to do with. */

const letters = fc.constantFrom('a', 'b', 'c', 'A', 'B', '-', '_', '.', '1', '2', 'ab', 'orders')
const odd = fc.constantFrom(
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\u0085',
  '\u2028',
  'é',
  'É',
  'ß',
  'ſ',
  'K',
)
const odder = fc.constantFrom(
  '😀',
  '\ud83d',
  '\ude00',
  'e\u0301',
  'İ',
  'µ',
  'ᾳ',
  '\u00a0',
  '٣',
  'ǅ',
)

export const texts = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: letters },
      { weight: 2, arbitrary: odd },
      { weight: 1, arbitrary: odder },
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

const quantifiers = fc
  .tuple(
    fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{1,}', '{0,2}', '{0,1}', '{1,3}', '{0}'),
    fc.constantFrom('', '', '?', '+'),
  )
  .map(([times, mode]) => (times === '' ? '' : times + mode))

const classEscapes = fc.constantFrom(
  ...['\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\h', '\\H', '\\v', '\\V', '\\pL', '\\PL'],
  ...['\\p{Lower}', '\\p{Upper}', '\\P{Alpha}', '\\p{Punct}', '\\p{IsAlphabetic}', '\\p{Lu}'],
  ...[
    '\\p{javaLowerCase}',
    '\\p{javaWhitespace}',
    '\\p{InBasic_Latin}',
    '\\p{IsLatin}',
    '\\p{XDigit}',
  ],
  ...[
    '\\p{script=Greek}',
    '\\p{block=Latin-1 Supplement}',
    '\\p{gc=Nd}',
    '\\p{IsDigit}',
    '\\p{Print}',
  ],
  ...[
    '\\p{Graph}',
    '\\p{Cntrl}',
    '\\p{Space}',
    '\\p{Blank}',
    '\\p{Alnum}',
    '\\p{ASCII}',
    '\\p{L1}',
    '\\p{all}',
  ],
)
const charEscapes = fc.constantFrom(
  ...[
    '\\.',
    '\\-',
    '\\_',
    '\\\\',
    '\\t',
    '\\n',
    '\\r',
    '\\x61',
    '\\x{62}',
    '\\x{1F600}',
    '\\u0061',
  ],
  ...['\\061', '\\0141', '\\cA', '\\e', '\\a', '\\f', '\\$', '\\é', '\\ud83d\\ude00', '\\/', '\\ '],
)
const plain = fc.oneof(
  { weight: 8, arbitrary: letters.filter((text) => text !== '.') },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: odder },
  { weight: 2, arbitrary: charEscapes },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\\Qa.b\\E',
      '\\Q1\\E',
      '\\Q',
      '\\Q*\\E',
      ']',
      '}',
      '&&',
      '\\Q a\\E',
    ),
  },
)

const classParts = fc.oneof(
  { weight: 6, arbitrary: letters },
  { weight: 1, arbitrary: fc.oneof(odd, odder) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('a-c', 'A-z', '0-9', '!-~', 'a-', '-b', 'à-ÿ', '\\x{61}-c', '😀-😂'),
  },
  { weight: 2, arbitrary: classEscapes },
  { weight: 1, arbitrary: charEscapes },
  { weight: 1, arbitrary: fc.constantFrom('&', '^', '#', '\\Q]\\E', '[', ']', '\\v-a', '\\]') },
)
const { charClass } = fc.letrec<{ charClass: string }>((tie) => ({
  charClass: fc
    .tuple(
      fc.constantFrom('[', '[', '[', '[^'),
      fc.array(
        fc.oneof(
          { depthSize: 'small' },
          { weight: 8, arbitrary: classParts },
          { weight: 2, arbitrary: fc.constant('&&') },
          { weight: 2, arbitrary: tie('charClass') },
        ),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([open, parts]) => `${open}${parts.join('')}]`),
}))

const anchors = fc.constantFrom(
  ...['^', '$', '\\A', '\\z', '\\Z', '\\G', '\\b', '\\B', '(?i)', '(?s)', '(?m)', '(?x)', '(?u)'],
  ...['(?iu)', '(?d)', '(?U)', '(?-i)', '(?im-sx)', '(?i)', '(?U-i)'],
)
const atoms = fc.oneof(
  { weight: 10, arbitrary: plain },
  { weight: 4, arbitrary: charClass },
  { weight: 3, arbitrary: fc.constant('.') },
  { weight: 3, arbitrary: classEscapes },
  { weight: 2, arbitrary: anchors },
  { weight: 1, arbitrary: fc.constantFrom('\\1', '\\2', '\\12', '\\k<n>', '\\R', '\\X') },
)
const openings = fc.constantFrom(
  ...['(', '(', '(', '(?:', '(?:', '(?:', '(?<n>', '(?=', '(?!', '(?>', '(?<=', '(?<!'],
  ...['(?i:', '(?x:', '(?s-i:', '(?<n2>', '(?U:', '(?iu:'],
)

/** Those that Java reads, for the most part. */
export const { pattern: patterns } = fc.letrec<{ pattern: string; group: string }>((tie) => ({
  group: fc.tuple(openings, tie('pattern')).map(([open, body]) => `${open}${body})`),
  pattern: fc
    .array(
      fc
        .tuple(
          fc.oneof(
            { maxDepth: 4, depthSize: 'medium' },
            { weight: 5, arbitrary: atoms },
            { weight: 3, arbitrary: tie('group') },
            { weight: 1, arbitrary: fc.constantFrom('|', '|', ' ', '#x\n') },
          ),
          quantifiers,
        )
        .map(([atom, quantifier]) => (atom === '|' ? atom : atom + quantifier)),
      { maxLength: 5 },
    )
    .map((parts) => parts.join('')),
}))

const shards = fc.constantFrom(
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '*',
    '+',
    '?',
    '|',
    '\\',
    '^',
    '$',
    '.',
    '&&',
    '-',
    ',',
    '<',
    '>',
    '=',
  ],
  ...[
    '!',
    ':',
    '#',
    ' ',
    'a',
    'b',
    '1',
    '0',
    '2147483648',
    '\\p{',
    '\\p',
    'Is',
    'In',
    '\\x',
    '\\u',
    '\\0',
    '\\c',
  ],
  ...[
    '\\k<',
    '\\N{',
    'name',
    '(?',
    '(?<',
    '(?i',
    '\\Q',
    '\\E',
    '\\b{g}',
    '(?x)',
    '\n',
    '\t',
    '\\8',
    '\\g',
    '=Foo',
  ],
)

/** Those that Java refuses, for the most part. */
export const brokenPatterns = fc.oneof(
  fc.array(shards, { maxLength: 7 }).map((parts) => parts.join('')),
  fc.tuple(patterns, fc.nat(), shards).map(([pattern, at, shard]) => {
    const place = at % (pattern.length + 1)
    return pattern.slice(0, place) + shard + pattern.slice(place)
  }),
  fc.tuple(patterns, fc.nat()).map(([pattern, at]) => pattern.slice(0, at % (pattern.length + 1))),
)

export const replacements = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: letters },
      { weight: 2, arbitrary: fc.constantFrom('$0', '$1', '$2', '${n}', '$12', '\\$', '\\\\') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('$', '\\', '${', '${}', '${x}', '${1}', '$x', '${n'),
      },
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''))
