import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const prefix = topicPrefix('recipes')
const bootstrapServers = inject('bootstrapServers')
const transforms = 'org.apache.kafka.connect.transforms'
const bareJson = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
}

test('a document is wrapped at the source and unwrapped at the sink, and no byte of it changes', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = `${prefix}events`
  const documents = [
    '{"name":"Almond cookie","amount":100.0}',
    '{"name":"Größe","amount":-0.5,"tags":["a","b"],"paid":true}',
    '{"amount":100,"id":9007199254740993,"empty":null,"inner":{"price":2.0}}',
  ]
  const lines = `${documents.join('\n')}\n`
  await writeFile(dir.file('documents.txt'), lines)
  const unwrap = {
    ...bareJson,
    'tasks.max': '1',
    topics: topic,
    transforms: 'unwrap',
    'transforms.unwrap.type': `${transforms}.ExtractField$Value`,
    'transforms.unwrap.field': 'event',
  }
  const connectorFiles = [
    await dir.properties('source.properties', {
      ...bareJson,
      name: `${prefix}documents`,
      'connector.class': 'com.example.DocumentSourceConnector',
      'tasks.max': '1',
      file: dir.file('documents.txt'),
      topic,
      transforms: 'wrap',
      'transforms.wrap.type': `${transforms}.HoistField$Value`,
      'transforms.wrap.field': 'event',
    }),
    await dir.properties('sink.properties', {
      ...unwrap,
      name: `${prefix}unwrapped`,
      'connector.class': 'com.example.DocumentSinkConnector',
      file: dir.file('unwrapped.txt'),
    }),
    await dir.properties('text.properties', {
      ...unwrap,
      name: `${prefix}text`,
      'connector.class': 'FileStreamSink',
      file: dir.file('text.txt'),
    }),
  ]
  const properties = {
    ...stringConverters,
    'plugin.path': path.join(root, 'test/fixtures/worker-plugins/documents'),
    'offset.storage.file.filename': dir.file('offsets'),
  }
  await using ours = await Sluice.start({ dir, bootstrapServers, properties, connectorFiles })
  await hasText(dir.file('unwrapped.txt'), lines)
  expect(await kafka.readValues(topic)).toEqual(documents.map((each) => `{"event":${each}}`))
  const text = await waitFor('the file sink has written them', async () => {
    const found = await readFile(dir.file('text.txt'), 'utf8').catch(() => '')
    return found.split('\n').length > documents.length ? found : null
  })
  // As Java prints a map.
  expect(text.split('\n')[0]).toBe('{name=Almond cookie, amount=100.0}')
  expect(await ours.process.stop()).toBe(143)
}, 60_000)

test('lines of a file become JSON without an envelope, under keys of plain text, as Faust and ksqlDB take it', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = `${prefix}lines`
  const lines = ['Almond cookie', 'a "quoted" word', 'Größe \\ 😀', '100.0']
  await writeFile(dir.file('lines.txt'), `${lines.join('\n')}\n`)
  const source = await dir.properties('source.properties', {
    ...bareJson,
    name: `${prefix}lines`,
    'connector.class': 'FileStreamSource',
    'tasks.max': '1',
    file: dir.file('lines.txt'),
    topic,
    transforms: 'hoist,shop,key,text',
    'transforms.hoist.type': `${transforms}.HoistField$Value`,
    'transforms.hoist.field': 'line',
    'transforms.shop.type': `${transforms}.InsertField$Value`,
    'transforms.shop.static.field': 'shop',
    'transforms.shop.static.value': 'bakery',
    'transforms.key.type': `${transforms}.ValueToKey`,
    'transforms.key.fields': 'line',
    'transforms.text.type': `${transforms}.ExtractField$Key`,
    'transforms.text.field': 'line',
  })
  const properties = { ...stringConverters, 'offset.storage.file.filename': dir.file('offsets') }
  await using ours = await Sluice.start({
    ...{ dir, bootstrapServers, properties, connectorFiles: [source] },
  })
  await waitFor('the lines are in the topic', async () => {
    return (await kafka.endOffset(topic).catch(() => 0)) >= lines.length
  })
  const records = await kafka.read(topic)
  expect(records.map(({ key }) => key)).toEqual(lines)
  expect(records.map(({ value }) => JSON.parse(value ?? '') as unknown)).toEqual(
    lines.map((line) => ({ line, shop: 'bakery' })),
  )
  expect(records[0]?.value).toBe('{"line":"Almond cookie","shop":"bakery"}')
  expect(records[0]?.headers).toEqual([])
  expect(await ours.process.stop()).toBe(143)
}, 60_000)

async function hasText(file: string, text: string): Promise<void> {
  const read = (): Promise<string> => readFile(file, 'utf8').catch(() => '')
  await expect.poll(read, { timeout: 30_000 }).toBe(text)
}
