import { randomUUID } from 'node:crypto'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { expect, inject, test } from 'vitest'
import { createAdmin } from '../../src/kafka/admin/admin.ts'
import { asked, clusterProperties, startMember } from '../support/cluster.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const bootstrapServers = inject('bootstrapServers')
const prefix = topicPrefix('cluster')

/** Another one for every try. The group of a sink is named after its connector, and the broker is everybody's. */
const clusterName = (of: string): string => `${prefix}${of}-${randomUUID().slice(0, 8)}`

const source = (file: string, topic: string): Record<string, string> => ({
  'connector.class': 'FileStreamSource',
  'tasks.max': '1',
  file,
  topic,
})
const sink = (file: string, topics: string): Record<string, string> => ({
  'connector.class': 'FileStreamSink',
  'tasks.max': '1',
  file,
  topics,
})

async function linesOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').filter((line) => line !== '')
}

async function holds(file: string, lines: readonly string[]): Promise<void> {
  await waitFor(`${file} has ${lines.length} lines`, async () => {
    const found = new Set(await linesOf(file))
    return lines.every((line) => found.has(line))
  })
}

test('a worker of a cluster keeps what it was told, and how far it came, for the one after it', async () => {
  await using dir = await scratchDir()
  const name = clusterName('one')
  const snk = `${name}-snk`
  const [input, output] = [dir.file('in.txt'), dir.file('out.txt')]
  await writeFile(input, 'a\nb\n')
  const options = { dir, bootstrapServers, name }
  {
    await using worker = await startMember(options)
    await worker.request('PUT', '/connectors/src/config', source(input, `${name}-lines`))
    const created = await worker.request<{ tasks: unknown[] }>('POST', '/connectors', {
      name: snk,
      config: sink(output, `${name}-lines`),
    })
    expect(created.tasks).toEqual([])
    await worker.running('src')
    await worker.running(snk)
    await holds(output, ['a', 'b'])
    expect(await worker.process.stop()).toBe(143)
  }
  await appendFile(input, 'c\n')
  await using worker = await startMember(options)
  expect((await worker.get<string[]>('/connectors')).sort()).toEqual([snk, 'src'].sort())
  await worker.running('src')
  await worker.running(snk)
  await holds(output, ['a', 'b', 'c'])
  // Both had committed when they were stopped.
  expect(await linesOf(output)).toEqual(['a', 'b', 'c'])
}, 240_000)

test('any worker answers any request, and the work of one that dies goes to the others', async () => {
  await using dir = await scratchDir()
  const name = clusterName('three')
  const snk = `${name}-snk`
  const options = { dir, bootstrapServers, name }
  const members = await Promise.all([1, 2, 3].map(() => startMember(options)))
  try {
    const [first, second, third] = members as [Sluice, Sluice, Sluice]
    // Two of the three are not the leader, and have it write.
    for (const [at, worker] of members.entries()) {
      await writeFile(dir.file(`in-${at}.txt`), `first of ${at}\n`)
      await asked(worker, 'POST', '/connectors', {
        name: `src-${at}`,
        config: source(dir.file(`in-${at}.txt`), `${name}-lines`),
      })
    }
    const connectors = members.map((_, at) => `src-${at}`)
    await asked(
      third,
      'PUT',
      `/connectors/${snk}/config`,
      sink(dir.file('out.txt'), `${name}-lines`),
    )
    for (const worker of members) {
      await waitFor('it knows all connectors', async () => {
        const known = await worker.get<string[]>('/connectors')
        return [...connectors, snk].every((each) => known.includes(each))
      })
      for (const each of [...connectors, snk]) await worker.running(each)
    }
    const owners = async (worker: Sluice): Promise<readonly string[]> => {
      const all = await worker.get<Record<string, { status: ConnectorStatus }>>(
        '/connectors?expand=status',
      )
      return Object.values(all).flatMap(({ status }) =>
        [status.connector, ...status.tasks].map(({ worker_id }) => worker_id),
      )
    }
    const idOf = ({ url }: Sluice): string => new URL(url).host
    await waitFor('every worker has something to do', async () => {
      const busy = await owners(first)
      return members.every((worker) => busy.includes(idOf(worker)))
    })

    // Wherever it runs, any of them has it restarted, paused, and its tasks restarted.
    for (const worker of members) {
      await asked(worker, 'POST', '/connectors/src-0/restart')
      await asked(worker, 'POST', '/connectors/src-0/restart?includeTasks=true')
      await worker.running('src-0')
      await asked(worker, 'POST', '/connectors/src-1/tasks/0/restart')
    }
    await first.running('src-1')

    await asked(second, 'PUT', '/admin/loggers/com.example?scope=cluster', { level: 'debug' })
    for (const worker of members) {
      await waitFor('it was told of the level', async () => {
        const loggers = await worker.get<Record<string, { level: string }>>('/admin/loggers')
        return loggers['com.example']?.level === 'DEBUG'
      })
    }

    await third.process.kill()
    const alive = [first, second]
    await waitFor('its work runs elsewhere', async () => {
      const busy = await owners(first)
      return !busy.includes(idOf(third))
    })
    for (const worker of alive) for (const each of connectors) await worker.running(each)
    for (const at of connectors.keys())
      await appendFile(dir.file(`in-${at}.txt`), `second of ${at}\n`)
    const lines = ['first', 'second'].flatMap((turn) => [0, 1, 2].map((at) => `${turn} of ${at}`))
    await holds(dir.file('out.txt'), lines)
    await asked(second, 'DELETE', `/connectors/${snk}`)
    await waitFor(
      'it is gone',
      async () => !(await first.get<string[]>('/connectors')).includes(snk),
    )
  } finally {
    await Promise.all(members.map((worker) => worker[Symbol.asyncDispose]()))
  }
}, 240_000)

test('a topic that forgets is refused at the start', async () => {
  await using dir = await scratchDir()
  const name = clusterName('forgets')
  const admin = createAdmin({ 'bootstrap.servers': bootstrapServers })
  const topic = { name: `${name}-status`, partitions: 1, replicationFactor: 1 }
  const configs = { 'cleanup.policy': 'delete' }
  await admin.createTopic({ ...topic, configs }, AbortSignal.timeout(30_000))
  await using worker = await Sluice.launch({
    ...{ dir, bootstrapServers, command: 'connect-distributed' },
    properties: clusterProperties(name),
  })
  expect(await worker.process.exited).toBe(1)
  const log = await readFile(worker.process.logFile, 'utf8')
  expect(log).toContain('Uncaught exception in herder work thread, exiting: ')
  expect(log).toContain(
    `Topic '${name}-status' supplied via the 'status.storage.topic' property is required to have 'cleanup.policy=compact'`,
  )
}, 120_000)
