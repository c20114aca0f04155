import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import {
  Decimal,
  INT64_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { ProtobufConverter } from '../../../src/converters/registry/protobuf-converter.ts'
import { RegistryClient } from '../../../src/converters/registry/registry-client.ts'
import type { SchemaText } from '../../../src/converters/registry/registry-client.ts'
import { parseRegistryConfig } from '../../../src/converters/registry/registry-config.ts'
import { prefixOf } from '../../../src/converters/registry/schema-id.ts'
import { describeRegistry } from '../../converters/registry/contract.ts'
import type { RunningRegistry } from '../../converters/registry/contract.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { Sluice, scratchDir } from '../../support/sluice.ts'
import { topicPrefix } from '../../support/topics.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startApicurio } from './apicurio.ts'
import type { RunningApicurio } from './apicurio.ts'

let registry: RunningApicurio

beforeAll(async () => {
  registry = await startApicurio()
}, 180_000)
afterAll(() => registry[Symbol.asyncDispose]())

describeRegistry('Apicurio Registry', (): Promise<RunningRegistry> =>
  Promise.resolve({ url: registry.url, [Symbol.asyncDispose]: () => Promise.resolve() }),
)

test.each([
  ['Avro', '"name":"Line","namespace":"com.example"'],
  ['JsonSchema', '"title":"com.example.Line"'],
])(
  'lines become %s in a topic, and lines again',
  { timeout: 120_000 },
  async (converter, schemaPart) => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix(converter.toLowerCase())}lines`
    await kafka.createTopic(topic)
    const lines = Array.from({ length: 2000 }, (_, n) => `line ${n} – Größe`)
    await writeFile(dir.file('in.txt'), `${lines.join('\n')}\n`)
    const source = await dir.properties('source.properties', {
      name: `${converter}-source`,
      'connector.class': 'FileStreamSource',
      file: dir.file('in.txt'),
      topic,
      transforms: 'hoist,name',
      'transforms.hoist.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
      'transforms.hoist.field': 'line',
      'transforms.name.type': 'org.apache.kafka.connect.transforms.SetSchemaMetadata$Value',
      'transforms.name.schema.name': 'com.example.Line',
    })
    const sink = await dir.properties('sink.properties', {
      name: `${converter}-sink`,
      'connector.class': 'FileStreamSink',
      file: dir.file('out.txt'),
      topics: topic,
    })
    await using sluice = await Sluice.start({
      dir,
      bootstrapServers: inject('bootstrapServers'),
      connectorFiles: [source, sink],
      properties: {
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': converter,
        // The first does not answer: the second is asked.
        'value.converter.schema.registry.url': `http://127.0.0.1:1,${registry.url}`,
        'offset.storage.file.filename': dir.file('offsets'),
      },
    })
    await sluice.running(`${converter}-sink`)
    const written = lines.map((line) => `Struct{line=${line}}\n`).join('')
    await waitFor('every line to be written', async () => {
      return (await readFile(dir.file('out.txt'), 'utf8').catch(() => '')) === written
    })
    const [first] = await kafka.read(topic)
    expect(first?.value?.slice(0, 1)).toBe('\0')
    const versions = await fetch(`${registry.url}/subjects/${topic}-value/versions/latest`)
    expect(await versions.json()).toMatchObject({
      version: 1,
      schema: expect.stringContaining(schemaPart) as string,
    })
  },
)

describe('Protobuf in Apicurio Registry', () => {
  const line = SchemaBuilder.struct().name('Line').field('sku', STRING_SCHEMA).build()
  const order = (more: Readonly<Record<string, Schema>>): Schema => {
    const builder = SchemaBuilder.struct()
      .name('com.x.Order')
      .field('id', INT64_SCHEMA)
      .field('price', Decimal.schema(2))
      .field('lines', SchemaBuilder.array(line).build())
    for (const [name, schema] of Object.entries(more)) builder.field(name, schema)
    return builder.build()
  }
  const members = [2n ** 60n, new Decimal(156n, 2), [new Struct(line, ['x'])]]

  async function withConverter(
    use: (converter: ProtobufConverter) => Promise<void>,
  ): Promise<void> {
    const converter = new ProtobufConverter()
    converter.configure({ 'schema.registry.url': registry.url }, false)
    try {
      await use(converter)
    } finally {
      converter.close()
    }
  }

  test('is read as it was written, and each version as what it is', () =>
    withConverter(async (converter) => {
      const texts = []
      for (const more of [{}, { note: STRING_SCHEMA }]) {
        const schema = order(more)
        const value = new Struct(schema, [...members, ...Object.keys(more)])
        const bytes = await converter.fromConnectData('protobuf', null, schema, value)
        const found = await converter.toConnectData('protobuf', null, bytes)
        texts.push(`${found.schema?.version ?? ''} ${String(found.value)}`)
      }
      expect(texts).toEqual([
        '1 Struct{id=1152921504606846976,price=1.56,lines=[Struct{sku=x}]}',
        '2 Struct{id=1152921504606846976,price=1.56,lines=[Struct{sku=x}],note=note}',
      ])
    }))

  test('is refused where it cannot read what is there', () =>
    withConverter(async (converter) => {
      const before = SchemaBuilder.struct().name('R').field('a', INT64_SCHEMA).build()
      const after = SchemaBuilder.struct().name('R').field('a', STRING_SCHEMA).build()
      await converter.fromConnectData('strict-proto', null, before, new Struct(before, [1]))
      const write = async (): Promise<unknown> =>
        converter.fromConnectData('strict-proto', null, after, new Struct(after, ['x']))
      await expect(write()).rejects.toThrow('Error registering Protobuf schema')
    }))

  test('is read with the files that it imports', () =>
    withConverter(async (converter) => {
      const settings = { 'schema.registry.url': registry.url }
      const client = new RegistryClient(parseRegistryConfig(settings), settings)
      const proto = (schema: string, references: SchemaText['references'] = []): SchemaText => ({
        ...{ type: 'PROTOBUF', references },
        schema: `syntax = "proto3"; package m; ${schema}`,
      })
      await client.register('m/money.proto', proto('message Money { int64 units = 1; }'), false)
      const references = [{ name: 'm/money.proto', subject: 'm/money.proto', version: 1 }]
      const price = proto('import "m/money.proto"; message Price { Money money = 1; }', references)
      const { id } = await client.register('prices-value', price, false)
      client.close()
      const bytes = Buffer.concat([prefixOf(id ?? 0), Buffer.from('000a020807', 'hex')])
      const { value } = await converter.toConnectData('prices', null, bytes)
      expect(String(value)).toBe('Struct{money=Struct{units=7}}')
    }))
})
