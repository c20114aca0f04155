import { DataError } from '../../src/errors/connect-error.ts'
import type { Converter, HeaderConverter } from '../../src/api/converter.ts'
import type { SchemaAndValue } from '../../src/data/schema.ts'
import { AvroData, avroSchemaText, parseAvroSchema } from '../../src/converters/avro/index.ts'
import {
  BooleanConverter,
  ByteArrayConverter,
  DoubleConverter,
  FloatConverter,
  IntegerConverter,
  JsonConverter,
  LongConverter,
  ShortConverter,
  SimpleHeaderConverter,
  StringConverter,
} from '../../src/converters/index.ts'
import type { Decoder } from './fuzz.ts'
import { avroConverter, avroTexts } from './hostile-avro.ts'
import { jsonSchemaDecoders } from './hostile-json-schema.ts'
import { protobufDecoder, protobufSchemas } from './hostile-protobuf.ts'

/** What somebody might put into JSON, or into the text of a header, to do harm. */
const hostileText = [
  ...[
    '"__proto__":',
    '{"__proto__":{"a":1}}',
    '"constructor":{"prototype":{"a":1}}',
    '"toString":1',
  ],
  ...['[[[[[[[[', '{"a":{"a":{"a":', '['.repeat(1200), '{"a":'.repeat(1200)],
  ...[
    '1e999999999',
    '-1e999999999',
    '1e-999999999',
    '1E2147483648',
    '9'.repeat(400),
    '9'.repeat(1100),
  ],
  ...['-0', '-0.0', '00', '1.', '.5', '0x10', 'NaN', 'Infinity', '-Infinity', '1e', '--1'],
  ...['"\\ud800"', '"\\udc00\\ud800"', '"\\u12"', '"\\x"', '"\\', '\u0000', '\ufeff'],
  ...['"a":1,"a":2,', '"schema":null,', '"payload":1,', '"9":1,', '"":0,', 'null', 'true', 'nul'],
  ...[',', ':', '{', '}', '[', ']', '"', '/*', '//', "'a'", ' '.repeat(2000)],
].map((text) => Buffer.from(text))
/** No UTF-8: half of a pair, overlong, beyond Unicode, a lone continuation, one that is cut off. */
const hostileUtf8 = ['eda080', 'c080', 'f4908080', '80', 'e282', 'f09f98'].map((hex) =>
  Buffer.from(hex, 'hex'),
)
const parts = [...hostileText, ...hostileUtf8]

const allTypes = {
  type: 'struct',
  optional: false,
  name: 'all',
  version: 3,
  fields: [
    { field: 'i8', type: 'int8', optional: true },
    { field: 'i64', type: 'int64', optional: true, default: 5 },
    { field: 'f', type: 'float', optional: true },
    { field: 'd', type: 'double', optional: true },
    { field: 'b', type: 'boolean', optional: true },
    { field: 's', type: 'string', optional: true, doc: 'text', parameters: { p: 'q' } },
    { field: 'x', type: 'bytes', optional: true },
    { field: 'l', type: 'array', items: { type: 'int32' }, optional: true },
    {
      field: 'm',
      type: 'map',
      keys: { type: 'string' },
      values: { type: 'int32' },
      optional: true,
    },
    {
      field: 'p',
      type: 'map',
      keys: { type: 'int32' },
      values: { type: 'string' },
      optional: true,
    },
    logical('dec', 'Decimal', 'bytes', { scale: '2' }),
    logical('huge', 'Decimal', 'bytes', { scale: '2147483647' }),
    logical('date', 'Date', 'int32'),
    logical('time', 'Time', 'int32'),
    logical('ts', 'Timestamp', 'int64'),
    {
      field: 'in',
      type: 'struct',
      optional: true,
      fields: [{ field: '__proto__', type: 'int32', optional: true }],
    },
  ],
}

function logical(field: string, name: string, type: string, parameters = {}): unknown {
  const whole = `org.apache.kafka.connect.data.${name}`
  return { field, type, optional: true, name: whole, version: 1, parameters }
}

const payload =
  '{"i8":-7,"i64":9007199254740993,"f":1.5,"d":100.0,"b":true,"s":"Größe \\u00e4 \\n","x":"AQI=","l":[1,2,3],' +
  '"m":{"a":1,"__proto__":2},"p":[[1,"x"],[2,"y"]],"dec":"AN6t","huge":"AQ==","date":19000,"time":1000,"ts":1700000000000,"in":{"__proto__":3}}'
const envelope = `{"schema":${JSON.stringify(allTypes)},"payload":${payload}}`
const envelopes = [
  envelope,
  '{"schema":{"type":"string","optional":true},"payload":"x"}',
  '{"schema":{"type":"array","items":{"type":"array","items":{"type":"double"}}},"payload":[[1.0,2],[]]}',
  '{"payload":{"a":[1,{"b":null}]},"schema":null}',
].map((text) => Buffer.from(text))
const documents = [
  payload,
  '{"event":{"name":"Almond cookie","amount":100.0}}',
  '[1,-2,3.25,1e3,"a",null,true,{"1":2,"b":[]}]',
  '"text"',
  '12345678901234567890',
].map((text) => Buffer.from(text))

function json(name: string, config: Readonly<Record<string, string>>, samples: readonly Buffer[]) {
  const converter = new JsonConverter()
  converter.configure(config, false)
  return converterDecoder(`JsonConverter, ${name}`, converter, samples, parts)
}

const texts = [
  ...[
    'plain',
    'null',
    'true',
    '-12',
    '1.5e3',
    '2024-02-29',
    '2024-02-29T12:30:00.000Z',
    '12:30:00.000Z',
  ],
  ...[
    '[1, 2.5, "a"]',
    '{"a":1,"b":[true,null]}',
    '{1:[],2:["x\\"y"]}',
    '"quoted"',
    '[[[[1]]]]',
    '٣٤',
  ],
].map((text) => Buffer.from(text))
const charsets = ['UTF-8', 'ISO-8859-1', 'UTF-16', 'UTF-16LE', 'windows-1252', 'Shift_JIS']

const plain: readonly Decoder[] = [
  ...charsets.map((encoding) => {
    const converter = new StringConverter()
    converter.configure({ 'converter.encoding': encoding }, false)
    return converterDecoder(`StringConverter, ${encoding}`, converter, texts, parts)
  }),
  headerDecoder('SimpleHeaderConverter', new SimpleHeaderConverter(), texts),
  converterDecoder('ByteArrayConverter', new ByteArrayConverter(), [Buffer.from('00ff', 'hex')]),
  converterDecoder('BooleanConverter', new BooleanConverter(), [Buffer.of(1), Buffer.of(0)]),
  converterDecoder('ShortConverter', new ShortConverter(), [Buffer.from('8000', 'hex')]),
  converterDecoder('IntegerConverter', new IntegerConverter(), [Buffer.from('80000000', 'hex')]),
  converterDecoder('LongConverter', new LongConverter(), [Buffer.from('8000000000000000', 'hex')]),
  converterDecoder('FloatConverter', new FloatConverter(), [Buffer.from('7fc00001', 'hex')]),
  converterDecoder('DoubleConverter', new DoubleConverter(), [
    Buffer.from('7ff0000000000001', 'hex'),
  ]),
]

/** What a registry could answer as the text of a schema: parsed, mapped and made a reader. */
const avroSchemas: Decoder = {
  name: 'schemas of Avro',
  samples: avroTexts.map((text) => Buffer.from(text)),
  parts: [
    ...parts,
    ...['"size":1e15', '"scale":-2147483649', '"default":{"__proto__":1}', '"type":["null"]'].map(
      (text) => Buffer.from(text),
    ),
  ],
  errors: [DataError],
  decode: (bytes) => {
    const avro = parseAvroSchema(bytes.toString())
    const data = new AvroData({ 'enhanced.avro.schema.support': 'true' })
    const { schema } = data.decoder(avro)
    return [avroSchemaText(avro), avroSchemaText(data.encoder(schema).avroSchema)]
  },
}

/** Reads, and writes what was read: neither may end in anything but a value or a DataError. */
export const converterDecoders: readonly Decoder[] = [
  json('envelope', {}, envelopes),
  json('envelope, numeric decimals', { 'decimal.format': 'NUMERIC' }, envelopes),
  json('one schema for all', { 'schema.content': JSON.stringify(allTypes) }, documents.slice(0, 1)),
  json('no schemas', { 'schemas.enable': 'false' }, documents),
  ...plain,
  avroConverter.decoder,
  avroSchemas,
  protobufDecoder,
  protobufSchemas,
  ...jsonSchemaDecoders(parts),
]

function converterDecoder(
  name: string,
  converter: Converter,
  samples: readonly Buffer[],
  hostile: readonly Buffer[] = [],
): Decoder {
  const decode = async (bytes: Buffer): Promise<unknown> => {
    const read = await converter.toConnectData('t', null, bytes)
    return [read.value, await written(() => converter.fromConnectData('t', null, ...both(read)))]
  }
  return { name, samples, parts: hostile, errors: [DataError], decode }
}

function headerDecoder(name: string, converter: HeaderConverter, samples: readonly Buffer[]) {
  const decode = async (bytes: Buffer): Promise<unknown> => {
    const read = await converter.toConnectHeader('t', 'h', bytes)
    return [read.value, await written(() => converter.fromConnectHeader('t', 'h', ...both(read)))]
  }
  return { name, samples, parts, errors: [DataError], decode }
}

function both({ schema, value }: SchemaAndValue): [SchemaAndValue['schema'], unknown] {
  return [schema, value]
}

/** What cannot be written again is told so. */
async function written(write: () => unknown): Promise<unknown> {
  try {
    return await write()
  } catch (error) {
    if (error instanceof DataError) return error.message
    throw error
  }
}
