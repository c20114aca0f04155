import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Schema } from '../../src/api/index.ts'
import { AvroData, avroSchemaText, parseAvroSchema } from '../../src/converters/avro/index.ts'
import { schemalessValues, typedValues } from '../converters/avro/arbitrary-data.ts'
import { installAvroClasses } from '../services/registry/install.ts'
import { JavaOracle } from './java-oracle.ts'
import { comparable, encodeSchema, encodeValue } from './wire.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('AvroOracle', [await installAvroClasses()])
}, 120_000)

afterAll(() => oracle[Symbol.dispose]())

interface Written {
  readonly avro: string
  readonly bytes: readonly (string | null)[]
}

interface Read {
  readonly schema: unknown
  readonly values: readonly unknown[]
}

interface Item {
  readonly schema: Schema | null
  readonly values: readonly unknown[]
}

const configs = fc.record({
  'connect.meta.data': fc.constantFrom('true', 'false'),
  'enhanced.avro.schema.support': fc.constantFrom('true', 'false'),
})
type Config = Readonly<Record<string, string>>

const items: fc.Arbitrary<Item> = fc.oneof(
  { weight: 9, arbitrary: typedValues },
  { weight: 1, arbitrary: schemalessValues.map((value) => ({ schema: null, values: [value] })) },
)
const batches = fc.array(items, { minLength: 1, maxLength: 10 })

describe('of any schema and its values', () => {
  test('the Avro schema and the bytes are those of Java', async () => {
    await fc.assert(
      fc.asyncProperty(configs, batches, async (config, batch) => {
        const answer = (await oracle.ask({
          props: config,
          items: batch.map(({ schema, values }) => ({
            schema: encodeSchema(schema),
            values: values.map((value) => encodeValue(schema, value)),
          })),
        })) as readonly Written[]
        const theirs = answer.map(({ avro, bytes }) => ({
          avro: JSON.parse(avro) as unknown,
          bytes,
        }))
        expect(batch.map((item) => written(config, item))).toEqual(theirs)
      }),
      { numRuns: 150 },
    )
  })

  test('what is read of them is what Java reads', async () => {
    await fc.assert(
      fc.asyncProperty(configs, batches, async (config, batch) => {
        const mine = batch.map((item) => readBack(config, item))
        const theirs = (await oracle.ask({
          props: config,
          items: mine.map(({ avro, bytes }) => ({ avro, bytes })),
        })) as readonly Read[]
        expect(mine.map(({ schema, values }) => comparable({ schema, values }))).toEqual(
          theirs.map((answer) => comparable(answer)),
        )
      }),
      { numRuns: 150 },
    )
  })
})

describe('what others wrote', () => {
  const schemas: readonly (readonly [string, string])[] = [
    [
      '["null","int",{"type":"record","name":"io.x.R","fields":[{"name":"a","type":"int"}]}]',
      '0408',
    ],
    [
      '["null","int",{"type":"record","name":"io.x.R","fields":[{"name":"a","type":"int"}]}]',
      '020e',
    ],
    ['{"type":"enum","name":"io.x.E","doc":"d","symbols":["A","B"],"default":"B"}', '02'],
    ['{"type":"fixed","name":"io.x.F","size":2}', '0102'],
    ['{"type":"bytes","logicalType":"decimal","precision":9}', '0405dc'],
    ['{"type":"long","logicalType":"timestamp-micros"}', '02'],
    ['{"type":"int","logicalType":"date"}', '02'],
    ['{"type":"string","avro.java.string":"String"}', '0278'],
    [
      '{"type":"record","name":"io.x.R","doc":"about R","fields":[{"name":"a","type":"int","doc":"about a","default":5},{"name":"b","type":["null","string"],"doc":"about b","default":null},{"name":"c","type":["string","null"],"default":"x"},{"name":"d","type":{"type":"bytes","connect.default":"AB"},"default":"\\u00ff"}]}',
      '020202780002780242',
    ],
    ['{"type":"array","items":{"type":"map","values":["null","double"]}}', '02020278000000'],
    ['["bytes",{"type":"array","items":"string"}]', '0202027800'],
  ]

  test.each(schemas)('%s is read as Java reads it', async (avro, hex) => {
    for (const enhanced of ['false', 'true']) {
      const props = { 'enhanced.avro.schema.support': enhanced }
      const bytes = Buffer.from(hex, 'hex')
      const item = { avro, bytes: [bytes.toString('base64')] }
      const [theirs] = (await oracle.ask({ props, items: [item] })) as readonly Read[]
      const decoder = new AvroData(props).decoder(parseAvroSchema(avro))
      const mine = {
        schema: encodeSchema(decoder.schema),
        values: [encodeValue(decoder.schema, decoder.decode(bytes).value)],
      }
      expect(sorted(comparable(mine))).toEqual(sorted(comparable(theirs)))
    }
  })
})

/** Parameters in the order of their names: Java keeps another where Avro's properties are no part of its own order. */
function sorted(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer, (key, part: unknown) => {
      return key === 'parameters' && Array.isArray(part) ? part.map(String).sort() : part
    }),
  )
}

function written(config: Config, { schema, values }: Item): unknown {
  const data = new AvroData(config)
  const encoder = data.encoder(schema)
  const isNull = (value: unknown): boolean => value === null || value === undefined
  return {
    avro: JSON.parse(avroSchemaText(encoder.avroSchema)) as unknown,
    bytes: values.map((value) => (isNull(value) ? null : encoder.encode(value).toString('base64'))),
  }
}

function readBack(config: Config, item: Item): Read & { avro: string; bytes: readonly string[] } {
  const data = new AvroData(config)
  const encoder = data.encoder(item.schema)
  const avro = avroSchemaText(encoder.avroSchema)
  const values = item.values.filter((value) => value !== null)
  const bytes = values.map((value) => encoder.encode(value))
  const decoder = data.decoder(parseAvroSchema(avro))
  return {
    avro,
    bytes: bytes.map((all) => all.toString('base64')),
    schema: encodeSchema(decoder.schema),
    values: bytes.map((all) => encodeValue(decoder.schema, decoder.decode(all).value)),
  }
}
