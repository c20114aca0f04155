import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Struct } from '../../src/api/index.ts'
import { ProtobufData, parseProtobufSchema } from '../../src/converters/protobuf/index.ts'
import { writableValues } from '../converters/protobuf/arbitrary-data.ts'
import type { Item } from '../converters/protobuf/arbitrary-data.ts'
import { installProtobufClasses } from '../services/registry/install.ts'
import { JavaOracle } from './java-oracle.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('ProtobufOracle', [await installProtobufClasses()])
}, 120_000)

afterAll(() => oracle[Symbol.dispose]())

interface Answer {
  readonly message: string
  readonly values: readonly { readonly bytes: string; readonly text: string }[]
}

const configs = fc.constantFrom<Readonly<Record<string, string>>>(
  {},
  { 'optional.for.nullables': 'true' },
  { 'wrapper.for.nullables': 'true' },
)
const batches = fc.array(writableValues, { minLength: 1, maxLength: 10 })
/** Of Confluent's own file, which Protobuf's classes do not bring: it is put beside the message. */
const decimal =
  'message ConfluentDecimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }'

describe('of any schema and its values', () => {
  test('the bytes are those that Protobuf’s own classes write, under the schema as its text says it', async () => {
    await fc.assert(
      fc.asyncProperty(configs, batches, async (config, batch) => {
        const mine = batch.map((item) => written(config, item))
        const theirs = (await oracle.ask({ items: mine })) as readonly Answer[]
        expect(theirs.map(({ values }) => values.map(({ bytes }) => bytes))).toEqual(
          mine.map(({ bytes }) => bytes),
        )
      }),
      { numRuns: 60 },
    )
  })
})

describe('what a message says', () => {
  test.each([
    ['int64', '088180808080808010', 9007199254740993n],
    ['int64', '0880808080808080808001', -(2n ** 63n)],
    ['sint64', '08ffffffffffffffffff01', -(2n ** 63n)],
    ['sint32', '08ffffffff0f', -(2 ** 31)],
    ['int32', '08ffffffffffffffffff01', -1],
    ['int32', '08ffffffff0f', -1],
    ['uint32', '08ffffffff0f', 2 ** 32 - 1],
    ['uint32', '08ffffffffffffffffff01', 2 ** 32 - 1],
    ['fixed32', '0dfeffffff', 2 ** 32 - 2],
    ['sfixed32', '0dfeffffff', -2],
    ['sfixed64', '09feffffffffffffff', -2],
    ['float', '0d0000c0bf', -1.5],
    ['double', '09000000000000f8bf', -1.5],
    ['bool', '088001', true],
    ['bool', '0880808080808080808001', true],
    ['E', '0805', 'B'],
    ['E', '0885808080f0ffffffff01', 'B'],
  ])('%s %s is what Protobuf’s own classes read', async (type, hex, value) => {
    const proto = `syntax = "proto3"; message R { ${type} f = 1; enum E { A = 0; B = 5; } }`
    const bytes = Buffer.from(hex, 'hex')
    const item = { proto, package: null, message: 'R', bytes: [bytes.toString('base64')] }
    const [answer] = (await oracle.ask({ items: [item] })) as readonly Answer[]
    expect(answer?.values[0]?.text).toBe(`f: ${value}`)
    const { root } = parseProtobufSchema(proto)
    if (root === null) throw new Error('There is no message.')
    expect((new ProtobufData().decoder(root).decode(bytes).value as Struct).values).toEqual([value])
  })
})

function written(config: Readonly<Record<string, string>>, { schema, values }: Item) {
  const data = new ProtobufData(config)
  const { text, root, packageName } = data.fromConnectSchema(schema)
  if (root === null) throw new Error('There is no message.')
  const encoder = data.encoder(schema, root)
  return {
    proto: withoutConfluent(text),
    package: packageName === '' ? null : packageName,
    message: root.name,
    bytes: values.map((value) => encoder.encode(value).toString('base64')),
  }
}

/** Their parser wants the file of an option that it meets; the options say nothing about the bytes. */
function withoutConfluent(text: string): string {
  return text
    .replaceAll(/ \[\(confluent\.field_meta\) = \{[^[]*\[[^\]]*\]\s*\}\]/g, '')
    .replace('import "confluent/type/decimal.proto";\n', '')
    .replaceAll('confluent.type.Decimal', 'ConfluentDecimal')
    .concat(decimal)
}
