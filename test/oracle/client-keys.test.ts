import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientConfigDefs, clientKeys } from '../../src/config/client-keys.ts'
import type { ClientKind } from '../../src/config/client-keys.ts'
import { parseType, valueToText } from '../../src/config/parse-type.ts'
import { asError } from '../../src/errors/connect-error.ts'
import { producerConfig } from '../../src/kafka/producer/producer-config.ts'
import { JavaOracle } from './java-oracle.ts'

let java: JavaOracle
beforeAll(async () => {
  java = await JavaOracle.start('ClientKeysOracle')
})
afterAll(() => java[Symbol.dispose]())

interface JavaKey {
  readonly name: string
  readonly type: string
  readonly importance: string
  readonly hasDefault: boolean
  readonly default: string | null
}

const kinds: readonly ClientKind[] = ['producer', 'consumer', 'admin']

describe.each(kinds)('the keys of a Java %s', (client) => {
  test('are all in our table, with their types, defaults and importance', async () => {
    const asked = (await java.ask({ op: 'keys', client })) as readonly JavaKey[]
    expect(asked.length).toBeGreaterThan(60)
    const theirs = asked.map((key) => ({
      name: key.name,
      type: key.type,
      importance: key.importance,
      hasDefault: key.hasDefault,
      default: key.default?.replaceAll('class ', '') ?? null,
    }))
    const ours = clientKeys[client].map((key) => ({
      name: key.name,
      type: key.type.toUpperCase(),
      importance: key.importance.toUpperCase(),
      hasDefault: key.default !== undefined,
      default: textOf(client, key.name, key.default),
    }))
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
    expect(ours.toSorted(byName)).toEqual(theirs.toSorted(byName))
  })

  test('take and refuse the same values, in the same words', async () => {
    // Of Java's classes none is here, so their names are not looked at.
    const keys = clientKeys[client].filter(({ type }) => type !== 'class')
    const arbitraryValue = fc.oneof(
      fc.constantFrom(...odd),
      fc.integer().map(String),
      fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
      fc.double({ noNaN: true }).map(String),
      fc.constantFrom(...keys.map((key) => String(key.default ?? ''))).chain(mutations),
    )
    const row = fc.array(arbitraryValue, { minLength: keys.length, maxLength: keys.length })
    await fc.assert(
      fc.asyncProperty(row, async (values) => {
        const props = Object.fromEntries(keys.map(({ name }, i) => [name, values[i] ?? '']))
        const theirs = (await java.ask({ op: 'parse', client, props })) as Record<string, string[]>
        for (const { name, type } of keys) {
          const value = props[name] ?? ''
          const told = (fault: string | null): string | null =>
            type === 'double' && !isPrintedAlike(value) ? (fault?.slice(-30) ?? null) : fault
          const fault = told(faultOf(client, name, value))
          const theirFault = told(theirs[name]?.[0] ?? null)
          expect({ name, value, fault }).toEqual({ name, value, fault: theirFault })
        }
      }),
      { numRuns: 60 },
    )
  })
})

const odd = [
  ...['', ' ', 'true', 'FALSE', 'yes', '-1', '0', '1', ' 5 ', '+7', '1.5', '1e3', '0x10', 'NaN'],
  ...[
    '2147483647',
    '2147483648',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
  ],
  ...['a,b', 'a,,b', ',', 'a,a', 'a , b', 'host:1,host:1', 'host:1', 'all', 'ALL', 'gzip', 'Gzip'],
  ...[
    'ssl',
    'SASL_SSL',
    'rebootstrap',
    'NONE',
    'earliest',
    'by_duration:PT5S',
    'by_duration:P1DT2H',
  ],
  ...['by_duration:', 'by_duration:P', 'by_duration:PT', 'by_duration:-PT5S', 'by_duration:1d'],
  ...[
    'classic',
    'Consumer',
    'read_committed',
    'record_limit',
    'INFO',
    'debug',
    '0.5',
    '1.0',
    '.25',
  ],
]

/** Java 17 prints some doubles with a digit too many. */
function isPrintedAlike(value: string): boolean {
  return Math.abs(Number(value)) < 1e7 && value.length < 6
}

function mutations(text: string): fc.Arbitrary<string> {
  return fc.constantFrom(
    text,
    `${text}0`,
    ` ${text}\t`,
    text.toUpperCase(),
    text.slice(1),
    `-${text}`,
  )
}

function textOf(client: ClientKind, name: string, value: unknown): string | null {
  const type = clientConfigDefs[client].keys.get(name)?.type ?? 'STRING'
  const parsed = type === 'CLASS' || value === undefined ? value : parseType(name, value, type)
  return valueToText(parsed, type)
}

/** The first message of a validation of this one key. */
function faultOf(client: ClientKind, name: string, value: string): string | null {
  const key = clientConfigDefs[client].keys.get(name)
  if (key === undefined) return `no key ${name}`
  try {
    const parsed = parseType(name, value, key.type)
    key.validator?.(name, parsed)
    return null
  } catch (error) {
    return asError(error).message
  }
}

const inFlight = 'max.in.flight.requests.per.connection'

test('a producer is opened or refused for the same combinations, in the same words', async () => {
  const some = (key: string, ...values: readonly string[]): fc.Arbitrary<Record<string, string>> =>
    fc.constantFrom({}, ...values.map((value) => ({ [key]: value })))
  const arbitraryProps = fc
    .tuple(
      some('acks', 'all', '-1', '0', '1'),
      some('retries', '0', '3'),
      some('enable.idempotence', 'true', 'false'),
      some(inFlight, '1', '5', '6'),
      some('transactional.id', 'mine'),
      fc.constantFrom('0', '70000', '9223372036854775807').map((ms) => ({ 'linger.ms': ms })),
      some('request.timeout.ms', '1000', '90000', '2147483647'),
      some('delivery.timeout.ms', '0', '1000', '120000', '2147483647'),
      some('batch.size', '0'),
      some('buffer.memory', '0', '9223372036854775807'),
      some('max.block.ms', '9223372036854775807'),
    )
    .map((parts) => Object.assign({}, ...parts) as Record<string, string>)
  await fc.assert(
    fc.asyncProperty(arbitraryProps, async (given) => {
      const props: Record<string, string> = { 'bootstrap.servers': '127.0.0.1:1', ...given }
      // Java's worker turns idempotence off, so that six requests in flight are allowed; here they turn it off.
      if (props[inFlight] === '6') props['enable.idempotence'] ??= 'false'
      const theirs = (await java.ask({ op: 'open', client: 'producer', props })) as {
        message: string
      } | null
      let ours: string | null = null
      try {
        producerConfig(props)
      } catch (error) {
        ours = asError(error).message
      }
      expect({ given, fault: ours }).toEqual({ given, fault: theirs?.message ?? null })
    }),
    { numRuns: 150 },
  )
})
