import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { WebHdfsClient } from '../../connectors/hdfs/webhdfs/webhdfs-client.ts'
import { exceptionOf } from '../../connectors/hdfs/webhdfs/remote-exception.ts'
import { startHttpFs } from '../services/hadoop/http-fs.ts'
import type { HttpFs } from '../services/hadoop/http-fs.ts'
import { contentsOf, startHdfs } from '../services/hadoop/mini-hdfs.ts'
import type { MiniHdfs } from '../services/hadoop/mini-hdfs.ts'
import { LinkFaults, randomSchedule, singleFaults } from '../support/hdfs-link-faults.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const { seed, path } = seedOfRun()
/** `SLUICE_SCHEDULES` runs fewer, or more. */
const schedules = Number(process.env.SLUICE_SCHEDULES ?? 300)
const indexes = path === undefined ? Array.from({ length: schedules }, (_, n) => n) : [Number(path)]
const never = new AbortController().signal

let hdfs: MiniHdfs
let httpFs: HttpFs

beforeAll(async () => {
  hdfs = await startHdfs()
  httpFs = await startHttpFs(hdfs)
}, 900_000)
afterAll(async () => {
  await httpFs[Symbol.asyncDispose]()
  await hdfs[Symbol.asyncDispose]()
})

const noLease = async (): Promise<true | undefined> =>
  (await hdfs.control('/leases')) === '0' ? true : undefined

test('HttpFS does for the client what WebHDFS does, and replaces nothing', async () => {
  const client = new WebHdfsClient({
    addresses: [new URL(httpFs.url)],
    identity: { query: { 'user.name': 'root' } },
    timeoutMs: 60_000,
  })
  const write = async (file: string, text: string): Promise<void> => {
    const bytes = Buffer.from(text)
    const body = { bytes: bytes.length, read: () => [bytes] }
    await client.create(file, body, { overwrite: false }, never)
  }
  await write('/via/a+b=c/sp ace', 'one')
  expect((await contentsOf(client, '/via/a+b=c/sp ace')).toString()).toBe('one')
  const again = await write('/via/a+b=c/sp ace', 'two').catch((error: unknown) => error)
  expect(exceptionOf(again)).toBe('FileAlreadyExistsException')
  await client.append('/via/a+b=c/sp ace', { bytes: 2, read: () => [Buffer.from(' 2')] }, never)
  const part: Buffer[] = []
  const opened = await client.open('/via/a+b=c/sp ace', { offset: 2, length: 2 }, never)
  for await (const chunk of opened as AsyncIterable<Buffer>) part.push(chunk)
  expect(Buffer.concat(part).toString()).toBe('e ')
  await write('/via/new', 'new')
  expect(await client.rename('/via/new', '/via/a+b=c/sp ace', never)).toBe(false)
  expect(await client.rename('/via/new', '/via/no/where', never)).toBe(false)
  expect(await client.replace('/via/new', '/via/a+b=c/sp ace', never)).toBe(false)
  expect(await client.replace('/via/new', '/via/newer', never)).toBe(true)
  expect((await client.list('/via', never))?.map(({ name }) => name)).toEqual(['a+b=c', 'newer'])
  expect(await client.list('/via/none', never)).toBe(null)
  expect(await client.delete('/via/newer', never)).toBe(true)
  expect(await client.status('/via/newer', never)).toBe(null)
  client.close()
})

test('a topic goes to files and comes back', { timeout: 300_000 }, async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const topic = `${topicPrefix('httpfs')}test_hdfs`
  await kafka.createTopic(topic)
  const values = Array.from({ length: 9 }, (_, n) => JSON.stringify({ n }))
  await kafka.send(topic, values)
  const places = { 'hdfs.url': hdfs.url, 'webhdfs.url': httpFs.url, 'webhdfs.user': 'root' }
  const sink = await dir.properties('sink.properties', {
    ...{ name: 'httpfs-sink', topics: topic, 'tasks.max': '1', 'flush.size': '3', ...places },
    'connector.class': 'io.confluent.connect.hdfs.HdfsSinkConnector',
    'format.class': 'io.confluent.connect.hdfs.json.JsonFormat',
  })
  await using sluice = await Sluice.start({
    ...{ dir, connectorFiles: [sink], bootstrapServers: inject('bootstrapServers') },
    properties: {
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
      'offset.storage.file.filename': dir.file('offsets'),
    },
  })
  const files = await waitFor('three files', async () => {
    const found = await hdfs.files(`/topics/${topic}`)
    return found.size >= 3 ? found : undefined
  })
  expect([...files.keys()]).toEqual(
    ['0000000000+0000000002', '0000000003+0000000005', '0000000006+0000000008'].map(
      (offsets) => `/topics/${topic}/partition=0/${topic}+0+${offsets}.json`,
    ),
  )
  await sluice.request('POST', '/connectors', {
    name: 'httpfs-source',
    config: {
      ...{ 'tasks.max': '1', 'store.url': hdfs.url },
      ...{ 'webhdfs.url': httpFs.url, 'webhdfs.user': 'root' },
      'connector.class': 'io.confluent.connect.hdfs3.Hdfs3SourceConnector',
      'format.class': 'io.confluent.connect.hdfs3.json.JsonFormat',
      transforms: 'copy',
      'transforms.copy.type': 'org.apache.kafka.connect.transforms.RegexRouter',
      'transforms.copy.regex': '(.*)',
      'transforms.copy.replacement': 'copy_of_$1',
    },
  })
  const copies = await waitFor('the records to come back', async () => {
    const found = await kafka.readValues(`copy_of_${topic}`).catch(() => [])
    return found.length >= values.length ? found : undefined
  })
  expect(copies.map(String)).toEqual(values)
  expect(await sluice.process.stop()).toBe(143)
})

test('files are the same whatever happens to any one request through HttpFS', async () => {
  const { faults, requests } = await LinkFaults.prepare(hdfs, 3, httpFs.url)
  const single = singleFaults(requests)
  expect(await faults.runAll(single)).toBeGreaterThan(single.length * 0.9)
  await waitFor('all leases to end', noLease)
  console.log(`${single.length} faults at ${requests.length} requests`)
})

test(`files are the same though one request in seven through HttpFS is disturbed (seed ${seed})`, async () => {
  const { faults, requests } = await LinkFaults.prepare(hdfs, 3, httpFs.url)
  const random = indexes.map((index) => randomSchedule(seed, index, 4 * requests.length))
  const hits = await faults.runAll(random)
  await waitFor('all leases to end', noLease)
  console.log(`${random.length} schedules of seed ${seed} with ${hits} faults`)
  expect(hits).toBeGreaterThan(random.length)
})
