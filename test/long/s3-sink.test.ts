import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { GetObjectTaggingCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { root } from '../services/paths.ts'
import { startS3 } from '../services/s3/versitygw.ts'
import type { RunningS3 } from '../services/s3/versitygw.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { contents, openUploads, sinkOf, workerOf } from '../support/s3-runs.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

let s3: RunningS3

beforeAll(async () => {
  s3 = await startS3()
}, 900_000)
afterAll(() => s3[Symbol.asyncDispose]())

const numbersIn = (objects: ReadonlyMap<string, string>): number[] =>
  [...objects.values()]
    .flatMap((text) => text.trimEnd().split('\n'))
    .map((line) => (JSON.parse(line) as { readonly n: number }).n)

test(
  'records lie in objects as Confluent names them, once, though the worker was killed at every point',
  { timeout: 240_000 },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix('s3-kill')}numbers`
    await kafka.createTopic(topic)
    const bucket = 'killed'
    await s3.createBucket(bucket)
    const flushSize = 100
    const sink = await dir.properties('sink.properties', {
      ...sinkOf(s3.url, bucket, topic),
      'flush.size': String(flushSize),
      's3.object.tagging': 'true',
    })
    const launch = (env: Record<string, string>): Promise<Sluice> =>
      Sluice.launch({
        ...{ dir, env, properties: workerOf(dir), connectorFiles: [sink] },
        bootstrapServers: inject('bootstrapServers'),
      })
    let count = 0
    const add = async (more: number): Promise<void> => {
      const values = Array.from({ length: more }, (_, index) =>
        JSON.stringify({ n: count + index }),
      )
      await kafka.send(topic, values)
      count += more
    }
    for (const point of ['sink.put', 'sink.delivered', 'sink.flush', 'sink.commit']) {
      await add(350)
      const hooks = pathToFileURL(path.join(root, 'test', 'support', 'die-at.mjs')).href
      const env = { SLUICE_TEST_HOOKS: hooks, SLUICE_TEST_DIE_AT: `${point}:1` }
      await using killed = await launch(env)
      expect(await killed.process.exited).toBe(137)
    }
    await add(100)
    await using last = await launch({})
    const names = Array.from({ length: count / flushSize }, (_, index) => {
      const start = String(index * flushSize).padStart(10, '0')
      return `topics/${topic}/partition=0/${topic}+0+${start}.json`
    })
    await waitFor(
      'every record to be written',
      async () => (await contents(s3, bucket)).size === names.length,
      { timeoutMs: 60_000 },
    )
    const objects = await contents(s3, bucket)
    expect([...objects.keys()]).toEqual(names)
    expect(numbersIn(objects)).toEqual(Array.from({ length: count }, (_, n) => n))
    expect(await openUploads(s3, bucket)).toBe(0)
    const [Key = ''] = names
    const tags = await s3.client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }))
    expect(Object.fromEntries((tags.TagSet ?? []).map((tag) => [tag.Key, tag.Value]))).toEqual({
      ...{ startOffset: '0', endOffset: '99', recordCount: '100' },
    })
    expect(await last.process.stop()).toBe(143)
  },
)

test(
  'objects of several parts are whole, and one that was there is not replaced',
  { timeout: 120_000 },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix('s3-parts')}large`
    await kafka.createTopic(topic)
    const bucket = 'parts'
    await s3.createBucket(bucket)
    const prefix = `topics/${topic}/partition=0/${topic}+0+`
    const theirs = { Bucket: bucket, Key: `${prefix}0000000000.json`, Body: '{"n":-1}\n' }
    await s3.client.send(new PutObjectCommand(theirs))
    const text = 'z'.repeat(400_000)
    for (let n = 0; n < 41; n++) await kafka.send(topic, [JSON.stringify({ n, text })])
    const sink = await dir.properties('sink.properties', {
      ...sinkOf(s3.url, bucket, topic),
      'flush.size': '40',
      's3.part.size': '5242880',
      // What is there is kept where the clock decides about objects.
      'rotate.schedule.interval.ms': '3600000',
      timezone: 'UTC',
    })
    await using sluice = await Sluice.start({
      ...{ dir, properties: workerOf(dir), connectorFiles: [sink] },
      bootstrapServers: inject('bootstrapServers'),
    })
    await waitFor(
      'the object behind the one that was there',
      async () => (await contents(s3, bucket)).has(`${prefix}0000000001.json`),
      { timeoutMs: 60_000 },
    )
    const objects = await contents(s3, bucket)
    expect(objects.get(`${prefix}0000000000.json`)).toBe('{"n":-1}\n')
    expect(numbersIn(objects)).toEqual([-1, ...Array.from({ length: 40 }, (_, n) => n + 1)])
    expect(await openUploads(s3, bucket)).toBe(0)
    expect(await sluice.process.stop()).toBe(143)
  },
)

test('a bucket that is not there fails the task, and says so', { timeout: 60_000 }, async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const topic = `${topicPrefix('s3-none')}none`
  await kafka.createTopic(topic)
  const sink = await dir.properties('sink.properties', {
    ...sinkOf(s3.url, 'nowhere', topic),
    'flush.size': '1',
  })
  await using sluice = await Sluice.start({
    ...{ dir, properties: workerOf(dir), connectorFiles: [sink] },
    bootstrapServers: inject('bootstrapServers'),
  })
  expect(await sluice.failedTrace('nowhere-sink')).toContain('Non-existent S3 bucket: nowhere')
})
