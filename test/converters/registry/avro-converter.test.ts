import { describe, expect, test } from 'vitest'
import {
  ConfigError,
  DataError,
  Headers,
  BYTES_SCHEMA,
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  Struct,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { converterOf, errorOf, order, orderText, orders, read, registry, write } from './support.ts'

describe('the bytes', () => {
  test.each<[string, Schema | null, unknown, string]>([
    ['text', STRING_SCHEMA, 'foobar', '00000000010c666f6f626172'],
    ['an int', INT32_SCHEMA, 42, '000000000154'],
    ['an optional text', OPTIONAL_STRING_SCHEMA, 'x', '0000000001020278'],
    ['bytes alone, without their length', BYTES_SCHEMA, Buffer.from([1, 2, 3]), '0000000001010203'],
    ['a record', orders, order, '0000000001020278'],
  ])(
    'of %s are those of Confluent’s serializer, and are read again',
    async (_what, schema, value, hex) => {
      const converter = converterOf()
      const bytes = await write(converter, value, schema)
      expect(bytes?.toString('hex')).toBe(hex)
      expect((await read(converter, bytes)).value).toEqual(
        value instanceof Struct ? expect.objectContaining({ values: value.values }) : value,
      )
    },
  )

  test('null is a tombstone and asks nobody', () => {
    const converter = converterOf()
    expect(write(converter, null, null)).toBeNull()
    expect(write(converter, null, OPTIONAL_STRING_SCHEMA)).toBeNull()
    expect(read(converter, null)).toEqual({ schema: null, value: null })
    expect(() => write(converter, null, orders)).toThrow('Found null value for non-optional schema')
    expect(registry.takePaths()).toEqual([])
  })

  test('schemaless data is read as it was', async () => {
    const converter = converterOf()
    const value = { a: [1, 'x', null, true], b: { c: 1.5 } }
    expect(await read(converter, await write(converter, value, null))).toEqual({
      schema: null,
      value,
    })
  })
})

describe('the registry is asked', () => {
  test('once for a schema that is written, and then answers are at hand', async () => {
    const converter = converterOf()
    await write(converter)
    expect(registry.requests[0]?.body).toBe(JSON.stringify({ schema: orderText }))
    expect(registry.takePaths()).toEqual(['POST /subjects/t-value/versions?normalize=false'])
    expect(write(converter)).toBeInstanceOf(Buffer)
    expect(registry.takePaths()).toEqual([])
  })

  test('once for a schema that is read: for it, and for its version', async () => {
    const bytes = await write(converterOf())
    const converter = converterOf()
    registry.takePaths()
    const all = await Promise.all([read(converter, bytes), read(converter, bytes)])
    expect(all.map(({ schema }) => schema?.version)).toEqual([1, 1])
    expect(registry.takePaths()).toEqual([
      'GET /schemas/ids/1?fetchMaxId=false&subject=t-value',
      'POST /subjects/t-value?normalize=false&deleted=true',
    ])
    expect(read(converter, bytes)).toMatchObject({ schema: { name: 'com.x.Order', version: 1 } })
  })

  test('for keys under another subject', async () => {
    await write(converterOf({}, true))
    expect(registry.takePaths()).toEqual(['POST /subjects/t-key/versions?normalize=false'])
  })

  test('again for another topic', async () => {
    const converter = converterOf()
    await write(converter)
    await converter.fromConnectData('u', null, orders, order)
    expect(registry.takePaths()).toHaveLength(2)
    expect(write(converter)).toBeInstanceOf(Buffer)
  })

  test('again for the latest schema once its time is over', async () => {
    registry.add('t-value', orderText)
    const config = { 'auto.register.schemas': 'false', 'use.latest.version': 'true' }
    const converter = converterOf({ ...config, 'latest.cache.ttl.sec': '0' })
    await write(converter)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await write(converter)
    expect(registry.takePaths()).toHaveLength(2)
  })

  test('with the references of a schema', async () => {
    registry.add('inner', '{"type":"record","name":"x.In","fields":[{"name":"a","type":"int"}]}')
    const outer = '{"type":"record","name":"x.Out","fields":[{"name":"i","type":"In"}]}'
    const references = [{ name: 'x.In', subject: 'inner', version: 1 }]
    const id = registry.add('t-value', outer, { references })
    const { value } = await read(
      converterOf(),
      Buffer.from(`00${id.toString(16).padStart(8, '0')}0e`, 'hex'),
    )
    expect(String(value)).toBe('Struct{i=Struct{a=7}}')
    expect(registry.takePaths()).toContain('GET /subjects/inner/versions/1?deleted=true')
  })
})

describe('the subject', () => {
  const strategy = (name: string) => ({
    'value.subject.name.strategy': `io.confluent.kafka.serializers.subject.${name}`,
  })

  test.each([
    ['TopicNameStrategy', 't-value'],
    ['RecordNameStrategy', 'com.x.Order'],
    ['TopicRecordNameStrategy', 't-com.x.Order'],
  ])('of %s is %s, for reading too', async (name, subject) => {
    const bytes = await write(converterOf(strategy(name)))
    expect(registry.takePaths()[0]).toContain(`/subjects/${subject}/`)
    await read(converterOf(strategy(name)), bytes)
    expect(registry.takePaths().at(-1)).toContain(`/subjects/${subject}?`)
  })

  test('of a record strategy needs a record', async () => {
    const converter = converterOf(strategy('RecordNameStrategy'))
    const error = await errorOf(() => write(converter, 'x', STRING_SCHEMA))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toContain(
      'In configuration value.subject.name.strategy = io.confluent.kafka.serializers.subject.RecordNameStrategy, the message value must only be a record schema',
    )
  })

  test('is what a topic is associated with, or else that of the topic', async () => {
    registry.associations.set('-/t', ['orders'])
    const converter = converterOf(strategy('AssociatedNameStrategy'))
    await write(converter)
    await converter.fromConnectData('u', null, orders, order)
    const asked = registry.takePaths().filter((path) => path.includes('/versions'))
    expect(asked).toEqual([
      'POST /subjects/orders/versions?normalize=false',
      'POST /subjects/u-value/versions?normalize=false',
    ])
    registry.associations.set('-/v', ['one', 'two'])
    const error = await errorOf(() => converter.fromConnectData('v', null, orders, order))
    expect(error.message).toContain('Multiple associated subjects found for topic v')
  })

  test('of a strategy that nobody knows is refused', () => {
    expect(() => converterOf(strategy('MyStrategy'))).toThrow(ConfigError)
  })
})

describe('where schemas are not registered', () => {
  const config = { 'auto.register.schemas': 'false' }
  const wider =
    '{"type":"record","name":"com.x.Order","fields":[{"name":"b","type":"string"},{"name":"a","type":"long"},{"name":"c","type":"int","default":9}]}'

  test('one that is there is looked up', async () => {
    registry.add('t-value', orderText)
    expect(await write(converterOf(config))).toEqual(Buffer.from('0000000001020278', 'hex'))
    expect(registry.takePaths()).toEqual(['POST /subjects/t-value?normalize=false&deleted=false'])
  })

  test('one that is not there is an error that says what to do', async () => {
    const error = await errorOf(() => write(converterOf(config)))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toBe(
      "Failed to serialize Avro data from topic t: Error retrieving Avro schema: Subject 't-value' not found.; error code: 40401. Register the schema first, or set auto.register.schemas=true.",
    )
  })

  test('the latest is written with, its fields found by name', async () => {
    const id = registry.add('t-value', wider)
    const latest = converterOf({ ...config, 'use.latest.version': 'true' })
    expect(await write(latest)).toEqual(
      Buffer.from(`00${id.toString(16).padStart(8, '0')}02780212`, 'hex'),
    )
    expect(registry.takePaths()).toEqual(['GET /subjects/t-value/versions/latest'])
  })

  test('one of an id or a GUID is written with', async () => {
    const id = registry.add('t-value', wider)
    const bytes = Buffer.from(`00${id.toString(16).padStart(8, '0')}02780212`, 'hex')
    expect(await write(converterOf({ ...config, 'use.schema.id': String(id) }))).toEqual(bytes)
    expect(await write(converterOf({ ...config, 'use.schema.guid': registry.guidOf(id) }))).toEqual(
      bytes,
    )
  })

  test('the latest with some metadata is written with', async () => {
    registry.add('t-value', wider, { metadata: { properties: { major: '1' } } })
    registry.add('t-value', orderText, { metadata: { properties: { major: '2' } } })
    const converter = converterOf({ ...config, 'use.latest.with.metadata': 'major=1' })
    expect(await write(converter)).toEqual(Buffer.from('000000000102780212', 'hex'))
  })

  test('one that cannot read the data is refused, unless that is allowed', async () => {
    const other = orderText.replace('"int"', '"string"')
    registry.add('t-value', other)
    const latest = { ...config, 'use.latest.version': 'true' }
    const error = await errorOf(() => write(converterOf(latest)))
    expect(error.message).toContain(
      "Incompatible schema of type 'AVRO'. Set latest.compatibility.strict=false to disable this check.",
    )
    const id = await errorOf(() => write(converterOf({ ...config, 'use.schema.id': '1' })))
    expect(id.message).toContain('Set id.compatibility.strict=false')
  })
})

describe('the id in a header', () => {
  const config = {
    'value.schema.id.serializer':
      'io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer',
  }

  test('is the GUID behind 01, and the value stands alone', async () => {
    const converter = converterOf(config)
    expect(converter.addsHeaders).toBe(true)
    const headers = new Headers()
    const bytes = await converter.fromConnectData('t', headers, orders, order)
    await converter.fromConnectData('t', headers, orders, order)
    expect(bytes).toEqual(Buffer.from('020278', 'hex'))
    expect(headers.size).toBe(1)
    const value = headers.lastWithName('__value_schema_id')?.value as Buffer
    expect(value.toString('hex')).toBe(`01${registry.guidOf(1).replaceAll('-', '')}`)
    const found = await converterOf().toConnectData('t', headers, bytes)
    expect(String(found.value)).toBe('Struct{a=1,b=x}')
  })

  test('is read before the bytes as well, and an id there where no header has one', async () => {
    const bytes = await write(converterOf())
    const guid = registry.guidOf(1).replaceAll('-', '')
    const inline = Buffer.from(`01${guid}020278`, 'hex')
    const converter = converterOf()
    expect(String((await read(converter, inline)).value)).toBe('Struct{a=1,b=x}')
    const others = new Headers().add('other', Buffer.from('x'), null)
    const found = await converter.toConnectData('t', others, bytes)
    expect(String(found.value)).toBe('Struct{a=1,b=x}')
  })

  test('needs headers, and a registry that has GUIDs', async () => {
    const missing = await errorOf(() => write(converterOf(config)))
    expect(missing.message).toContain('Missing headers')
    registry.tellsGuids = false
    const error = await errorOf(() =>
      converterOf(config).fromConnectData('u', new Headers(), orders, order),
    )
    expect(error.message).toContain('Schema GUID is null')
  })
})
