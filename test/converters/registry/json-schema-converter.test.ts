import { afterEach, describe, expect, test } from 'vitest'
import {
  ConfigError,
  DataError,
  Headers,
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { MaybePromise, Schema, SchemaAndValue } from '../../../src/api/index.ts'
import { JsonSchemaConverter } from '../../../src/converters/registry/json-schema-converter.ts'
import { errorOf, registry } from './support.ts'

const orders = SchemaBuilder.struct()
  .name('com.x.Order')
  .field('a', INT32_SCHEMA)
  .field('b', OPTIONAL_STRING_SCHEMA)
  .build()
const order = new Struct(orders, [1, 'x'])
const orderText =
  '{"type":"object","title":"com.x.Order","properties":{"a":{"type":"integer","connect.index":0,"connect.type":"int32"},"b":{"connect.index":1,"oneOf":[{"type":"null"},{"type":"string"}]}}}'
const json = { schemaType: 'JSON' }

const open: JsonSchemaConverter[] = []
afterEach(() => {
  for (const converter of open.splice(0)) converter.close()
})

function converterOf(config: Readonly<Record<string, string>> = {}): JsonSchemaConverter {
  const converter = new JsonSchemaConverter()
  const quick = { 'retries.wait.ms': '1', 'schema.registry.url': registry.url }
  converter.configure({ ...quick, ...config }, false)
  open.push(converter)
  return converter
}

const write = (
  converter: JsonSchemaConverter,
  value: unknown = order,
  schema: Schema | null = orders,
): MaybePromise<Buffer | null> => converter.fromConnectData('t', null, schema, value)
const read = (converter: JsonSchemaConverter, text: string, id = 1): MaybePromise<SchemaAndValue> =>
  converter.toConnectData(
    't',
    null,
    Buffer.concat([Buffer.from([0, 0, 0, 0, id]), Buffer.from(text)]),
  )

describe('the bytes', () => {
  test('are the id of the schema and a document, and are read again', async () => {
    const converter = converterOf()
    const bytes = await write(converter)
    expect(bytes?.toString('latin1')).toBe('\0\0\0\0\x01{"a":1,"b":"x"}')
    const again = await converter.toConnectData('t', null, bytes)
    expect(String(again.value)).toBe('Struct{a=1,b=x}')
    expect(again.schema).toMatchObject({ name: 'com.x.Order', version: 1 })
  })

  test('of null are none where null is nothing, and null where a schema allows it', async () => {
    const converter = converterOf()
    expect(write(converter, null, null)).toBeNull()
    expect(write(converter, null, orders)).toBeNull()
    expect(registry.takePaths()).toEqual([])
    const bytes = await write(converter, null, OPTIONAL_STRING_SCHEMA)
    expect(bytes?.subarray(5).toString()).toBe('null')
    expect((await converter.toConnectData('t', null, bytes)).value).toBeNull()
    const byDefault = SchemaBuilder.int32().defaultValue(7).build()
    expect((await write(converter, null, byDefault))?.subarray(5).toString()).toBe('7')
    const ignoring = converterOf({ 'ignore.default.for.nullables': 'true' })
    expect(write(ignoring, null, byDefault)).toBeNull()
    expect(converter.toConnectData('t', null, null)).toEqual({ schema: null, value: null })
  })
})

describe('the registry', () => {
  test('is asked once for a schema that is written, with its kind', async () => {
    const converter = converterOf()
    await write(converter)
    expect(JSON.parse(registry.requests[0]?.body ?? '')).toEqual({
      schema: orderText,
      schemaType: 'JSON',
    })
    expect(registry.takePaths()).toEqual(['POST /subjects/t-value/versions?normalize=false'])
    expect(write(converter)).toBeInstanceOf(Buffer)
  })

  test('normalizes if that is asked for', async () => {
    await write(converterOf({ 'normalize.schemas': 'true' }))
    expect(registry.takePaths()).toEqual(['POST /subjects/t-value/versions?normalize=true'])
  })

  test('gives what a schema refers to, and what that refers to', async () => {
    registry.add('text', '{"type":"string"}', json)
    registry.add('item', '{"type":"object","properties":{"n":{"$ref":"text.json"}}}', {
      ...json,
      references: [{ name: 'text.json', subject: 'text', version: 1 }],
    })
    const id = registry.add('t-value', '{"type":"array","items":{"$ref":"item.json"}}', {
      ...json,
      references: [{ name: 'item.json', subject: 'item', version: 1 }],
    })
    const { value } = await read(converterOf(), '[{"n":"x"}]', id)
    expect(String(value)).toBe('Struct{n=x}')
  })

  test.each([
    ['RecordNameStrategy', 'com.x.Order'],
    ['TopicRecordNameStrategy', 't-com.x.Order'],
  ])('keeps schemas by their titles with %s', async (name, subject) => {
    const className = `io.confluent.kafka.serializers.subject.${name}`
    const converter = converterOf({ 'value.subject.name.strategy': className })
    await write(converter)
    expect(registry.takePaths()[0]).toContain(`/subjects/${subject}/`)
    const error = await errorOf(() => write(converter, 'x', STRING_SCHEMA))
    expect(error.message).toContain('the message value must only be a record schema')
  })

  test('may be told in a header', async () => {
    const headers = new Headers()
    const className = 'io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer'
    const converter = converterOf({ 'value.schema.id.serializer': className })
    const bytes = await converter.fromConnectData('t', headers, orders, order)
    expect(bytes?.toString()).toBe('{"a":1,"b":"x"}')
    expect(String((await converterOf().toConnectData('t', headers, bytes)).value)).toBe(
      'Struct{a=1,b=x}',
    )
  })

  test('has a latest schema, which data is written with as it is, if that can read it', async () => {
    const config = { 'auto.register.schemas': 'false', 'use.latest.version': 'true' }
    const wider = orderText.replace('"type":"integer"', '"type":"number"')
    const id = registry.add('t-value', wider, json)
    const bytes = await write(converterOf(config))
    expect(bytes?.toString('latin1')).toBe(`\0\0\0\0${String.fromCharCode(id)}{"a":1,"b":"x"}`)
    registry.add('t-value', orderText.replace('"type":"integer"', '"type":"boolean"'), json)
    const error = await errorOf(() => write(converterOf(config)))
    expect(error.message).toMatch(
      /Incompatible schema of type 'JSON'. Set latest.compatibility.strict=false .*#\/properties\/a: TYPE_CHANGED/,
    )
  })
})

describe('values are held against their schema', () => {
  const strict = { 'json.fail.invalid.schema': 'true' }
  const limited =
    '{"type":"object","title":"L","properties":{"a":{"type":"integer","maximum":5,"connect.type":"int32"}},"required":["a"]}'

  test('of the registry, when they are written', async () => {
    const config = {
      ...strict,
      'auto.register.schemas': 'false',
      'use.schema.id': '1',
      'id.compatibility.strict': 'false',
    }
    registry.add('t-value', limited, json)
    const schema = SchemaBuilder.struct().name('L').field('a', INT32_SCHEMA).build()
    const converter = converterOf(config)
    expect((await write(converter, new Struct(schema, [5]), schema))?.length).toBe(12)
    const error = await errorOf(() => write(converter, new Struct(schema, [6]), schema))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toBe(
      'Converting Kafka Connect data to byte[] failed due to serialization error of topic t: Validation error in JSON: #/a must be <= 5',
    )
  })

  test('when they are read', async () => {
    registry.add('t-value', limited, json)
    expect(String((await read(converterOf(), '{}')).value)).toBe('Struct{}')
    const converter = converterOf(strict)
    expect(String((await read(converter, '{"a":5}')).value)).toBe('Struct{a=5}')
    const error = await errorOf(() => read(converter, '{}'))
    expect(error.message).toContain("Validation error in JSON: # must have required property 'a'")
  })
})

describe('an error', () => {
  test('of bytes that are no document says so, with the topic', async () => {
    registry.add('t-value', orderText, json)
    const error = await errorOf(() => read(converterOf(), '{"a"'))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toBe(
      'Converting byte[] to Kafka Connect data failed due to serialization error of topic t: The JSON document cannot be read: At byte 4 the text ends: expected a colon.',
    )
    expect((error.cause as Error).message).toBe('Error deserializing JSON message for id 1')
  })

  test('of data without a schema says what to do', async () => {
    const error = await errorOf(() => write(converterOf(), { a: 1 }, null))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toMatch(/Schemaless data has no JSON Schema/)
    expect(registry.takePaths()).toEqual([])
  })

  test('of the registry is told as for other kinds', async () => {
    const config = { 'auto.register.schemas': 'false' }
    const error = await errorOf(() => write(converterOf(config)))
    expect(error.message).toBe(
      "Converting Kafka Connect data to byte[] failed due to serialization error of topic t: Error retrieving JSON schema: Subject 't-value' not found.; error code: 40401. Register the schema first, or set auto.register.schemas=true.",
    )
  })

  test('of a schema of another kind names both', async () => {
    registry.add('t-value', '"string"')
    const error = await errorOf(() => read(converterOf(), '"x"'))
    expect(error.message).toContain('is of type AVRO, but this converter reads JSON')
  })

  test('of a key that is set wrongly is one of the configuration', () => {
    expect(() => converterOf({ 'decimal.format': 'HEX' })).toThrow(ConfigError)
    expect(() => converterOf({ 'json.fail.invalid.schema': 'maybe' })).toThrow(ConfigError)
  })
})
