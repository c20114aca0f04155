import fc from 'fast-check'
import {
  allOf,
  atLeast,
  atMostElements,
  between,
  configDef,
  distinctValues,
  eachOf,
  nonEmptyList,
  nonEmptyString,
  nonEmptyStringWithoutControlChars,
  nonNull,
  oneOf,
  oneOfIgnoringCase,
  validRegex,
} from '../../src/api/index.ts'
import type { ConfigDef, ConfigType, KeySpec, Validator } from '../../src/api/index.ts'

/** Random definitions, as `Definitions.java` reads them and as ours. */

export const configTypes: readonly ConfigType[] = [
  ...(['BOOLEAN', 'STRING', 'INT', 'SHORT', 'LONG', 'DOUBLE', 'LIST', 'PASSWORD'] as const),
]

export type ValidatorText =
  | { readonly kind: 'atLeast'; readonly min: number }
  | { readonly kind: 'between'; readonly min: number; readonly max: number }
  | { readonly kind: 'oneOf' | 'oneOfIgnoringCase' | 'eachOf'; readonly values: readonly string[] }
  | { readonly kind: 'distinctValues'; readonly empty: boolean; readonly null: boolean }
  | { readonly kind: 'atMostElements'; readonly max: number }
  | {
      readonly kind:
        | 'nonEmptyList'
        | 'nonEmptyString'
        | 'nonNull'
        | 'nonEmptyStringWithoutControlChars'
        | 'validRegex'
    }
  | { readonly kind: 'allOf'; readonly of: readonly ValidatorText[] }

export interface KeyText {
  readonly name: string
  readonly type: ConfigType
  readonly default?: string | null
  readonly validator: ValidatorText | null
  readonly importance: 'HIGH' | 'MEDIUM' | 'LOW'
  readonly doc: string
  readonly group: string | null
  readonly order: number
  readonly width: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG'
  readonly displayName: string
  readonly dependents: readonly string[]
  readonly recommender: { readonly values: readonly string[]; readonly key: string } | null
}

const names = ['a', 'b', 'c', 'd.e', 'f.g.ms']
const words = fc.constantFrom('x', 'y', 'Z')

/** What stands in a file, of which some fits some type. */
export const rawValues: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'true',
    'False',
    ' yes ',
    '',
    ' ',
    '0',
    '-1',
    '+7',
    '007',
    '1.0',
    '1e3',
    '2147483648',
  ),
  fc.constantFrom('-9223372036854775808', '9223372036854775808', '32768', 'NaN', '-Infinity', '1d'),
  fc.constantFrom(
    '0x1p3',
    '0x1',
    '.5',
    '5.',
    '1e400',
    '1,2',
    ' a , b ',
    ',',
    'a,,b',
    'a,a',
    'x',
    'Y',
  ),
  fc.constantFrom('(', '[a', 'x\u0000y', 'x\u007f', '\u00a0', '\t1\n', '1_000'),
  fc.string({ maxLength: 6 }),
  fc.integer().map(String),
  fc.integer().map((thousandths) => String(thousandths / 1000)),
)

const plain = (
  ...kinds: ('nonEmptyString' | 'nonNull' | 'validRegex' | 'nonEmptyStringWithoutControlChars')[]
) => fc.constantFrom(...kinds).map((kind) => ({ kind }))
const numbers: fc.Arbitrary<ValidatorText> = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map((min) => ({ kind: 'atLeast' as const, min })),
  fc.integer({ min: -9, max: 0 }).map((min) => ({ kind: 'between' as const, min, max: min + 9 })),
  plain('nonNull'),
)
const strings: fc.Arbitrary<ValidatorText> = fc.oneof(
  fc.uniqueArray(words, { minLength: 1 }).map((values) => ({ kind: 'oneOf' as const, values })),
  words.map((value) => ({ kind: 'oneOfIgnoringCase' as const, values: [value] })),
  plain('nonEmptyString', 'nonNull', 'nonEmptyStringWithoutControlChars', 'validRegex'),
)
const lists: fc.Arbitrary<ValidatorText> = fc.oneof(
  fc.uniqueArray(words, { minLength: 1 }).map((values) => ({ kind: 'eachOf' as const, values })),
  fc.record({
    kind: fc.constant('distinctValues' as const),
    empty: fc.boolean(),
    null: fc.boolean(),
  }),
  fc.constant({ kind: 'nonEmptyList' as const }),
  plain('nonNull'),
  // Java's ends in a null pointer where there is no list.
  fc.integer({ min: 0, max: 3 }).map((max) => ({
    kind: 'allOf' as const,
    of: [{ kind: 'nonNull' as const }, { kind: 'atMostElements' as const, max }],
  })),
)

function validators(type: ConfigType): fc.Arbitrary<ValidatorText | null> {
  const one =
    type === 'STRING'
      ? strings
      : type === 'LIST'
        ? lists
        : type === 'BOOLEAN' || type === 'PASSWORD'
          ? plain('nonNull')
          : numbers
  const several = fc
    .array(one, { minLength: 1, maxLength: 3 })
    .map((of) => ({ kind: 'allOf' as const, of }))
  return fc.option(fc.oneof({ weight: 3, arbitrary: one }, several))
}

function keyText(name: string): fc.Arbitrary<KeyText> {
  return fc.constantFrom(...configTypes).chain((type) => {
    const given: fc.Arbitrary<Pick<KeyText, 'default'>> = fc.oneof(
      fc.constant({}),
      fc.record({ default: fc.option(rawValues) }),
    )
    const rest = fc.record({
      name: fc.constant(name),
      type: fc.constant(type),
      validator: validators(type),
      importance: fc.constantFrom('HIGH' as const, 'MEDIUM' as const, 'LOW' as const),
      doc: fc.constantFrom('', 'What it does.'),
      group: fc.option(fc.constantFrom('G', 'H')),
      order: fc.integer({ min: -1, max: 3 }),
      width: fc.constantFrom('NONE' as const, 'SHORT' as const, 'MEDIUM' as const, 'LONG' as const),
      displayName: fc.constantFrom('A', 'B b'),
      // Only those that come later: circles are a definition's own fault.
      dependents: fc.subarray([...names.slice(names.indexOf(name) + 1), 'not.defined']),
      recommender: fc.option(
        fc.record({ values: fc.uniqueArray(words), key: fc.constantFrom(...names) }),
      ),
    })
    return fc.tuple(rest, given).map(([key, value]) => ({ ...key, ...value }))
  })
}

export const definitions: fc.Arbitrary<readonly KeyText[]> = fc
  .subarray(names, { minLength: 1 })
  .chain((chosen) => fc.tuple(...chosen.map(keyText)))

/** Properties for them, with keys that are not theirs. */
export const properties: fc.Arbitrary<Record<string, string | null>> = fc.dictionary(
  fc.constantFrom(...names, 'other'),
  fc.oneof({ weight: 9, arbitrary: rawValues }, fc.constant(null)),
)

/** Ours. Throws where Java's throws. */
export function toConfigDef(keys: readonly KeyText[]): ConfigDef {
  return configDef(Object.fromEntries(keys.map((key) => [key.name, toSpec(key)])))
}

function toSpec(key: KeyText): KeySpec {
  const { type, importance, width, group, validator, recommender } = key
  return {
    type: type.toLowerCase(),
    ...('default' in key && { default: key.default }),
    importance: importance.toLowerCase(),
    doc: key.doc,
    ...(validator !== null && { validator: toValidator(validator) }),
    ...(group !== null && { group }),
    order: key.order,
    width: width.toLowerCase(),
    displayName: key.displayName,
    dependents: key.dependents,
    ...(recommender !== null && {
      recommender: {
        validValues: () => recommender.values,
        visible: (_name: string, parsed: Readonly<Record<string, unknown>>) =>
          (parsed[recommender.key] ?? null) !== null,
      },
    }),
  } as KeySpec
}

function toValidator(text: ValidatorText): Validator {
  switch (text.kind) {
    case 'atLeast':
      return atLeast(text.min)
    case 'between':
      return between(text.min, text.max)
    case 'oneOf':
      return oneOf(...text.values)
    case 'oneOfIgnoringCase':
      return oneOfIgnoringCase(...text.values)
    case 'eachOf':
      return eachOf(...text.values)
    case 'distinctValues':
      return distinctValues(text)
    case 'atMostElements':
      return atMostElements(text.max)
    case 'allOf':
      return allOf(...text.of.map(toValidator))
    case 'nonEmptyList':
    case 'nonEmptyString':
    case 'nonNull':
    case 'nonEmptyStringWithoutControlChars':
    case 'validRegex':
      return simple[text.kind]
  }
}

const simple = {
  nonEmptyList,
  nonEmptyString,
  nonNull,
  nonEmptyStringWithoutControlChars,
  validRegex,
}
