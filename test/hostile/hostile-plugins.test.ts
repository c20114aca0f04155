import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import { waitFor } from '../support/wait-for.ts'
import { HostileWorker } from './hostile-worker.ts'
import { hostilities } from './hostilities.ts'
import type { Hostility, Outcome } from './hostilities.ts'

/** How long a connector's deletion may take: its tasks have a second to stop, it has five. */
const deletionMs = 8000

let worker: HostileWorker

beforeAll(async () => {
  worker = await HostileWorker.start('plugins')
})
afterAll(async () => {
  await worker[Symbol.asyncDispose]()
})

describe('beside a healthy pipeline in the same thread', () => {
  test('a second without any of them, to compare with', async () => {
    await worker.takeDamage('(the start of the worker)')
    await delay(1000)
    expectAnswered(await worker.takeDamage('(nothing)'))
  })

  test.each(hostilities.map((hostility, number) => [hostility.name, hostility, number] as const))(
    '%s',
    async (name, hostility, number) => {
      const connector = `bad-${number}`
      await commit(hostility, connector)
      expect(await worker.delete(connector)).toBeLessThan(deletionMs)
      await afterDeletion(hostility.outcome)
      await worker.settled()
      expectAnswered(await worker.takeDamage(name))
    },
  )

  test('the healthy pipeline has lost nothing, repeated nothing and never moved', async () => {
    await worker.report()
    await worker.pipeline.expectWhole(0)
  }, 60_000)
})

/** Creates the connector and waits for what must come of it. */
async function commit({ config, outcome }: Hostility, connector: string): Promise<void> {
  const { status, text } = await worker.put(connector, config)
  if ('refused' in outcome) {
    expect({ status, text }).toEqual({
      status: outcome.refused,
      text: expect.stringMatching(outcome.because) as string,
    })
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
    expect(await failedConnector(connector)).toMatch(outcome.connectorFails)
  } else if ('startsNever' in outcome) {
    const { connector: state, tasks } = await worker.sluice.status(connector)
    expect([state.state, ...tasks]).toEqual(['RUNNING'])
  } else {
    await worker.sluice.running(connector)
  }
}

async function failedConnector(name: string): Promise<string> {
  return await waitFor(`${name} has FAILED`, async () => {
    const { connector } = await worker.sluice.status(name)
    return connector.state === 'FAILED' ? connector.trace : undefined
  })
}

async function afterDeletion(outcome: Outcome): Promise<void> {
  if (!('deletedWith' in outcome)) return
  await waitFor(`the log to say ${outcome.deletedWith}`, () =>
    outcome.deletedWith.test(worker.newLog()),
  )
}

/** Every request had the answer that it has in peace. */
function expectAnswered(statuses: Readonly<Record<string, readonly number[]>>): void {
  expect(Object.keys(statuses).length).toBe(4)
  expect(Object.entries(statuses).filter(([, found]) => String(found) !== '200')).toEqual([])
}
