import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildThreadEntry, openWorker, sourceConfig } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

let built: ThreadEntry
beforeAll(async () => {
  built = await buildThreadEntry()
})
afterAll(() => built.remove())

const { signal } = new AbortController()
const behaving = (behave: string) => ({ ...sourceConfig, 'connector.behave': behave })
const transformed = {
  ...sourceConfig,
  transforms: 'a',
  'transforms.a.type': 'com.example.SpinningTransformation',
}

const held = String.raw`The thread connector-thread-\d was ended because its event loop had stood still for \d+ ms, and task\.watchdog\.ms is 1000\.`

describe('a validation that holds the connector thread', () => {
  test.each([
    ['in validate', behaving('validateSpins'), 'in validate of com.example.UnrulySourceConnector'],
    [
      'in config of a plugin it names',
      transformed,
      'in config of com.example.SpinningTransformation',
    ],
    ['after a wait', behaving('validateSpinsLater'), 'validating UnrulySource'],
  ])(
    '%s fails with the call it was in',
    async (_where, config, call) => {
      await using open = await openWorker(built, { watchdogMs: 1000 })
      await expect(open.worker.validate(config, null, signal)).rejects.toThrow(
        new RegExp(`^${held} It was ${call}\\.$`),
      )
    },
    20_000,
  )

  test('fails alone: what was asked beside it is asked once more', async () => {
    await using open = await openWorker(built, { watchdogMs: 1000 })
    const { worker } = open
    const slow = worker.validate(behaving('validateWaits'), null, signal)
    const spinning = worker.validate(behaving('validateSpins'), null, signal)
    const keys = worker.pluginConfig('UnrulySource', null, signal)
    await expect(spinning).rejects.toThrow('It was in validate of com.example.UnrulySource')
    expect((await slow).name).toBe('UnrulySource')
    expect((await keys).map(({ name }) => name)).toContain('behave')
  }, 20_000)

  test('in a config that spins fails what asks for it', async () => {
    await using open = await openWorker(built, { watchdogMs: 1000 })
    await expect(open.worker.pluginConfig('SpinningTransformation', null, signal)).rejects.toThrow(
      'It was in config of com.example.SpinningTransformation.',
    )
  }, 20_000)
})

describe('a connector thread that ends', () => {
  test('in a call of a connector has that named in its trace', async () => {
    await using open = await openWorker(built)
    const { worker, errors } = open
    await worker.startConnector('c', behaving('dieOnTaskConfigs'), 'STARTED')
    await expect(worker.taskConfigs('c', 1, signal)).rejects.toThrow('exit code 5')
    expect(errors.get('connector c')?.trace).toContain(
      'ended with exit code 5. It was in taskConfigs of UnrulySource.',
    )
  })

  test('for a connector whose stop does not return has the others go on, and answers what they were asked', async () => {
    await using open = await openWorker(built)
    const { worker, events, lines } = open
    const thread = (name: string) => worker.connectorFacts(name)?.thread.name
    await worker.startConnector('bad', behaving('stopHangs'), 'STARTED')
    await worker.startConnector('good', behaving('taskConfigsWait'), 'STARTED')
    await worker.stopConnector('bad')
    expect(thread('good')).toBe('connector-thread-1')
    const asked: Promise<unknown>[] = []
    while (thread('good') === 'connector-thread-1') {
      asked.push(worker.taskConfigs('good', 1, signal))
      await asked.at(-1)
    }
    await expect.poll(() => events.at(-1)).toBe('connector good RUNNING')
    expect(await Promise.all(asked)).toContainEqual([expect.objectContaining({ task: '0' })])
    expect(lines.join('\n')).toContain('Connector bad was stopped, but its stop has not returned')
    expect(events).not.toContain('connector good FAILED')
  }, 30_000)
})
