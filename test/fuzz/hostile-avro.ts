import { DataError } from '../../src/errors/connect-error.ts'
import { Decimal, INT32_SCHEMA, SchemaBuilder, Struct } from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { AvroData, avroSchemaText } from '../../src/converters/avro/index.ts'
import { AvroConverter } from '../../src/converters/registry/avro-converter.ts'
import type { Decoder } from './fuzz.ts'
import { framed, memoryRegistry } from './memory-registry.ts'

const ints = SchemaBuilder.array(INT32_SCHEMA).build()
const order = SchemaBuilder.struct()
  .name('com.x.Order')
  .field('id', SchemaBuilder.int64().build())
  .field('small', SchemaBuilder.int8().build())
  .field('name', SchemaBuilder.string().optional().build())
  .field('ok', SchemaBuilder.bool().build())
  .field('f', SchemaBuilder.float32().build())
  .field('d', SchemaBuilder.float64().build())
  .field('raw', SchemaBuilder.bytes().build())
  .field('list', ints)
  .field('map', SchemaBuilder.map(SchemaBuilder.string().build(), INT32_SCHEMA).build())
  .field('pairs', SchemaBuilder.map(INT32_SCHEMA, INT32_SCHEMA).build())
  .field('dec', Decimal.schema(2_147_483_647))
  .build()
const members = [
  ...[2n ** 60n, 5, 'Größe', true, 1.5, 100, Buffer.of(1, 2), [1, 2, 3]],
  ...[new Map([['a', 1]]), new Map([[1, 2]]), new Decimal(7n, 2_147_483_647)],
]

interface Sample {
  readonly text: string
  readonly data: readonly Buffer[]
}

function sampleOf(schema: Schema | null, ...values: readonly unknown[]): Sample {
  const encoder = new AvroData().encoder(schema)
  const data = values.map((value) => encoder.encode(value))
  return { text: avroSchemaText(encoder.avroSchema), data }
}

const hex = (text: string, ...data: readonly string[]): Sample => ({
  text,
  data: data.map((each) => Buffer.from(each, 'hex')),
})

/** Schemas of which few bytes could claim much, and a datum of each. */
const samples: readonly Sample[] = [
  sampleOf(order, new Struct(order, members)),
  sampleOf(null, { a: [1, 2.5, null, { b: 'c' }], ['__proto__']: { d: 1 } }, [[[]]]),
  sampleOf(SchemaBuilder.string().build(), 'text'),
  hex('{"type":"array","items":{"type":"record","name":"Empty","fields":[]}}', '0600'),
  hex('{"type":"array","items":{"type":"fixed","name":"Nothing","size":0}}', '0600'),
  hex('{"type":"array","items":{"type":"array","items":"double"}}', '020000'),
  hex('{"type":"fixed","name":"Vast","size":1000000000}'),
  hex('["null","int",{"type":"enum","name":"E","symbols":["A","B"]}]', '00', '0204', '0402'),
  hex(
    '{"type":"map","values":["null",{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}]}',
    '020261020605dc0000',
  ),
  hex('"bytes"', '0102'),
]

export const avroTexts: readonly string[] = samples.map(({ text }) => text)

const converter = new AvroConverter(() => memoryRegistry('AVRO', avroTexts))
converter.configure({ 'schema.registry.url': 'http://localhost' }, false)

const decoder: Decoder = {
  name: 'AvroConverter',
  samples: samples.flatMap(({ data }, id) => data.map((datum) => framed(id, datum))),
  errors: [DataError],
  decode: async (bytes) => {
    const { value } = await converter.toConnectData('t', null, bytes)
    return value
  },
}

/** A converter whose registry has {@link avroTexts}, each under its place as id. */
export const avroConverter = { converter, decoder, framed }
