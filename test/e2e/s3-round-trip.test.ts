import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { accessKey, secretKey } from '../services/s3/s3-server.ts'
import { startS3 } from '../services/s3/versitygw.ts'
import type { RunningS3 } from '../services/s3/versitygw.ts'
import { startFakeSts } from '../support/fake-sts.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { namesIn, openUploads, sinkOf, storeOf, workerOf } from '../support/s3-runs.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const patience = { timeoutMs: 80_000 }
const count = 60
const partitions = [0, 1]
let s3: RunningS3

beforeAll(async () => {
  s3 = await startS3()
}, 900_000)
afterAll(() => s3[Symbol.asyncDispose]())

/** A topic of two partitions, half of the numbers in each. */
async function numbered(kafka: KafkaClient, topic: string): Promise<void> {
  await kafka.createTopic(topic, { partitions: partitions.length })
  const values = Array.from({ length: count }, (_, n) => ({
    value: JSON.stringify({ n, text: `grün ${n}` }),
    partition: n % partitions.length,
  }))
  await kafka.sendTo(topic, values)
}

/** Values in the order of each partition. */
async function valuesOf(kafka: KafkaClient, topic: string): Promise<unknown[][]> {
  const records = await kafka.read(topic)
  return partitions.map((partition) =>
    records
      .filter((record) => record.partition === partition)
      .map(({ value }) => JSON.parse(value ?? '') as unknown),
  )
}

async function startWith(
  dir: ScratchDir,
  connectors: readonly Readonly<Record<string, string>>[],
): Promise<Sluice> {
  const connectorFiles = []
  for (const connector of connectors) {
    connectorFiles.push(await dir.properties(`${connector.name ?? ''}.properties`, connector))
  }
  return await Sluice.start({
    ...{ dir, connectorFiles, properties: workerOf(dir) },
    bootstrapServers: inject('bootstrapServers'),
  })
}

async function allBack(kafka: KafkaClient, back: string): Promise<void> {
  const isBack = async (): Promise<boolean> => (await kafka.endOffset(back)) >= count
  await waitFor(`all records in ${back}`, isBack, patience)
}

test("what Confluent's sink has written its source reads back into the same partitions", async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const prefix = topicPrefix('s3-round')
  const [topic, back] = [`${prefix}confluent`, `${prefix}confluent-back`]
  await numbered(kafka, topic)
  await kafka.createTopic(back, { partitions: partitions.length })
  const bucket = `${prefix}confluent`
  await s3.createBucket(bucket)
  const source = {
    name: `${prefix}confluent-source`,
    'connector.class': 'io.confluent.connect.s3.source.S3SourceConnector',
    'tasks.max': '2',
    'format.class': 'io.confluent.connect.s3.format.json.JsonFormat',
    ...storeOf(s3.url, bucket),
    's3.poll.interval.ms': '300',
    transforms: 'back',
    'transforms.back.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.back.regex': topic,
    'transforms.back.replacement': back,
  }
  const sink = { ...sinkOf(s3.url, bucket, topic), 'flush.size': '10' }
  await using sluice = await startWith(dir, [sink, source])
  await allBack(kafka, back)
  expect(await valuesOf(kafka, back)).toEqual(await valuesOf(kafka, topic))
  expect(await sluice.process.stop()).toBe(143)
  const starts = ['0000000000', '0000000010', '0000000020']
  expect(await namesIn(s3, bucket)).toEqual(
    partitions.flatMap((partition) =>
      starts.map(
        (start) => `topics/${topic}/partition=${partition}/${topic}+${partition}+${start}.json`,
      ),
    ),
  )
})

test("what Aiven's sink has written by a role its source reads back", async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  await using sts = await startFakeSts({ accessKey, secretKey })
  const prefix = topicPrefix('s3-round')
  const [topic, back] = [`${prefix}aiven`, `${prefix}aiven-back`]
  await numbered(kafka, topic)
  await kafka.createTopic(back, { partitions: partitions.length })
  const bucket = `${prefix}aiven`
  await s3.createBucket(bucket)
  const role = 'arn:aws:iam::123456789012:role/lines'
  const store = {
    'aws.s3.bucket.name': bucket,
    'aws.s3.endpoint': s3.url,
    'aws.s3.region': 'us-west-2',
    // Keys of one who may assume the role, and nothing else.
    'aws.access.key.id': 'nobody',
    'aws.secret.access.key': 'secret',
    'aws.sts.role.arn': role,
    'aws.sts.role.session.name': 'sluice',
    'aws.sts.config.endpoint': sts.url,
    'file.compression.type': 'gzip',
  }
  const sink = {
    ...{ name: `${prefix}aiven-sink`, topics: topic, 'tasks.max': '2' },
    'connector.class': 'io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector',
    ...store,
    'format.output.type': 'jsonl',
    'format.output.fields': 'value',
    'format.output.envelope': 'false',
    'file.max.records': '10',
    'file.name.template': 'out/{{topic}}-{{partition}}-{{start_offset}}.jsonl.gz',
  }
  const source = {
    ...{ name: `${prefix}aiven-source`, topic: back, 'tasks.max': '1' },
    'connector.class': 'io.aiven.kafka.connect.s3.source.S3SourceConnector',
    ...store,
    'aws.s3.prefix': 'out/',
    'file.name.template': '{{topic}}-{{partition}}-{{start_offset}}',
    'input.format': 'jsonl',
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
  }
  await using sluice = await startWith(dir, [sink, source])
  await allBack(kafka, back)
  // The sink's objects are complete in any order, and the source may list in the midst of that.
  const texts = (all: readonly unknown[][]): string[][] =>
    all.map((values) => values.map((value) => JSON.stringify(value)).sort())
  expect(texts(await valuesOf(kafka, back))).toEqual(texts(await valuesOf(kafka, topic)))
  expect(await sluice.process.stop()).toBe(143)
  const names = await namesIn(s3, bucket)
  expect(names.length).toBeGreaterThanOrEqual(6)
  for (const name of names) expect(name).toMatch(`out/${topic}-`)
  expect(await openUploads(s3, bucket)).toBe(0)
  for (const { form, accessKey: asker } of sts.asked) {
    expect([form.get('Action'), form.get('RoleArn'), asker]).toEqual(['AssumeRole', role, 'nobody'])
  }
  expect(sts.asked.length).toBeGreaterThan(0)
})
