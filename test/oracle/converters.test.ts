import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Converter, HeaderConverter, Schema, SchemaAndValue } from '../../src/api/index.ts'
import * as converters from '../../src/converters/index.ts'
import { half, texts } from './arbitrary-records.ts'
import { runsOf } from './cases.ts'
import { useDataOracle } from './data-oracle.ts'
import { isFailure, outcomeOf } from './failures.ts'
import { comparable, comparableParsed, encodeSchema, encodeValue } from './wire.ts'

const ask = useDataOracle()

type Sample = readonly [schema: Schema | null, value: unknown]
type Props = Readonly<Record<string, string>>

interface Setting {
  readonly name: string
  readonly javaClass: string
  readonly props: Props
  readonly write: (sample: Sample) => Uint8Array | null
  readonly read: (bytes: Uint8Array | null) => SchemaAndValue
}

const headerName = 'SimpleHeaderConverter'

const jsonProps: readonly Props[] = [
  {},
  { 'decimal.format': 'NUMERIC' },
  { 'replace.null.with.default': 'false' },
  { 'schemas.enable': 'false' },
  { 'schemas.enable': 'false', 'decimal.format': 'NUMERIC', 'replace.null.with.default': 'false' },
]

const plainConverters: readonly (readonly [string, new () => Converter])[] = [
  ['org.apache.kafka.connect.storage.StringConverter', converters.StringConverter],
  ['org.apache.kafka.connect.converters.ByteArrayConverter', converters.ByteArrayConverter],
  ['org.apache.kafka.connect.converters.BooleanConverter', converters.BooleanConverter],
  ['org.apache.kafka.connect.converters.LongConverter', converters.LongConverter],
  ['org.apache.kafka.connect.converters.IntegerConverter', converters.IntegerConverter],
  ['org.apache.kafka.connect.converters.ShortConverter', converters.ShortConverter],
  ['org.apache.kafka.connect.converters.FloatConverter', converters.FloatConverter],
  ['org.apache.kafka.connect.converters.DoubleConverter', converters.DoubleConverter],
]

const settings: readonly Setting[] = [
  ...jsonProps.map((props) => ({
    ...settingOf('org.apache.kafka.connect.json.JsonConverter', converters.JsonConverter, props),
    name: `JsonConverter with ${JSON.stringify(props)}`,
  })),
  ...plainConverters.map(([javaClass, made]) => settingOf(javaClass, made, {})),
  headerSetting(),
]

function settingOf(javaClass: string, made: new () => Converter, props: Props): Setting {
  const converter = new made()
  converter.configure?.(props, false)
  return {
    name: javaClass.slice(javaClass.lastIndexOf('.') + 1),
    javaClass,
    props,
    write: ([schema, value]) =>
      converter.fromConnectData('t', null, schema, value) as Uint8Array | null,
    read: (bytes) => converter.toConnectData('t', null, bytes) as SchemaAndValue,
  }
}

function headerSetting(): Setting {
  const converter: HeaderConverter = new converters.SimpleHeaderConverter()
  return {
    name: headerName,
    javaClass: `org.apache.kafka.connect.storage.${headerName}`,
    props: {},
    write: ([schema, value]) =>
      converter.fromConnectHeader('t', 'h', schema, value) as Uint8Array | null,
    read: (bytes) => converter.toConnectHeader('t', 'h', bytes) as SchemaAndValue,
  }
}

function answers(
  op: string,
  { javaClass, props }: Setting,
  questions: readonly unknown[],
): Promise<readonly unknown[]> {
  return ask({ op, class: javaClass, props, key: false }, questions)
}

/** Of what neither takes, that it is an error is all that counts: its text is Jackson's. */
function expectSame(setting: Setting, given: unknown, ours: unknown, java: unknown): void {
  const result = outcome(ours, setting)
  expect({ given, result }).toEqual({ given, result: outcome(java, setting) })
}

/** An array of bytes prints its address. */
function outcome(result: unknown, { name }: Setting): unknown {
  if (isFailure(result)) return 'an error'
  if (name === headerName && typeof result === 'object' && result) return comparableParsed(result)
  return typeof result === 'string' ? result.replaceAll(/\[B@[0-9a-f]+/g, '[B') : comparable(result)
}

describe('writes what Java writes', () => {
  test.each(settings)('$name', async (setting) => {
    const samples = fc.array(half, { minLength: 20, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(samples, async (list) => {
        const wire = list.map(([schema, value]) => ({
          schema: encodeSchema(schema),
          value: encodeValue(schema, value),
        }))
        const java = await answers('write', setting, wire)
        for (const [at, sample] of list.entries()) {
          const theirs = java[at]
          if (isOfAnotherWidth(theirs)) continue
          const ours = outcomeOf(() => textOf(setting.write(sample)))
          expectSame(setting, wire[at], ours, typeof theirs === 'string' ? decoded(theirs) : theirs)
        }
      }),
      runsOf(40),
    )
  })
})

/** A number of ours has no width of its own: one that fits is written. */
function isOfAnotherWidth(java: unknown): boolean {
  return isFailure(java) && (java.message ?? '').startsWith('Failed to serialize to ')
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1')
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes && Buffer.from(bytes).toString('latin1')
}

describe('reads what Java reads', () => {
  test.each(settings)('$name', async (setting) => {
    const bytes = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(half, damages).map((made) => damaged(setting, ...made)) },
      {
        weight: 1,
        arbitrary: fc.uint8Array({ maxLength: 9, max: 0x7f }).map((array) => Buffer.from(array)),
      },
      { weight: 1, arbitrary: texts.map((text) => Buffer.from(text)) },
      { weight: 1, arbitrary: fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 20, maxLength: 20 }), async (list) => {
        const java = await answers(
          'read',
          setting,
          list.map((one) => ({ bytes: one.toString('base64') })),
        )
        for (const [at, one] of list.entries()) {
          if (isReadBetter(one)) continue
          const ours = outcomeOf(() => {
            const { schema, value } = setting.read(one)
            return { schema: encodeSchema(schema), value: encodeValue(schema, value) }
          })
          if (!isRefused(setting, ours)) expectSame(setting, one.toString('latin1'), ours, java[at])
        }
      }),
      runsOf(40),
    )
  })
})

/** Numbers that Java changes when it reads them; `docs/differences.md` lists how. */
function isReadBetter(json: Buffer): boolean {
  const text = json.toString('latin1')
  return /"-?(NaN|Infinity)"|-0|\d{19}|\de[+-]?\d{3}/i.test(text)
}

/** A payload that does not fit its schema is refused here, where Java takes something else for it. */
function isRefused({ name }: Setting, ours: unknown): boolean {
  const isTyped = name.startsWith('JsonConverter') && !name.includes('schemas.enable')
  return isTyped && isFailure(ours)
}

/** Where a byte becomes another: none, or a few. */
const damages = fc.array(
  fc.tuple(fc.nat(), fc.constantFrom(...Buffer.from('{}[]",:0123456789-+.eEtfn \\u/ax'), 0x0b)),
  { maxLength: 2 },
)

function damaged(setting: Setting, sample: Sample, where: [number, number][]): Buffer {
  const written = outcomeOf(() => setting.write(sample))
  const bytes = written instanceof Uint8Array ? Buffer.from(written) : Buffer.from('null')
  for (const [at, byte] of where) if (bytes.length > 0) bytes[at % bytes.length] = byte
  return bytes
}
