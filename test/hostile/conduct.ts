import { expect } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import type { HostileWorker } from './hostile-worker.ts'
import type { Hostility, Outcome } from './hostilities.ts'

/** How long a connector's deletion may take: its tasks have seconds to stop, and a thread that is ended five to go. */
export const deletionMs = 10_000

/**
 * Lets a connector misbehave: what must come of it comes, it can be deleted, the healthy pipeline goes on, and REST
 * has answered every request meanwhile.
 */
export async function endure(
  worker: HostileWorker,
  hostility: Hostility,
  connector: string,
): Promise<void> {
  const { name, config, outcome, moves = 0 } = hostility
  const before = worker.pipelineMoves()
  await commit(worker, { config, outcome, connector })
  expect(await worker.delete(connector)).toBeLessThan(deletionMs)
  await afterDeletion(worker, outcome)
  await worker.settled()
  expectAnswered(await worker.takeDamage(name))
  // The pipeline has moved where the thread had to end, which shows that it was the same one, and only there.
  const after = worker.pipelineMoves()
  expect([after.source - before.source, after.sink - before.sink]).toEqual([moves, moves])
}

/** Every request had the answer that it has in peace. */
export function expectAnswered(statuses: Readonly<Record<string, readonly number[]>>): void {
  expect(Object.keys(statuses).length).toBe(4)
  expect(Object.entries(statuses).filter(([, found]) => String(found) !== '200')).toEqual([])
}

/** Creates the connector and waits for what must come of it. */
async function commit(
  worker: HostileWorker,
  { config, outcome, connector }: Pick<Hostility, 'config' | 'outcome'> & { connector: string },
): Promise<void> {
  const { status, text } = await worker.put(connector, config)
  if ('refused' in outcome) {
    const message = expect.stringMatching(outcome.because) as string
    expect({ status, text }).toEqual({ status: outcome.refused, text: message })
    if (outcome.failed === undefined) return
    const found = await worker.sluice.status(connector)
    expect(found.connector.state).toBe('FAILED')
    expect(found.connector.trace).toMatch(outcome.failed)
    return
  }
  expect(status, text).toBe(201)
  if ('taskFails' in outcome) {
    expect(await worker.sluice.failedTrace(connector)).toMatch(outcome.taskFails)
  } else if ('connectorFails' in outcome) {
    expect(await failedConnector(worker, connector)).toMatch(outcome.connectorFails)
  } else {
    await worker.sluice.running(connector)
    await waitFor(`${connector} to be at work`, () => worker.newLog().includes('At work'))
  }
}

async function failedConnector(worker: HostileWorker, name: string): Promise<string> {
  return await waitFor(`${name} has FAILED`, async () => {
    const { connector } = await worker.sluice.status(name)
    return connector.state === 'FAILED' ? connector.trace : undefined
  })
}

async function afterDeletion(worker: HostileWorker, outcome: Outcome): Promise<void> {
  if (!('deletedWith' in outcome)) return
  await waitFor(`the log to say ${outcome.deletedWith}`, () =>
    outcome.deletedWith.test(worker.newLog()),
  )
}
