import { readFile, writeFile } from 'node:fs/promises'
import { Kafka, logLevel } from 'kafkajs'
import { expect, inject, test } from 'vitest'
import type { RawRecord } from '../../src/runtime/raw-record.ts'
import { startJavaConnect } from '../services/kafka/java-connect.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { readRaw } from '../support/raw-records.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const prefix = topicPrefix('dead-letters')
const bootstrapServers = inject('bootstrapServers')
const context = '__connect.errors.'
const int = Buffer.from('00000007', 'hex')
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const good = json({ schema: null, payload: { a: 'good' } })

/** Each fails in a stage of its own way, but for the good ones between them. */
const messages = [
  { key: int, value: good },
  { key: int, value: json({ a: 1 }), headers: { own: 'x', bytes: Buffer.from('ff00', 'hex') } },
  { key: int, value: Buffer.from('no json') },
  { key: int, value: Buffer.from('000000002a026162', 'hex') },
  { key: Buffer.from('abc'), value: good },
  { key: null, value: good },
  { key: int, value: Buffer.from('{"schema":{"type":"int8"},"payload":') },
  { key: int, value: json({ schema: { type: 'string' }, payload: 'no map' }) },
  { key: int, value: json({ schema: { type: 'nonsense' }, payload: 'x' }) },
  { key: int, value: good, headers: { [`${context}topic`]: 'of an earlier time' } },
  { key: int, value: json({ schema: null, payload: ['no', 'map'] }) },
]
const failing = 8

async function sinkFile(dir: ScratchDir, topic: string, who: string): Promise<string> {
  return await dir.properties(`${who}.properties`, {
    name: `${prefix}sink`,
    'connector.class': 'FileStreamSink',
    'tasks.max': '1',
    file: dir.file(`${who}.txt`),
    topics: topic,
    'key.converter': 'org.apache.kafka.connect.converters.IntegerConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'true',
    transforms: 'pick',
    'transforms.pick.type': 'org.apache.kafka.connect.transforms.ExtractField$Value',
    'transforms.pick.field': 'a',
    'errors.tolerance': 'all',
    'errors.log.enable': 'true',
    'errors.log.include.messages': 'true',
    'errors.deadletterqueue.topic.name': `${prefix}dead-${who}`,
    'errors.deadletterqueue.topic.replication.factor': '1',
    'errors.deadletterqueue.context.headers.enable': 'true',
    'consumer.override.group.id': `${prefix}${who}`,
  })
}

/** A source whose transformation takes no line. */
async function sourceFile(
  dir: ScratchDir,
  name: string,
  factor: string,
  more: Record<string, string> = {},
): Promise<string> {
  return await dir.properties(`${name}.properties`, {
    name: `${prefix}${name}`,
    'connector.class': 'FileStreamSource',
    'tasks.max': '1',
    file: dir.file('lines.txt'),
    topic: `${prefix}lines`,
    transforms: 'pick',
    'transforms.pick.type': 'org.apache.kafka.connect.transforms.ExtractField$Value',
    'transforms.pick.field': 'a',
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': `${prefix}${name}-dead`,
    'errors.deadletterqueue.topic.replication.factor': factor,
    'errors.deadletterqueue.context.headers.enable': 'true',
    ...more,
  })
}

/** What both must have alike: of a stack trace the first line. */
function comparable({ key, value, timestamp, headers }: RawRecord): unknown {
  return {
    key: key?.toString('hex'),
    value: value?.toString('hex'),
    timestamp,
    headers: headers.map((header) => {
      const bytes = header.value && Buffer.from(header.value)
      const isTrace = header.key === `${context}exception.stacktrace`
      return [header.key, isTrace ? bytes?.toString().split(/\n/)[0] : bytes?.toString('latin1')]
    }),
  }
}

/** The sentences about failed records, without what comes before and behind. */
function logged(log: string): string[] {
  return [...log.matchAll(/Error encountered in task .*(?= \()/g)].map(([line]) => line)
}

test('what cannot be processed lies in the queue as Java’s worker puts it there, byte for byte', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = `${prefix}in`
  await kafka.createTopic(topic)
  const producer = new Kafka({
    brokers: bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
  }).producer()
  await producer.connect()
  await producer.send({ topic, messages })
  await producer.disconnect()
  const properties = {
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'offset.flush.interval.ms': '300',
  }
  const logs: Record<'ours' | 'java', readonly string[]> = { ours: [], java: [] }
  const run = async (
    who: 'ours' | 'java',
    log: () => string,
    stop: () => Promise<number>,
  ): Promise<void> => {
    await waitFor(`${who} has committed all of the topic`, async () => {
      const [offset] = await kafka.committed(`${prefix}${who}`, topic)
      return offset === messages.length
    })
    logs[who] = logged(log())
    expect(await stop()).toBe(143)
  }
  {
    const connectorFiles = [await sinkFile(dir, topic, 'ours')]
    await using ours = await Sluice.start({ dir, bootstrapServers, properties, connectorFiles })
    await run(
      'ours',
      () => ours.process.log(),
      () => ours.process.stop(),
    )
  }
  {
    const connectorFiles = [await sinkFile(dir, topic, 'java')]
    const offsets = { 'offset.storage.file.filename': dir.file('java.offsets') }
    await using java = await startJavaConnect({
      ...{ mode: 'standalone', bootstrapServers, connectorFiles },
      properties: { ...properties, ...offsets },
    })
    await run(
      'java',
      () => java.log(),
      () => java.shutDown(),
    )
  }
  const [ours, java] = await Promise.all([
    readRaw(bootstrapServers, `${prefix}dead-ours`, failing),
    readRaw(bootstrapServers, `${prefix}dead-java`, failing),
  ])
  expect(ours.map(comparable)).toEqual(java.map(comparable))
  expect(java).toHaveLength(failing)
  // Behind Java's sentence ours says what the bytes look like.
  expect(logs.ours).toHaveLength(failing)
  expect(logs.ours.map((line, at) => line.startsWith(logs.java[at] ?? 'nothing'))).toEqual(
    Array.from({ length: failing }, () => true),
  )
  expect(await readFile(dir.file('ours.txt'), 'utf8')).toBe(
    await readFile(dir.file('java.txt'), 'utf8'),
  )
}, 180_000)

test('a source keeps what it cannot send, and goes on behind it; a queue that cannot be made fails the task', async () => {
  await using dir = await scratchDir()
  await writeFile(dir.file('lines.txt'), 'one\ntwo\n')
  const properties = {
    ...stringConverters,
    'offset.flush.interval.ms': '300',
    'offset.storage.file.filename': dir.file('offsets'),
  }
  const connectorFiles = [await sourceFile(dir, 'kept', '1'), await sourceFile(dir, 'refused', '3')]
  await using ours = await Sluice.start({ dir, bootstrapServers, properties, connectorFiles })
  const letters = await readRaw(bootstrapServers, `${prefix}kept-dead`, 2)
  expect(letters.map(({ value }) => JSON.parse(String(value)) as unknown)).toMatchObject([
    { schema: { type: 'string' }, payload: 'one' },
    { schema: { type: 'string' }, payload: 'two' },
  ])
  const said = letters.map(({ headers }) =>
    Object.fromEntries(headers.map(({ key, value }) => [key, String(value)])),
  )
  expect(said[1]).toMatchObject({
    [`${context}topic`]: `${prefix}lines`,
    [`${context}stage`]: 'TRANSFORMATION',
    [`${context}source.offset`]: '{"position":8}',
    [`${context}format`]: 'json',
  })
  // Their offsets are committed, though nothing was sent.
  await waitFor('the offsets are committed', async () => {
    const path = `/connectors/${prefix}kept/offsets`
    const { offsets } = await ours.get<{ offsets: { offset: { position: number } }[] }>(path)
    return offsets[0]?.offset.position === 8
  })
  const trace = await waitFor('the other has failed', async () => {
    const { tasks } = await ours.status(`${prefix}refused`)
    return tasks[0]?.trace
  })
  expect(trace).toContain(
    `org.apache.kafka.connect.errors.ConnectException: Could not initialize dead letter queue with topic=${prefix}refused-dead: `,
  )
  expect(trace).toMatch(/[Rr]eplication/)
}, 120_000)

test('a letter tells nothing that a config provider gave, whatever its key is called', async () => {
  await using dir = await scratchDir()
  await writeFile(dir.file('lines.txt'), 'one\n')
  const provided = 'given-by-a-provider'
  const file = await dir.properties('secrets.properties', { field: provided })
  const source = await sourceFile(dir, 'telling', '1', {
    transforms: 'hoist,pick',
    'transforms.hoist.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
    'transforms.hoist.field': 'line',
    'transforms.pick.field': `\${file:${file}:field}`,
  })
  const properties = {
    ...stringConverters,
    'offset.storage.file.filename': dir.file('offsets'),
    'config.providers': 'file',
    'config.providers.file.class': 'FileConfigProvider',
  }
  await using ours = await Sluice.start({
    ...{ dir, bootstrapServers, properties, connectorFiles: [source] },
  })
  const [letter] = await readRaw(bootstrapServers, `${prefix}telling-dead`, 1)
  const said = (letter?.headers ?? []).map(({ key, value }) => `${key}=${String(value)}`)
  expect(said).toContain(`${context}exception.message=Unknown field: [hidden]`)
  expect(said.join('\n')).not.toContain(provided)
  expect((await ours.status(`${prefix}telling`)).tasks[0]?.state).toBe('RUNNING')
}, 120_000)
