import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { startHdfs } from '../services/hadoop/mini-hdfs.ts'
import type { MiniHdfs } from '../services/hadoop/mini-hdfs.ts'
import { root } from '../services/paths.ts'
import { HdfsProxy } from '../support/hdfs-proxy.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

let hdfs: MiniHdfs

beforeAll(async () => {
  hdfs = await startHdfs()
}, 900_000)
afterAll(() => hdfs[Symbol.asyncDispose]())

const flushSize = 100

const worker = (dir: ScratchDir): Record<string, string> => ({
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
  'offset.storage.file.filename': dir.file('offsets'),
  'offset.flush.interval.ms': '200',
  'consumer.session.timeout.ms': '6000',
  'consumer.heartbeat.interval.ms': '500',
})

const sinkOf = (topic: string, proxy?: HdfsProxy): Record<string, string> => ({
  ...{ name: `${topic}-sink`, topics: topic, 'tasks.max': '1' },
  'connector.class': 'io.confluent.connect.hdfs3.Hdfs3SinkConnector',
  'format.class': 'io.confluent.connect.hdfs3.json.JsonFormat',
  'flush.size': String(flushSize),
  'hdfs.url': hdfs.url,
  'webhdfs.url': proxy?.url ?? hdfs.http.join(','),
  ...(proxy !== undefined && {
    'webhdfs.datanode.hosts': Array.from(proxy.dataNodes, (pair) => pair.join('=')).join(','),
  }),
  'webhdfs.user': 'root',
  'retry.backoff.ms': '500',
})

const namesOf = (topic: string, count: number): string[] =>
  Array.from({ length: count / flushSize }, (_, index) => {
    const [start, end] = [index * flushSize, (index + 1) * flushSize - 1]
    const offsets = [start, end].map((each) => String(each).padStart(10, '0')).join('+')
    return `/topics/${topic}/partition=0/${topic}+0+${offsets}.json`
  })

const numbersIn = (files: ReadonlyMap<string, Buffer>): number[] =>
  [...files.values()]
    .flatMap((bytes) => bytes.toString().trimEnd().split('\n'))
    .map((line) => (JSON.parse(line) as { readonly n: number }).n)

/** Waits for all files, and holds names and contents against a run without interruption. */
async function expectAll(topic: string, count: number): Promise<void> {
  const names = namesOf(topic, count)
  const files = await waitFor(
    'every record to be written',
    async () => {
      const found = await hdfs.files(`/topics/${topic}`)
      return found.size >= names.length ? found : undefined
    },
    { timeoutMs: 120_000 },
  )
  expect([...files.keys()]).toEqual(names)
  expect(numbersIn(files)).toEqual(Array.from({ length: count }, (_, n) => n))
  const left = await waitFor('nothing to be left of what was begun', async () => {
    const temps = await hdfs.files(`/topics/+tmp/${topic}`)
    return temps.size === 0 ? 'nothing' : undefined
  })
  expect(left).toBe('nothing')
  expect(await hdfs.control('/leases')).toBe('0')
}

test(
  'files and what they hold are those of a run without, though the worker was killed at every point',
  { timeout: 400_000 },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix('hdfs-kill')}numbers`
    await kafka.createTopic(topic)
    const sink = await dir.properties('sink.properties', sinkOf(topic))
    const launch = (env: Record<string, string>): Promise<Sluice> =>
      Sluice.launch({
        ...{ dir, env, properties: worker(dir), connectorFiles: [sink] },
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
    await expectAll(topic, count)
    expect(await last.process.stop()).toBe(143)
  },
)

test(
  'a worker that is held up amid its commits, and another that takes over, write every record once',
  { timeout: 400_000 },
  async () => {
    await using dir = await scratchDir()
    await using otherDir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix('hdfs-held')}numbers`
    await kafka.createTopic(topic)
    const count = 20 * flushSize
    await kafka.send(
      topic,
      Array.from({ length: count }, (_, n) => JSON.stringify({ n })),
    )
    const start = async (at: ScratchDir): Promise<Sluice> =>
      await Sluice.start({
        ...{ dir: at, properties: worker(at), bootstrapServers: inject('bootstrapServers') },
        connectorFiles: [await at.properties('sink.properties', sinkOf(topic))],
      })
    await using held = await start(dir)
    await waitFor('the first file', async () =>
      (await hdfs.files(`/topics/${topic}`)).size > 0 ? true : undefined,
    )
    held.process.signal('SIGSTOP')
    await using other = await start(otherDir)
    await waitFor(
      'the other worker to write all files',
      async () =>
        (await hdfs.files(`/topics/${topic}`)).size >= namesOf(topic, count).length
          ? true
          : undefined,
      { timeoutMs: 120_000 },
    )
    held.process.signal('SIGCONT')
    await expectAll(topic, count)
    await held.process.kill()
    expect(await other.process.stop()).toBe(143)
  },
)

const { seed } = seedOfRun()
/** What a worker asks HDFS for from its start to the end of its first commit, about. */
const requestsOfLife = 30
const random = randomNumbers(seed)
const shuffled = Array.from({ length: 2 * requestsOfLife }, (_, index) => ({
  n: 1 + (index >> 1),
  when: index % 2 === 0 ? 'before' : 'after',
  order: random(),
})).sort((a, b) => a.order - b.order)
/** `SLUICE_HDFS_KILLS` and `SLUICE_HDFS_STOPS` ask for fewer. */
const kills = shuffled.slice(0, Number(process.env.SLUICE_HDFS_KILLS ?? shuffled.length))
const stops = shuffled.slice(-Number(process.env.SLUICE_HDFS_STOPS ?? 10))

test(
  `files and what they hold are those of a run without, though the worker was killed at ${kills.length} of its requests, before or after they were done (seed ${seed})`,
  { timeout: 60_000 * (kills.length + 5) },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix('hdfs-request-kill')}numbers`
    await kafka.createTopic(topic)
    let count = 0
    const add = async (): Promise<void> => {
      const values = Array.from({ length: flushSize }, (_, n) => JSON.stringify({ n: count + n }))
      await kafka.send(topic, values)
      count += flushSize
    }
    let killed = 0
    for (const { n, when } of kills) {
      await add()
      await using proxy = await HdfsProxy.start(hdfs.http[0] ?? '')
      const sink = await dir.properties('sink.properties', sinkOf(topic, proxy))
      await using life = await Sluice.launch({
        ...{ dir, properties: worker(dir), connectorFiles: [sink] },
        bootstrapServers: inject('bootstrapServers'),
      })
      const killAt = async (reached: number): Promise<void> => {
        if (reached !== n) return
        killed++
        await life.process.kill()
      }
      if (when === 'after') proxy.answered = (request) => killAt(request.n)
      else
        proxy.faultOf = async (request) => {
          await killAt(request.n)
          return request.n === n ? 'cut before' : null
        }
      await waitFor(
        `the worker to be killed ${when} request ${n}, or to write all`,
        async () =>
          !life.process.isRunning ||
          (await hdfs.files(`/topics/${topic}`)).size >= namesOf(topic, count).length,
        { timeoutMs: 120_000, everyMs: 250 },
      )
      await life.process.kill()
    }
    expect(killed).toBeGreaterThan(kills.length / 2)
    console.log(`${killed} workers were killed at a request`)
    await using last = await Sluice.start({
      ...{ dir, properties: worker(dir), bootstrapServers: inject('bootstrapServers') },
      connectorFiles: [await dir.properties('sink.properties', sinkOf(topic))],
    })
    await expectAll(topic, count)
    expect(await last.process.stop()).toBe(143)
  },
)

test.each(stops)(
  `a worker that is held up $when its request $n, and another that takes over, write every record once (seed ${seed})`,
  { timeout: 400_000 },
  async ({ n, when }) => {
    await using dir = await scratchDir()
    await using otherDir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    await using proxy = await HdfsProxy.start(hdfs.http[0] ?? '')
    const topic = `${topicPrefix(`hdfs-held-${n}-${when}`)}numbers`
    await kafka.createTopic(topic)
    const count = 5 * flushSize
    await kafka.send(
      topic,
      Array.from({ length: count }, (_, index) => JSON.stringify({ n: index })),
    )
    await using held = await Sluice.launch({
      ...{ dir, properties: worker(dir), bootstrapServers: inject('bootstrapServers') },
      connectorFiles: [await dir.properties('sink.properties', sinkOf(topic, proxy))],
    })
    const stopAt = (reached: number): void => {
      if (reached === n) held.process.signal('SIGSTOP')
    }
    if (when === 'after') {
      proxy.answered = (request) => {
        stopAt(request.n)
        return Promise.resolve()
      }
    } else
      proxy.faultOf = (request) => {
        stopAt(request.n)
        return null
      }
    await waitFor('the request', () => proxy.requests.length >= n, { timeoutMs: 120_000 })
    await using other = await Sluice.start({
      ...{ dir: otherDir, properties: worker(otherDir) },
      bootstrapServers: inject('bootstrapServers'),
      connectorFiles: [await otherDir.properties('sink.properties', sinkOf(topic))],
    })
    await waitFor(
      'the other worker to write all files',
      async () => (await hdfs.files(`/topics/${topic}`)).size >= namesOf(topic, count).length,
      { timeoutMs: 120_000, everyMs: 250 },
    )
    held.process.signal('SIGCONT')
    await expectAll(topic, count)
    await held.process.kill()
    expect(await other.process.stop()).toBe(143)
  },
)
