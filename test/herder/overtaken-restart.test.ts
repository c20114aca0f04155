import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { deferred, put, reach, rejection, setUp, signal } from './set-up.ts'

const request = { connector: 'a', includeTasks: true, onlyFailed: false }

/** A restart of everything whose tasks take their time to stop. */
async function drainingRestart() {
  const drained = deferred()
  const parts = setUp({ stopTask: () => drained.promise })
  const { herder, worker } = parts
  await put(herder)
  await reach(herder, 'RUNNING RUNNING RUNNING')
  worker.calls.length = 0
  const overtaken = rejection(herder.restartConnector(request, signal))
  await vi.waitFor(() => {
    expect(worker.calls).toContain('stop a-1')
  })
  return { ...parts, drained, overtaken }
}

describe('a restart that is overtaken while its tasks stop', () => {
  test('by the same configuration leaves no task stopped', async () => {
    const { herder, worker, drained, overtaken } = await drainingRestart()
    const again = put(herder)
    await delay(20) // The request is on its way: it is checked before it overtakes.
    drained.resolve()
    await again
    expect((await overtaken)[0]).toBe(409)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect([...worker.tasks.keys()].sort()).toEqual(['a-0', 'a-1'])
    expect(worker.calls.filter((call) => call.startsWith('start a-'))).toHaveLength(2)
  })

  test('by another restart, of the connector alone, leaves no task stopped', async () => {
    const { herder, drained, overtaken } = await drainingRestart()
    const again = herder.restartConnector({ ...request, includeTasks: false }, signal)
    drained.resolve()
    await again
    expect((await overtaken)[0]).toBe(409)
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })
})

describe('a restart whose variables cannot be resolved', () => {
  function breakable() {
    const vault = { sealed: false }
    const parts = setUp({}, (value) => {
      if (vault.sealed) throw new Error('the vault is sealed')
      return value
    })
    return { ...parts, vault }
  }

  test('says so in every status, and the next one starts everything', async () => {
    const { herder, vault } = breakable()
    await put(herder)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    vault.sealed = true
    expect((await rejection(herder.restartConnector(request, signal)))[1]).toContain('sealed')
    await reach(herder, 'FAILED FAILED FAILED')
    expect(herder.connectorStatus('a').tasks[0]?.trace).toContain('the vault is sealed')
    vault.sealed = false
    await herder.restartConnector({ ...request, onlyFailed: true }, signal)
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })

  test('fails the one task that was to be restarted', async () => {
    const { herder, vault } = breakable()
    await put(herder)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    vault.sealed = true
    await rejection(herder.restartTask({ connector: 'a', task: 1 }, signal))
    await reach(herder, 'RUNNING RUNNING FAILED')
    vault.sealed = false
    await herder.restartTask({ connector: 'a', task: 1 }, signal)
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })
})
