import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { expect, inject, test } from 'vitest'
import { freePort } from '../services/ports.ts'
import { asked, startMember } from '../support/cluster.ts'
import { scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus, ScratchDir, Sluice } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const bootstrapServers = inject('bootstrapServers')
const prefix = topicPrefix('drain')

/** Another one for every try: what a try leaves in its group, and in its topics, is in the next one's way. */
const clusterName = (of: string): string => `${prefix}${of}-${randomUUID().slice(0, 8)}`

/** Nothing that a worker leaves behind would be given to others before the test is over. */
const patient = { 'scheduled.rebalance.max.delay.ms': '300000', 'session.timeout.ms': '60000' }
const patience = { timeoutMs: 90_000, everyMs: 50 }
const names = ['a', 'b', 'c', 'd']
const idOf = ({ url }: Sluice): string => new URL(url).host

/** Who runs each connector and each task; none while one does not run. */
async function owners(worker: Sluice): Promise<readonly string[]> {
  const all = await worker.get<Record<string, { status: ConnectorStatus }>>(
    '/connectors?expand=status',
  )
  const parts = Object.values(all).flatMap(({ status }) => [status.connector, ...status.tasks])
  const isRunning =
    parts.length === 2 * names.length && parts.every(({ state }) => state === 'RUNNING')
  return isRunning ? parts.map(({ worker_id }) => worker_id) : []
}

/** Connectors with a task each, evenly on both workers. */
async function share(dir: ScratchDir, topic: string, workers: readonly Sluice[]): Promise<void> {
  const [first] = workers as [Sluice]
  for (const each of names) {
    await writeFile(dir.file(`${each}.txt`), 'x\n')
    await asked(first, 'PUT', `/connectors/${each}/config`, {
      ...{ 'connector.class': 'FileStreamSource', 'tasks.max': '1' },
      ...{ file: dir.file(`${each}.txt`), topic },
    })
  }
  const isEven = async (): Promise<boolean> => {
    const busy = await owners(first)
    return workers.every(
      (worker) => busy.filter((id) => id === idOf(worker)).length === names.length,
    )
  }
  await waitFor('both workers have their share', isEven, patience)
}

/** How often tasks and connectors were started there, together. */
async function startsOf({ url }: Sluice): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text
    .split('\n')
    .filter((line) => /^[^#]*_(?:connector|task)_startup_attempts_total\b/.test(line))
  expect(lines).toHaveLength(2)
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

/** The same once what the statuses tell of is counted, too: a status may be there first. */
async function allStartsOf(worker: Sluice): Promise<number> {
  await waitFor('its starts are counted', async () => (await startsOf(worker)) >= names.length)
  return await startsOf(worker)
}

test('a worker that is drained gives its work to the other at once, answers on, and takes its share again', async () => {
  await using dir = await scratchDir()
  const name = clusterName('pair')
  const options = { dir, bootstrapServers, name, properties: patient }
  await using first = await startMember(options)
  await using second = await startMember(options)
  await share(dir, `${name}-lines`, [first, second])
  const started = await allStartsOf(second)
  const begun = await first.request<{ state: string }>('POST', '/admin/drain')
  expect(begun.state).not.toBe('active')
  const isDrained = async (): Promise<boolean> => {
    const view = await first.get<{ state: string; tasks: unknown[] }>('/admin/drain')
    return view.state === 'drained' && view.tasks.length === 0
  }
  await waitFor('it is drained', isDrained, patience)
  const allElsewhere = async (): Promise<boolean> => {
    const busy = await owners(first)
    return busy.length > 0 && busy.every((id) => id === idOf(second))
  }
  await waitFor('the other has everything', allElsewhere, patience)
  // It has started what the other had, and nothing of its own again.
  expect(await startsOf(second)).toBe(started + names.length)
  const health = await first.get<{ status: string; message: string }>('/health')
  expect(health.status).toBe('healthy')
  expect(health.message).toContain('is drained')
  await asked(first, 'POST', '/connectors/a/restart')
  await first.request('DELETE', '/admin/drain')
  const isShared = async (): Promise<boolean> => {
    const busy = await owners(second)
    return busy.filter((id) => id === idOf(first)).length === names.length
  }
  await waitFor('it has its share again', isShared, patience)
}, 300_000)

test('a static member that is restarted goes on with what it had, and nothing of the other is started again', async () => {
  await using dir = await scratchDir()
  const name = clusterName('static')
  const port = await freePort()
  const member = (id: string, at?: number): Promise<Sluice> =>
    startMember({
      ...{ dir, bootstrapServers, name, ...(at !== undefined && { port: at }) },
      properties: { ...patient, 'group.instance.id': id },
    })
  await using stays = await member('stays')
  {
    await using restarted = await member('restarted', port)
    await share(dir, `${name}-lines`, [stays, restarted])
    expect(await restarted.process.stop()).toBe(143)
  }
  const started = await allStartsOf(stays)
  await using again = await member('restarted', port)
  const hasItsOwn = async (): Promise<boolean> => {
    const busy = await owners(stays)
    return busy.filter((id) => id === idOf(again)).length === names.length
  }
  await waitFor('it has what it had', hasItsOwn, patience)
  expect(await startsOf(stays)).toBe(started)
}, 300_000)
