import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectRecord, ConnectorConfig, Transformation } from '../../src/api/index.ts'
import { jsonPath } from '../../src/transforms/confluent/json-path/path-parser.ts'
import { installOtherTransforms } from '../services/transforms/install.ts'
import { records } from './arbitrary-records.ts'
import { runsOf } from './cases.ts'
import { instanceOf } from '../transforms/support.ts'
import { JavaOracle } from './java-oracle.ts'
import { answerOf, withoutChance } from './transform-answers.ts'
import type { Answer } from './transform-answers.ts'
import { comparable, encodeRecord, encodeValue } from './wire.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('OtherTransformsOracle', [await installOtherTransforms()])
}, 120_000)

afterAll(() => oracle[Symbol.dispose]())

const names = fc.constantFrom('a', 'b', 'c', 'd.e')
const someNames = fc.uniqueArray(names, { maxLength: 3 }).map((list) => list.join())
const formats = fc.constantFrom(
  ...['LOWER_HYPHEN', 'LOWER_UNDERSCORE', 'LOWER_CAMEL', 'UPPER_CAMEL', 'UPPER_UNDERSCORE', 'x'],
)
const cases = fc.record({ from: formats, to: formats })

/** Later ones change the names within structs and arrays too, and take a null. */
function hasFlatKey({ key, keySchema }: ConnectRecord): boolean {
  if (key === null) return false
  return (
    keySchema?.fields?.every(({ schema }) => !['STRUCT', 'ARRAY'].includes(schema.type)) ?? true
  )
}

/** Those that were there by the release on Maven Central, with configurations for them. */
const chains: readonly {
  readonly name: string
  readonly configs: fc.Arbitrary<ConnectorConfig>
  /** Records that this release handles as later ones do. */
  readonly fits?: (record: ConnectRecord) => boolean
}[] = [
  {
    name: 'BytesToString$Value',
    configs: fc.record({
      charset: fc.constantFrom('UTF-8', 'ISO-8859-1', 'US-ASCII'),
      fields: someNames,
    }),
  },
  { name: 'ChangeCase$Key', configs: cases, fits: hasFlatKey },
  { name: 'ChangeTopicCase', configs: cases },
  {
    name: 'ExtractNestedField$Value',
    configs: fc.tuple(names, names).map(([outer, inner]) => ({
      'input.outer.field.name': outer,
      'input.inner.field.name': inner,
      // The release on Maven Central calls the field by this name, and fills one of that.
      'output.field.name': inner,
    })),
  },
  { name: 'ExtractTimestamp$Value', configs: fc.record({ 'field.name': names }) },
  {
    name: 'PatternRename$Value',
    configs: fc.record(
      {
        'field.pattern': fc.constantFrom('^A$', '[ab]', 'd.(e)', '.*', 'x*', '.'),
        'field.pattern.flags': fc.constantFrom('CASE_INSENSITIVE', 'DOTALL', 'LITERAL', 'x'),
        'field.replacement': fc.constantFrom('z', '$0_', '$1', 'q\\$', ''),
      },
      { requiredKeys: ['field.pattern', 'field.replacement'] },
    ),
  },
  {
    name: 'ToJSON$Value',
    configs: fc.record({
      'output.schema.type': fc.constantFrom('STRING', 'BYTES'),
      'schemas.enable': fc.constantFrom('true', 'false'),
    }),
  },
]

/** Texts that lack what they are about, where ours have it, and those of the JVM. */
function isEmptyText(message: string): boolean {
  return message === '' || /'\{\}'|cannot be cast to class/.test(message)
}

const members = fc.constantFrom('a', 'b', 'c')
const scalars = fc.oneof(
  fc.constantFrom('', 'x', 'y', '1', '1.0', '12', 'X\ny'),
  fc.integer({ min: -3, max: 12 }),
  fc.constantFrom(0.1, 1.5, -2.25, 1e21),
  fc.boolean(),
)
const withoutNulls = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  object: fc.dictionary(members, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3 },
    scalars,
    tie('object'),
    fc.array(fc.oneof(scalars, tie('object')), { maxLength: 3 }),
  ),
}))
const operand = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('@.a', "@['b']", '@["c"]', '@.a.b', '@.c[0]', '@.b[-1]'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom("'x'", '"y"', "'1'", '1', '12', '0.1', '-2.25', '1.0', 'true'),
  },
)
const path = fc.constantFrom('@.a', "@['b']", '@.a.b', '@.c[0]')
const comparison = fc.oneof(
  fc
    .tuple(operand, fc.constantFrom('==', '!=', '<', '<=', '>', '>='), operand)
    .map((parts) => parts.join(' ')),
  fc
    .tuple(path, fc.constantFrom('in', 'nin'), fc.constantFrom("['x', 1, true]", '[ ]', "['1']"))
    .map((parts) => parts.join(' ')),
  fc
    .tuple(path, fc.constantFrom('/x|y/', '/X.*/i', '/1.*/', '/x.y/is'))
    .map((parts) => parts.join(' =~ ')),
  path,
)
const conditions = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    comparison,
    fc.tuple(tie('condition'), tie('condition')).map((parts) => parts.join(' && ')),
    fc.tuple(tie('condition'), tie('condition')).map((parts) => parts.join(' || ')),
    tie('condition').map((inner) => `(${inner})`),
    tie('condition').map((inner) => `!(${inner})`),
  ),
})).condition
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('.a', '.b', '.c', "['a']", '["b"]', '.*', '[*]', '[0]', '[-1]'),
  },
  { weight: 2, arbitrary: conditions.map((condition) => `[?(${condition})]`) },
)
const paths = fc
  .tuple(fc.constantFrom('$', '$.'), fc.array(step, { minLength: 1, maxLength: 3 }))
  .map(([root, steps]) => root + steps.join(''))
  .map((text) => text.replaceAll('..', '.'))

test('a JSON path finds in any map what JsonPath finds', async () => {
  await fc.assert(
    fc.asyncProperty(paths, fc.array(withoutNulls.object, { maxLength: 8 }), async (text, maps) => {
      const values = maps.map((map) => encodeValue(null, map))
      const java = (await oracle.ask({ op: 'path', path: text, values })) as Answer
      // It does not read every condition that its grammar allows.
      fc.pre(java.results !== undefined)
      const compiled = jsonPath('filter.condition', text)
      const mine = maps.map((map) => {
        const found = compiled.matches(null, map)
        return found === null ? 'missing' : found ? 'found' : 'nothing'
      })
      expect(mine).toEqual(java.results)
    }),
    runsOf(400),
  )
})

test.each(chains)('the configuration of $name is judged alike', async ({ name, configs }) => {
  const className = `com.github.jcustenborder.kafka.connect.transform.common.${name}`
  await fc.assert(
    fc.asyncProperty(configs, fc.integer({ min: 0, max: 7 }), async (config, left) => {
      // Some keys are left out, but those for which later releases have another text.
      const entries = Object.entries(config).filter(([key], i) => {
        return key === 'from' || key === 'to' || (left & (1 << i)) === 0
      })
      const props: ConnectorConfig = Object.fromEntries(entries)
      const java = await oracle.ask({ op: 'validate', class: className, props })
      const definition = (instanceOf(className) as Transformation).config()
      const mine = definition.validate(props).map(({ name: key, errorMessages }) => {
        return [key, errorMessages] as const
      })
      expect({ results: Object.fromEntries(mine) }).toEqual(java)
    }),
    runsOf(20),
  )
})

describe('makes of any record what kafka-connect-transform-common makes of it', () => {
  test.each(chains)('$name', async ({ name, configs, fits = () => true }) => {
    const className = `com.github.jcustenborder.kafka.connect.transform.common.${name}`
    await fc.assert(
      fc.asyncProperty(
        configs,
        fc.array(records.filter(fits), { maxLength: 6 }),
        async (config, batch) => {
          const java = await oracle.ask({
            op: 'apply',
            class: className,
            props: config,
            records: batch.map(encodeRecord),
          })
          const answer = answerOf(className, config, batch)
          const { mine, theirs } = withoutChance(answer, java as Answer, isEmptyText)
          expect(comparable(mine)).toEqual(comparable(theirs))
        },
      ),
      runsOf(100),
    )
  })
})
