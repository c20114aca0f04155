import { execFileSync } from 'node:child_process'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const plugins = path.join(root, 'test/fixtures/worker-plugins')

function start(
  dir: ScratchDir,
  role: string,
  connectors: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<Sluice> {
  const files = Object.entries(connectors).map(([name, config]) =>
    dir.properties(`${role}-${name}.properties`, { name, 'tasks.max': '1', ...config }),
  )
  return Promise.all(files).then((connectorFiles) =>
    Sluice.start({
      ...{ dir, connectorFiles },
      bootstrapServers: inject('bootstrapServers'),
      env: { SLUICE_THREADS: '1' },
      properties: {
        ...stringConverters,
        'plugin.path': plugins,
        'offset.storage.file.filename': dir.file(`${role}.offsets`),
        'offset.flush.interval.ms': '200',
        'task.shutdown.graceful.timeout.ms': '1000',
        'task.watchdog.ms': '1000',
        'consumer.session.timeout.ms': '45000',
        'consumer.heartbeat.interval.ms': '300',
      },
    }),
  )
}

test('the partitions of a sink whose thread was ended are another’s at once, not after its session of 45 s', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const name = `${topicPrefix('dead-sink')}sink`
  await kafka.createTopic(name, { partitions: 2 })
  const journal = dir.file('heir')
  await writeFile(journal, '')
  await using hanging = await start(dir, 'hanging', {
    [name]: {
      'connector.class': 'com.example.HostileSinkConnector',
      topics: name,
      'task.misdeed': 'spin',
      'task.misdeed.at': 'put',
    },
  })
  await using heir = await start(dir, 'heir', {
    [name]: { 'connector.class': 'com.example.RecorderSinkConnector', topics: name, journal },
  })
  const holds = async (): Promise<string | undefined> => {
    const lines = (await readFile(journal, 'utf8')).split('\n')
    return lines.findLast((line) => line.startsWith('open'))
  }
  await waitFor('each has a partition', async () => /^open \d$/.test((await holds()) ?? ''))
  const values = Array.from({ length: 40 }, (_, n) => ({ key: `key ${n}`, value: `record ${n}` }))
  await kafka.send(name, values)
  const trace = await hanging.failedTrace(name)
  const failedAt = performance.now()
  expect(trace).toContain('It was in put of com.example.HostileSinkConnector.')
  await waitFor(
    'the other one has put and committed the records of both partitions',
    async () => {
      const ends = await kafka.admin.fetchTopicOffsets(name)
      const sorted = [...ends].sort((a, b) => a.partition - b.partition)
      const committed = await kafka.committed(`connect-${name}`, name)
      return String(committed) === String(sorted.map(({ high }) => high))
    },
    // A third of the session: on a machine that is slow too.
    { timeoutMs: 15_000 },
  )
  console.log(`taken over ${Math.round(performance.now() - failedAt)} ms after the task had failed`)
  expect(await Promise.all([hanging.process.stop(), heir.process.stop()])).toEqual([143, 143])
}, 90_000)

test('a thread in a native call that does not end makes the worker unhealthy by name; the others go on, and SIGTERM ends it all the same', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const prefix = topicPrefix('native')
  const topic = `${prefix}lines`
  await kafka.createTopic(topic)
  const fifo = dir.file('fifo')
  execFileSync('mkfifo', [fifo])
  const [input, output] = [dir.file('in.txt'), dir.file('out.txt')]
  await writeFile(input, 'one\n')
  await using sluice = await start(dir, 'worker', {
    [`${prefix}source`]: { 'connector.class': 'FileStreamSource', file: input, topic },
    [`${prefix}sink`]: { 'connector.class': 'FileStreamSink', file: output, topics: topic },
  })
  const delivered = (text: string): Promise<unknown> =>
    waitFor(`${JSON.stringify(text)} has come out`, async () => {
      return (await readFile(output, 'utf8').catch(() => '')) === text
    })
  await delivered('one\n')
  const name = `${prefix}reads`
  await sluice.request('PUT', `/connectors/${name}/config`, {
    'connector.class': 'com.example.HostileSourceConnector',
    topic: `${prefix}nothing`,
    'task.misdeed': 'read',
    'task.misdeed.at': 'poll',
    'task.misdeed.fifo': fifo,
  })
  expect(await sluice.failedTrace(name)).toContain('It was in poll of')
  const health = async (): Promise<{ readonly status: string; readonly message: string }> => {
    const response = await fetch(`${sluice.url}/health`)
    return { ...((await response.json()) as { status: string; message: string }) }
  }
  const found = await waitFor('the worker is unhealthy', async () => {
    const answer = await health()
    return answer.status === 'unhealthy' && answer
  })
  expect(found.message).toMatch(
    /^Threads that were ended do not end, because a plugin's native call holds them: task-thread-\d+\./,
  )
  await sluice.running(`${prefix}source`)
  await sluice.running(`${prefix}sink`)
  await appendFile(input, 'two\n')
  await delivered('one\ntwo\n')
  const began = performance.now()
  // Beyond its time for stopping, and the time that threads have to end, the supervisor would kill it: 137.
  expect(await sluice.process.stop(20_000)).toBe(143)
  console.log(`ended ${Math.round(performance.now() - began)} ms after SIGTERM`)
  expect(sluice.process.log()).toContain('Kafka Connect stopped')
}, 90_000)
