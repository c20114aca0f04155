import { describe, expect, test, vi } from 'vitest'
import { setLogSink } from '../../src/util/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { put, reach, setUp, signal } from './set-up.ts'

const hour = 3_600_000

/** A connector whose password is `${vault:/secrets:password}`, which the vault gives out for an hour. */
async function started(more: Record<string, string> = {}) {
  const clock = new FakeClock()
  const vault = { password: 'first', ttlMs: hour as number | undefined }
  const lines: string[] = []
  setLogSink(({ message }) => lines.push(message))
  const { herder, worker } = setUp(
    {},
    (value) => (value.startsWith('${vault:') ? vault.password : value),
    clock,
    () => vault.ttlMs,
  )
  await put(herder, { password: '${vault:/secrets:password}', ...more })
  await reach(herder, 'RUNNING RUNNING RUNNING')
  const passwords = () =>
    [...worker.running.values(), ...worker.tasks.values()].map(({ config }) => config.password)
  const restarts = () => worker.calls.filter((call) => call === 'stop a').length
  return { clock, vault, lines, herder, worker, passwords, restarts }
}

describe('values that a provider gave for a time', () => {
  test('are asked for anew when that is over: the connector restarts, and its tasks as they have changed', async () => {
    const { clock, vault, lines, passwords, herder, restarts } = await started()
    expect(passwords()).toEqual(['first', 'first', 'first'])
    expect(lines).toContain('Scheduling a restart of connector a in 3600000 ms')
    vault.password = 'second'
    await clock.advance(hour - 1)
    expect([restarts(), ...passwords()]).toEqual([0, 'first', 'first', 'first'])
    await clock.advance(1)
    await vi.waitFor(() => expect(passwords()).toEqual(['second', 'second', 'second']))
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(restarts()).toBe(1)
    // And so on, for what it was given then holds for an hour again.
    vault.password = 'third'
    await clock.advance(hour)
    await vi.waitFor(() => expect(passwords()).toEqual(['third', 'third', 'third']))
    expect(await herder.connectorConfig('a', signal)).toHaveProperty(
      'password',
      '${vault:/secrets:password}',
    )
  })

  test('leave the tasks alone that they have not changed', async () => {
    const { clock, worker, restarts } = await started()
    worker.calls.length = 0
    await clock.advance(hour)
    await vi.waitFor(() => expect(worker.calls).toContain('taskConfigs a'))
    expect(restarts()).toBe(1)
    expect(worker.calls.filter((call) => call.includes('a-'))).toEqual([])
  })

  test('may run out where config.action.reload is none', async () => {
    const { clock, lines, restarts } = await started({ 'config.action.reload': ' None ' })
    expect(lines.filter((line) => line.startsWith('Scheduling'))).toEqual([])
    expect(clock.waiting).toBe(0)
    await clock.advance(hour)
    expect(restarts()).toBe(0)
  })

  test('restart nothing any more once the connector has a configuration without them, or is gone', async () => {
    const { clock, vault, herder, worker, restarts } = await started()
    vault.ttlMs = undefined
    await put(herder, { password: 'plain' })
    const before = restarts()
    await clock.advance(hour)
    expect(restarts()).toBe(before)
    vault.ttlMs = hour
    await put(herder, { password: '${vault:/secrets:password}' })
    expect(clock.waiting).toBe(1)
    await herder.deleteConnector('a', signal)
    await vi.waitFor(() => expect(worker.running.size).toBe(0))
    await clock.advance(0)
    expect(clock.waiting).toBe(0)
  })

  test('let a connector stay PAUSED that is; its tasks have them once it goes on', async () => {
    const { clock, vault, herder, passwords } = await started()
    await herder.pauseConnector('a', signal)
    await reach(herder, 'PAUSED PAUSED PAUSED')
    vault.password = 'second'
    await clock.advance(hour)
    await vi.waitFor(() => expect(passwords()[0]).toBe('second'))
    await reach(herder, 'PAUSED PAUSED PAUSED')
    await herder.resumeConnector('a', signal)
    await vi.waitFor(() => expect(passwords()).toEqual(['second', 'second', 'second']))
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })

  test('for no time at all do not keep the worker busy', async () => {
    const { clock, vault, restarts } = await started()
    vault.ttlMs = 0
    await clock.advance(hour)
    await vi.waitFor(() => expect(restarts()).toBe(1))
    await clock.advance(99)
    expect(restarts()).toBe(1)
    await vi.waitFor(async () => {
      await clock.advance(100)
      expect(restarts()).toBeGreaterThan(1)
    })
  })

  test('that cannot be had anew are said to be the reason why the connector has failed', async () => {
    const { clock, vault, herder, lines } = await started()
    Object.defineProperty(vault, 'password', {
      get: () => {
        throw new Error('the vault is sealed')
      },
    })
    await clock.advance(hour)
    await vi.waitFor(() => expect(herder.connectorStatus('a').connector.state).toBe('FAILED'))
    expect(herder.connectorStatus('a').connector.trace).toContain('the vault is sealed')
    expect(lines).toContain('Unexpected error during connector restart: ')
  })

  test('restart nothing once the worker stops', async () => {
    const { clock, herder, restarts } = await started()
    await herder.stop(signal)
    expect(clock.waiting).toBe(0)
    await clock.advance(hour)
    expect(restarts()).toBe(0)
  })
})
