import {
  CompleteMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConditionError } from '../../connectors/s3/object-store.ts'
import type { ObjectStore } from '../../connectors/s3/object-store.ts'
import { openStore } from '../../connectors/s3/s3-client.ts'
import { parseS3SinkConfig } from '../../connectors/s3/s3-sink-config.ts'
import { storeSettingsOf } from '../../connectors/s3/s3-sink-store.ts'
import {
  confluentBucket,
  parseConfluentSource,
} from '../../connectors/s3/source/confluent-source-config.ts'
import { S3SourceBucket } from '../../connectors/s3/source/s3-source-bucket.ts'
import { pagesOf } from '../../connectors/s3/source/source-bucket.ts'
import { parseAivenConfig } from '../../connectors/s3/aiven/aiven-config.ts'
import { baseConfig } from '../connectors/s3/running-sink.ts'
import { startMinio } from '../services/s3/minio.ts'
import { accessKey, region, secretKey } from '../services/s3/s3-server.ts'
import type { RunningS3 } from '../services/s3/s3-server.ts'
import { startS3Proxy } from '../services/s3/s3proxy.ts'
import { startS3 } from '../services/s3/versitygw.ts'
import type { FaultMoment, S3Step } from '../support/s3-gate.ts'
import { attempts, expectTheSame, runOver, workloads } from '../support/s3-link-runs.ts'
import type { Workload } from '../support/s3-link-runs.ts'
import { openUploads, storeOf } from '../support/s3-runs.ts'

const signal = AbortSignal.timeout(3_600_000)
/** What the sink writes to the server of the first tier. */
const expected = new Map<string, ReadonlyMap<string, string>>()

beforeAll(async () => {
  await using first = await startS3()
  for (const workload of Object.values<Workload>(workloads)) {
    expected.set(workload.name, (await runOver(first, workload, [])).objects)
  }
}, 900_000)

const servers: readonly {
  readonly name: string
  readonly start: () => Promise<RunningS3>
  /** Whether it knows tags, and the encryption of objects. */
  readonly tags: boolean
}[] = [
  { name: 'versitygw', start: startS3, tags: true },
  { name: 'MinIO', start: startMinio, tags: true },
  { name: 's3proxy', start: startS3Proxy, tags: false },
]

describe.each(servers)('$name', ({ start, tags }) => {
  let s3: RunningS3
  let buckets = 0

  beforeAll(async () => {
    s3 = await start()
  }, 900_000)
  afterAll(() => s3[Symbol.asyncDispose]())

  /** A bucket of its own, and the sink's way to it. */
  async function open(
    config: Readonly<Record<string, string>>,
    checksums = false,
  ): Promise<{ store: ObjectStore; bucket: string; close: () => void }> {
    const bucket = `server-${++buckets}`
    await s3.createBucket(bucket)
    const parsed = parseS3SinkConfig({ ...baseConfig, ...storeOf(s3.url, bucket), ...config })
    const settings = storeSettingsOf(parsed)
    const objects = { ...settings.objects, checksums }
    return { bucket, ...openStore({ ...settings, objects }) }
  }

  async function textOf(bucket: string, key: string): Promise<string> {
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return (await Body?.transformToString()) ?? ''
  }

  test.each(Object.values<Workload>(workloads))(
    'holds the same objects: $name',
    async (workload) => {
      const { objects, open: left } = await runOver(s3, workload, [])
      expectTheSame(objects, expected.get(workload.name) ?? new Map<string, string>())
      expect(left).toBe(0)
    },
  )

  test.each<[keyof typeof workloads, S3Step, FaultMoment, number]>([
    ['small', 'put', 'after', 1],
    ['small', 'put', 'after', attempts],
    ['parts', 'begin', 'after', 1],
    ['parts', 'part', 'within', attempts],
    ['parts', 'part', 'after', 1],
    ['parts', 'complete', 'after', 1],
    ['parts', 'complete', 'after', attempts],
    ['aiven', 'complete', 'after', 1],
  ])(
    'holds the same though links are cut: %s, %s, %s, %i times',
    async (kind, step, when, times) => {
      const { objects, open: left } = await runOver(s3, workloads[kind], [{ step, when, times }])
      expectTheSame(objects, expected.get(kind) ?? new Map<string, string>())
      expect(left).toBe(0)
    },
  )

  test.each<[string, Record<string, string>, boolean]>([
    ['none that it does not ask for', {}, false],
    ['CRC32', {}, true],
    ['MD5', { 's3.send.digest': 'true' }, false],
  ])('takes checksums: %s', async (_name, config, checksums) => {
    const { store, bucket, close } = await open(config, checksums)
    const condition = 'absent' as const
    await store.put('one', Buffer.from('whole'), { condition, metadata: { a: 'b' } }, signal)
    expect(await textOf(bucket, 'one')).toBe('whole')
    const id = await store.begin('two', {}, signal)
    const bodies = [Buffer.alloc(5 * 1024 * 1024, 'x'), Buffer.from('end')]
    const parts = []
    for (const [at, body] of bodies.entries()) {
      parts.push(await store.part({ key: 'two', id }, at + 1, body, signal))
    }
    await store.complete({ key: 'two', id }, parts, condition, signal)
    expect((await textOf(bucket, 'two')) === Buffer.concat(bodies).toString()).toBe(true)
    expect(await openUploads(s3, bucket)).toBe(0)
    close()
  })

  test('writes an object only where its condition holds', async () => {
    const { store, bucket, close } = await open({})
    const put = (text: string, condition: 'absent' | { etag: string }): Promise<string> =>
      store.put('key', Buffer.from(text), { condition, metadata: {} }, signal)
    const first = await put('first', 'absent')
    await expect(put('second', 'absent')).rejects.toBeInstanceOf(ConditionError)
    await put('third', { etag: first })
    await expect(put('fourth', { etag: first })).rejects.toBeInstanceOf(ConditionError)
    expect(await textOf(bucket, 'key')).toBe('third')
    const racing = Array.from({ length: 16 }, (_, n) =>
      store.put('race', Buffer.from(String(n)), { condition: 'absent', metadata: {} }, signal),
    )
    const won = (await Promise.allSettled(racing)).filter(({ status }) => status === 'fulfilled')
    expect(won).toHaveLength(1)
    close()
  })

  test('completes an upload only where its condition holds', async () => {
    const { store, bucket, close } = await open({})
    const upload = async (text: string): Promise<string> => {
      const id = await store.begin('key', {}, signal)
      const part = await store.part({ key: 'key', id }, 1, Buffer.from(text), signal)
      return await store.complete({ key: 'key', id }, [part], 'absent', signal)
    }
    await upload('first')
    await expect(upload('second')).rejects.toBeInstanceOf(ConditionError)
    expect(await textOf(bucket, 'key')).toBe('first')
    close()
  })

  test('lists in order, page by page, and reads a range', async () => {
    const { store, bucket, close } = await open({})
    const keys = ['a/1', 'a/2', 'a/3', 'b']
    for (const key of keys) {
      await store.put(key, Buffer.from(`text ${key}`), { condition: 'any', metadata: {} }, signal)
    }
    const source = new S3SourceBucket(
      confluentBucket(
        parseConfluentSource({
          ...{ 'format.class': baseConfig['format.class'] ?? '', ...storeOf(s3.url, bucket) },
          's3.region': 'us-west-2',
        }),
      ),
    )
    const request = { prefix: 'a/', after: 'a/1', delimiter: null, limit: 1 }
    const found = []
    for await (const { objects } of pagesOf(source, request, signal)) found.push(...objects)
    expect(found.map(({ key }) => key)).toEqual(['a/2', 'a/3'])
    const [object] = found
    if (object === undefined) throw new Error('Nothing is listed.')
    expect((await source.read(object, 2, 6, signal)).toString()).toBe('xt a')
    source.close()
    close()
  })

  test(tags ? 'keeps tags' : 'says that it keeps no tags', async () => {
    const { store, bucket, close } = await open({})
    await store.put('key', Buffer.from('x'), { condition: 'any', metadata: {} }, signal)
    const tagged = store.tag('key', { startOffset: '0' }, signal)
    if (tags) {
      await tagged
      const command = new GetObjectTaggingCommand({ Bucket: bucket, Key: 'key' })
      expect((await s3.client.send(command)).TagSet).toEqual([{ Key: 'startOffset', Value: '0' }])
    } else await expect(tagged).rejects.toThrow('Cannot tag key')
    close()
  })

  test(tags ? 'encrypts what it holds' : 'says that it does not encrypt', async () => {
    const { store, bucket, close } = await open({ 's3.ssea.name': 'AES256' })
    const put = store.put('key', Buffer.from('x'), { condition: 'any', metadata: {} }, signal)
    if (tags) {
      await put
      await s3.client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'key' }))
    } else await expect(put).rejects.toThrow('Cannot write key')
    close()
  })

  test('an upload that is not there is one to be begun anew', async () => {
    const { store, bucket, close } = await open({})
    const id = await store.begin('key', {}, signal)
    const upload = { key: 'key', id }
    const part = await store.part(upload, 1, Buffer.from('x'), signal)
    await store.abort(upload, signal)
    await store.abort(upload, signal)
    await expect(store.complete(upload, [part], 'any', signal)).rejects.toThrow('NoSuchUpload')
    expect(await openUploads(s3, bucket)).toBe(0)
    const again = new CompleteMultipartUploadCommand({
      ...{ Bucket: bucket, Key: 'key', UploadId: id },
    })
    await expect(s3.client.send(again)).rejects.toThrow()
    close()
  })
})

test("a role of MinIO's own STS writes what its bucket takes", async () => {
  await using s3 = await startMinio()
  await s3.createBucket('role')
  const settings = parseAivenConfig({
    'aws.s3.bucket.name': 'role',
    'aws.s3.endpoint': s3.url,
    'aws.s3.region': region,
    'aws.access.key.id': accessKey,
    'aws.secret.access.key': secretKey,
    'aws.sts.role.arn': 'arn:aws:iam::123456789012:role/writer',
    'aws.sts.role.session.name': 'sluice',
    'aws.sts.config.endpoint': s3.url,
  })
  const { store, close } = openStore(settings.store)
  await store.put('key', Buffer.from('x'), { condition: 'absent', metadata: {} }, signal)
  expect(await store.find('key', signal)).toMatchObject({ bytes: 1 })
  close()
})
