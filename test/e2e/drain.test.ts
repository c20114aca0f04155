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

/** How often tasks and connectors were started there. */
async function startsOf({ url }: Sluice): Promise<readonly string[]> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text
    .split('\n')
    .filter((line) => /^[^#]*_(?:connector|task)_startup_attempts_total\b/.test(line))
  expect(lines.length).toBeGreaterThan(0)
  return lines
}

test('a worker that is drained gives its work to the other at once, answers on, and takes its share again', async () => {
  await using dir = await scratchDir()
  const options = { dir, bootstrapServers, name: `${prefix}pair`, properties: patient }
  await using first = await startMember(options)
  await using second = await startMember(options)
  await share(dir, `${prefix}pair-lines`, [first, second])
  const kept = await startsOf(second)
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
  const taken = await startsOf(second)
  expect(taken).not.toEqual(kept)
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
  const name = `${prefix}static`
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
  const started = await startsOf(stays)
  await using again = await member('restarted', port)
  const hasItsOwn = async (): Promise<boolean> => {
    const busy = await owners(stays)
    return busy.filter((id) => id === idOf(again)).length === names.length
  }
  await waitFor('it has what it had', hasItsOwn, patience)
  expect(await startsOf(stays)).toEqual(started)
}, 300_000)
