import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  confluentBucket,
  parseConfluentSource,
} from '../../connectors/s3/source/confluent-source-config.ts'
import { listFolders } from '../../connectors/s3/source/folders.ts'
import { S3SourceBucket } from '../../connectors/s3/source/s3-source-bucket.ts'
import { compareKeys, pagesOf } from '../../connectors/s3/source/source-bucket.ts'
import { root } from '../services/paths.ts'
import { accessKey, secretKey, startS3 } from '../services/s3/versitygw.ts'
import type { RunningS3 } from '../services/s3/versitygw.ts'
import { asked, startMember } from '../support/cluster.ts'
import { readCommitted } from '../support/committed-records.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus, ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const bootstrapServers = inject('bootstrapServers')
const patience = { timeoutMs: 120_000 }
let s3: RunningS3

beforeAll(async () => {
  s3 = await startS3()
}, 900_000)
afterAll(() => s3[Symbol.asyncDispose]())

async function put(bucket: string, key: string, body: string): Promise<void> {
  await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
}

const numbers = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index)
const lines = (from: number, count: number): string =>
  numbers(from, count)
    .map((n) => `{"n":${n}}\n`)
    .join('')

const confluent = (bucket: string): Record<string, string> => ({
  'connector.class': 'io.confluent.connect.s3.source.S3SourceConnector',
  'tasks.max': '2',
  'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
  's3.bucket.name': bucket,
  'store.url': s3.url,
  'aws.access.key.id': accessKey,
  'aws.secret.access.key': secretKey,
  's3.poll.interval.ms': '500',
  'record.batch.max.size': '50',
})

const converters = {
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
}

/** Objects of two partitions, as the sink names them. */
async function fill(bucket: string, topic: string, objects: number): Promise<void> {
  await s3.createBucket(bucket)
  for (let at = 0; at < objects; at++) {
    for (const partition of [0, 1]) {
      const start = String(at * 100).padStart(10, '0')
      const key = `topics/${topic}/partition=${partition}/${topic}+${partition}+${start}.json`
      await put(bucket, key, lines(partition * 100_000 + at * 100, 100))
    }
  }
}

test(
  'what the sink wrote is restored to its partitions, in order, though the worker is killed at every point',
  { timeout: 300_000 },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(bootstrapServers)
    const topic = `${topicPrefix('s3-restore')}numbers`
    await kafka.createTopic(topic, { partitions: 2 })
    const bucket = 'restored'
    await fill(bucket, topic, 10)
    const source = await dir.properties('source.properties', {
      ...{ name: 'restore', ...confluent(bucket) },
    })
    const launch = (env: Record<string, string>): Promise<Sluice> =>
      Sluice.launch({ ...worker(dir, [source]), env })
    for (const point of ['source.polled', 'source.flush', 'offsets.write', 'offsets.written']) {
      const hooks = pathToFileURL(path.join(root, 'test', 'support', 'die-at.mjs')).href
      await using killed = await launch({
        SLUICE_TEST_HOOKS: hooks,
        SLUICE_TEST_DIE_AT: `${point}:2`,
      })
      expect(await killed.process.exited).toBe(137)
    }
    await using last = await launch({})
    const inPartition = async (partition: number): Promise<number[]> =>
      (await kafka.read(topic))
        .filter((record) => record.partition === partition)
        .map(({ value }) => (JSON.parse(value ?? '') as { readonly n: number }).n)
    await waitFor(
      'every record to be restored',
      async () => new Set([...(await inPartition(0)), ...(await inPartition(1))]).size === 2000,
      patience,
    )
    for (const partition of [0, 1]) {
      const found = await inPartition(partition)
      // Each for the first time in order: what was sent again after a kill came before.
      expect([...new Set(found)]).toEqual(numbers(partition * 100_000, 1000))
    }
    expect(await last.process.stop()).toBe(143)
  },
)

const worker = (
  dir: ScratchDir,
  connectorFiles: string[],
): Pick<
  Parameters<typeof Sluice.launch>[0],
  'dir' | 'properties' | 'connectorFiles' | 'bootstrapServers'
> => ({
  ...{ dir, connectorFiles, bootstrapServers },
  properties: {
    ...converters,
    'offset.storage.file.filename': dir.file('offsets'),
    'offset.flush.interval.ms': '200',
  },
})

test(
  'with exactly once every record is there once, though a worker of the cluster is killed',
  { timeout: 300_000 },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(bootstrapServers)
    const name = `${topicPrefix('s3-once')}${randomUUID().slice(0, 8)}`
    const topic = `${name}-numbers`
    await kafka.createTopic(topic)
    const bucket = 'once'
    await s3.createBucket(bucket)
    for (let at = 0; at < 20; at++) await put(bucket, `in/${at}.json`, lines(at * 100, 100))
    const properties = { 'exactly.once.source.support': 'enabled', ...converters }
    const options = { dir, bootstrapServers, name, properties }
    await using one = await startMember(options)
    await using two = await startMember(options)
    await asked(one, 'PUT', '/connectors/src/config', {
      ...confluent(bucket),
      ...{ mode: 'GENERIC', 'topics.dir': 'in/', 'topic.regex.list': `${topic}:in/.*` },
      'exactly.once.support': 'required',
    })
    const committed = (): Promise<readonly string[]> =>
      readCommitted({ bootstrapServers, topic, kafka })
    await waitFor('some records', async () => (await committed()).length > 0, patience)
    const { tasks } = await one.get<ConnectorStatus>('/connectors/src/status')
    const owner = tasks[0]?.worker_id === new URL(one.url).host ? one : two
    for (let at = 20; at < 40; at++) await put(bucket, `in/${at}.json`, lines(at * 100, 100))
    await owner.process.kill()
    for (let at = 40; at < 50; at++) await put(bucket, `in/${at}.json`, lines(at * 100, 100))
    await waitFor('all records', async () => (await committed()).length >= 5000, patience)
    const found = (await committed()).map((text) => (JSON.parse(text) as { readonly n: number }).n)
    expect(found.sort((a, b) => a - b)).toEqual(numbers(0, 5000))
  },
)

test("Aiven's source reads what has its names", { timeout: 120_000 }, async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = `${topicPrefix('s3-aiven')}lines`
  await kafka.createTopic(topic, { partitions: 2 })
  const bucket = 'aiven'
  await s3.createBucket(bucket)
  await put(bucket, `in/${topic}-1-0.jsonl`, lines(0, 10))
  await put(bucket, 'in/something.else', 'x')
  const source = await dir.properties('source.properties', {
    name: 'aiven',
    'connector.class': 'io.aiven.kafka.connect.s3.source.S3SourceConnector',
    'aws.s3.bucket.name': bucket,
    'aws.s3.endpoint': s3.url,
    'aws.s3.region': 'us-west-2',
    'aws.access.key.id': accessKey,
    'aws.secret.access.key': secretKey,
    'aws.s3.prefix': 'in/',
    'file.name.template': '{{topic}}-{{partition}}-{{start_offset}}',
    'input.format': 'jsonl',
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
  })
  await using _sluice = await Sluice.start(worker(dir, [source]))
  await waitFor('the lines', async () => (await kafka.endOffset(topic)) === 10, patience)
  const records = await kafka.read(topic)
  expect(records.map(({ partition, key }) => `${partition} ${String(key)}`)).toEqual(
    Array.from({ length: 10 }, () => `1 in/${topic}-1-0.jsonl`),
  )
})

test('the bucket is listed in order, page by page, and folders are found', async () => {
  const name = 'listing'
  await s3.createBucket(name)
  const keys = ['a/x/1', 'a/x/2', 'a/y/1', 'a/z', 'b']
  for (const key of keys) await put(name, key, key)
  const settings = parseConfluentSource({ ...confluent(name), 's3.region': 'us-west-2' })
  const bucket = new S3SourceBucket(confluentBucket(settings))
  const signal = AbortSignal.timeout(30_000)
  const list = async (after: string | null): Promise<string[]> => {
    const found: string[] = []
    const request = { prefix: 'a/', after, delimiter: null, limit: 2 }
    for await (const { objects } of pagesOf(bucket, request, signal)) {
      expect(objects.length).toBeLessThanOrEqual(2)
      found.push(...objects.map(({ key }) => key))
    }
    return found
  }
  expect(await list(null)).toEqual(keys.slice(0, 4).sort(compareKeys))
  expect(await list('a/x/2')).toEqual(['a/y/1', 'a/z'])
  const layout = { topicsDir: '', delimiter: '/', depth: 1, atOnce: 2 }
  expect(await listFolders(bucket, layout, signal)).toEqual(['a/x/', 'a/y/'])
  const request = { prefix: 'b', after: null, delimiter: null, limit: 10, token: null }
  const [found] = (await bucket.list(request, signal)).objects
  if (found === undefined) throw new Error('It is not listed.')
  expect((await bucket.read(found, 0, 1, signal)).toString()).toBe('b')
  await put(name, 'b', 'another')
  await expect(bucket.read(found, 0, 1, signal)).rejects.toThrow(
    'Another object has taken its place',
  )
  bucket.close()
})
