import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { expect, inject, test } from 'vitest'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { readRaw } from '../support/raw-records.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const prefix = topicPrefix('rejected')
const bootstrapServers = inject('bootstrapServers')
const context = '__connect.errors.'

/** Put in one batch or in several: what `put` gives back is between what it writes. */
const messages = [
  { key: 'a', value: 'good 0' },
  { key: 'b', value: 'bad 1', headers: { own: Buffer.from('ff00', 'hex'), trace: '1' } },
  { key: 'c', value: 'good 2' },
  { key: null, value: 'bad 3', timestamp: '1234567890123' },
  { key: 'd', value: 'good 4' },
]

test('what put gives back record by record lies in the queue as it came, and its offset is committed with the others’', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = `${prefix}in`
  const name = `${prefix}sink`
  await kafka.createTopic(topic)
  const producer = new Kafka({
    brokers: bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
  }).producer()
  await producer.connect()
  await producer.send({ topic, messages })
  await producer.disconnect()
  const sink = await dir.properties('sink.properties', {
    ...{ name, 'connector.class': 'com.example.RecorderSinkConnector', topics: topic },
    ...{ journal: dir.file('journal'), reject: 'bad' },
    // What put is given is not what lies in Kafka.
    transforms: 'rename',
    'transforms.rename.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.rename.regex': '.*',
    'transforms.rename.replacement': 'elsewhere',
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': `${prefix}dead`,
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
  })
  await using sluice = await Sluice.start({
    ...{ dir, bootstrapServers, connectorFiles: [sink] },
    properties: {
      ...stringConverters,
      'plugin.path': path.join(root, 'test/fixtures/worker-plugins/recorder'),
      'offset.storage.file.filename': dir.file('offsets'),
      'offset.flush.interval.ms': '300',
    },
  })
  const letters = await readRaw(bootstrapServers, `${prefix}dead`, 2)
  expect(letters.map((each) => [each.key?.toString() ?? null, each.value?.toString()])).toEqual([
    ['b', 'bad 1'],
    [null, 'bad 3'],
  ])
  expect(letters[1]?.timestamp).toBe(1234567890123)
  const said = letters.map(({ headers }) =>
    Object.fromEntries(headers.map(({ key, value }) => [key, value && Buffer.from(value)])),
  )
  expect(said[0]?.own).toEqual(Buffer.from('ff00', 'hex'))
  expect(said.map((each) => String(each[`${context}offset`]))).toEqual(['1', '3'])
  const why = Object.entries(said[0] ?? {}).map(([key, value]) => [key, String(value)])
  expect(Object.fromEntries(why)).toMatchObject({
    [`${context}topic`]: topic,
    [`${context}connector.name`]: name,
    [`${context}stage`]: 'TASK_PUT',
    [`${context}class.name`]: 'org.apache.kafka.connect.sink.SinkTask',
    [`${context}exception.class.name`]: 'org.apache.kafka.connect.errors.DataException',
    [`${context}exception.message`]: 'no room for bad 1',
  })
  await waitFor('all of the topic is committed', async () => {
    const [offset] = await kafka.committed(`connect-${name}`, topic)
    return offset === messages.length
  })
  const put = (await readFile(dir.file('journal'), 'utf8')).match(/0:\d/g)
  expect(put).toEqual(['0:0', '0:1', '0:2', '0:3', '0:4'])
  expect((await sluice.status(name)).tasks[0]?.state).toBe('RUNNING')
}, 60_000)
