import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, inject, test } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import type { FaultPoint } from '../../src/util/fault-point.ts'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

/** Where the worker is stopped; null: wherever it is after a while, which is mostly in the middle of a put. */
const places: readonly (FaultPoint | null)[] = [
  ...(['sink.put', 'sink.flush', 'sink.delivered', 'sink.commit'] as const),
  ...[null, null, null],
]
const { seed } = seedOfRun()
const partitions = 2
const sessionMs = 1500

test(`a worker that was stopped for longer than its session puts and commits nothing of what it had read (seed ${seed})`, async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const name = `${topicPrefix('stopped')}sink`
  const group = `connect-${name}`
  await kafka.createTopic(name, { partitions })
  await using victim = await launch(dir, name, 'victim')
  await using other = await launch(dir, name, 'other')
  await Promise.all([victim.sluice.running(name), other.sluice.running(name)])
  const random = randomNumbers(seed)
  let before: readonly number[] = Array.from({ length: partitions }, () => -1)
  /** Invariant 1, and 4: no commit of an old generation takes the group back. */
  const committed = async (): Promise<readonly number[]> => {
    const now = await kafka.committed(group, name)
    for (const [at, offset] of now.entries())
      expect(offset).toBeGreaterThanOrEqual(before[at] ?? -1)
    before = now
    return now
  }
  for (const place of places) {
    const started = await victim.journal()
    await waitFor('the victim has a partition and works on it', async () => {
      await add(kafka, name)
      await committed()
      return (await victim.journal()).slice(started.length).some((line) => line.startsWith('put'))
    })
    if (place === null) setTimeout(() => victim.sluice.process.signal('SIGSTOP'), random() * 100)
    else await writeFile(victim.stopFile, place)
    await waitFor(`it is stopped at ${place ?? 'random'}`, async () => {
      await add(kafka, name)
      return await isStopped(victim.sluice.process.pid)
    })
    const asleep = await victim.journal()
    await waitFor('the other one has taken over and is done', async () => {
      const ends = await endOffsets(kafka, name)
      return String(await committed()) === String(ends)
    })
    const ends = await endOffsets(kafka, name)
    victim.sluice.process.signal('SIGCONT')
    const rejoined = async (): Promise<readonly string[] | null> => {
      await committed()
      const lines = (await victim.journal()).slice(asleep.length)
      return lines.some((line) => line.startsWith('open')) ? lines : null
    }
    // On a busy machine sessions of this length are over now and then, and the group begins again.
    const woken = await waitFor('the victim has joined again', rejoined, { timeoutMs: 90_000 })
    const joined = woken.findIndex((line) => line.startsWith('open'))
    expect(woken.slice(0, joined), `stopped at ${place ?? 'random'}`).toEqual([
      expect.stringMatching(/^close \d(,\d)?$/),
    ])
    await add(kafka, name)
    await waitFor('what came since is put and committed', async () => {
      return String(await committed()) === String(await endOffsets(kafka, name))
    })
    for (const [partition, offset] of putIn((await victim.journal()).slice(asleep.length))) {
      expect(offset).toBeGreaterThanOrEqual(ends[partition] ?? NaN)
    }
  }
  const all = [...(await victim.journal()), ...(await other.journal())]
  const put = new Set(putIn(all).map(([partition, offset]) => `${partition}:${offset}`))
  const ends = await endOffsets(kafka, name)
  expect(put.size).toBe(ends.reduce((sum, end) => sum + end, 0))
}, 240_000)

interface Launched extends AsyncDisposable {
  readonly sluice: Sluice
  readonly stopFile: string
  /** What its sink was told to do, a line a call. */
  journal(): Promise<readonly string[]>
}

async function launch(dir: ScratchDir, name: string, role: string): Promise<Launched> {
  const [journal, stopFile] = [dir.file(`${role}.journal`), dir.file(`${role}.stop`)]
  await writeFile(journal, '')
  const sluice = await Sluice.launch({
    dir,
    bootstrapServers: inject('bootstrapServers'),
    properties: {
      ...stringConverters,
      'plugin.path': path.join(root, 'test/fixtures/worker-plugins/recorder'),
      'offset.storage.file.filename': dir.file(`${role}.offsets`),
      'offset.flush.interval.ms': '100',
      'consumer.session.timeout.ms': String(sessionMs),
      'consumer.heartbeat.interval.ms': '300',
      'consumer.max.poll.records': '20',
    },
    connectorFiles: [
      await dir.properties(`${role}.properties`, {
        name,
        'connector.class': 'com.example.RecorderSinkConnector',
        'tasks.max': '1',
        topics: name,
        journal,
        'put.wait.ms': '20',
      }),
    ],
    env: {
      SLUICE_TEST_HOOKS: pathToFileURL(path.join(root, 'test/support/stop-at.mjs')).href,
      SLUICE_TEST_STOP_FILE: stopFile,
    },
  })
  return {
    ...{ sluice, stopFile },
    journal: async () => (await readFile(journal, 'utf8')).split('\n').slice(0, -1),
    [Symbol.asyncDispose]: () => sluice[Symbol.asyncDispose](),
  }
}

async function add(kafka: KafkaClient, topic: string): Promise<void> {
  await kafka.send(
    topic,
    Array.from({ length: 60 }, (_, n) => `record ${n}`),
  )
  await delay(20)
}

/** By partition. */
async function endOffsets(kafka: KafkaClient, topic: string): Promise<readonly number[]> {
  const offsets = await kafka.admin.fetchTopicOffsets(topic)
  return [...offsets].sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high))
}

/** Partition and offset of every record that was put. */
function putIn(journal: readonly string[]): (readonly [number, number])[] {
  const puts = journal.filter((line) => line.startsWith('put '))
  return puts.flatMap((line) =>
    line
      .slice('put '.length)
      .split(' ')
      .map((record) => {
        const [partition, offset] = record.split(':')
        return [Number(partition), Number(offset)] as const
      }),
  )
}

async function isStopped(pid: number): Promise<boolean> {
  return /^State:\s+T/m.test(await readFile(`/proc/${pid}/status`, 'utf8'))
}
