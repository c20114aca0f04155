import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigValue, ConnectorConfig, Transformation } from '../../src/api/index.ts'
import { instanceOf } from '../transforms/support.ts'
import { chains } from './arbitrary-configs.ts'
import { runsOf } from './cases.ts'
import { JavaOracle } from './java-oracle.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('TransformOracle')
})

afterAll(() => oracle[Symbol.dispose]())

/** Values that are wrong for most keys. */
const wild = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'a,b,',
    ',',
    'a:',
    ':a',
    'a:b:c',
    'TRUE',
    'True ',
    'yes',
    '1',
    '-1',
    '1.5',
  ),
  fc.constantFrom(
    '2147483648',
    '0x1',
    'null',
    '[a',
    '*',
    'a++',
    '(?<n>',
    'milliseconds ',
    'V3',
    'é\n',
  ),
  fc.string({ maxLength: 6 }),
)

const plugins = [...chains, ...predicates()]

function predicates(): typeof chains {
  const patterns = fc.constantFrom('a.*', '(', '', '[a&&b]', 'a{2,1}', '\\y')
  return [
    {
      name: 'predicates.TopicNameMatches',
      configs: fc.record({ pattern: patterns }, { requiredKeys: [] }),
    },
    {
      name: 'predicates.HasHeaderKey',
      configs: fc.record({ name: fc.constantFrom('', 'a') }, { requiredKeys: [] }),
    },
  ]
}

describe('finds in any configuration the faults that Java finds', () => {
  test.each(plugins)('$name', async ({ name, configs }) => {
    const definition = (instanceOf(name) as Transformation).config()
    const keys = [...definition.keys.keys()].filter((key) => key !== ownKey)
    const changed = fc
      .tuple(configs, fc.array(fc.tuple(fc.constantFrom(...keys), wild), { maxLength: 2 }))
      .map(([config, changes]): ConnectorConfig => ({ ...config, ...Object.fromEntries(changes) }))
    await fc.assert(
      fc.asyncProperty(fc.array(changed, { minLength: 10, maxLength: 10 }), async (list) => {
        for (const config of list) {
          const { results } = (await oracle.ask({
            op: 'validate',
            class: `org.apache.kafka.connect.transforms.${name}`,
            props: config,
          })) as { readonly results?: Faults }
          // Java's own check ends in an index out of bounds: of an error, that it is one is all that is asked.
          const values = definition.validate(config)
          if (results === undefined) {
            expect(values.some(({ errorMessages }) => errorMessages.length > 0)).toBe(true)
            continue
          }
          const faults = faultsOf(values, results)
          expect({ config, faults }).toEqual({ config, faults: withoutJvm(results) })
        }
      }),
      runsOf(20),
    )
  })
})

/** By the keys' names. */
type Faults = Readonly<Record<string, readonly string[]>>

/** Names nested fields where Java names none. */
const ownKey = 'field.syntax.version'

function faultsOf(values: readonly ConfigValue[], asked: Faults): Faults {
  const known = values.filter(({ name }) => name !== ownKey || ownKey in asked)
  return Object.fromEntries(known.map(({ name, errorMessages }) => [name, errorMessages]))
}

/** The text of a null pointer is the JVM's. */
function withoutJvm(faults: Faults): Faults {
  return Object.fromEntries(
    Object.entries(faults).map(([name, texts]) => [
      name,
      texts.map((text) => text.replace(/(?<=: Invalid regex: )Cannot invoke .*$/, 'null')),
    ]),
  )
}
