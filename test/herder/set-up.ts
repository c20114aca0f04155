import { expect, vi } from 'vitest'
import type { ConnectorConfig, RawConfig } from '../../src/config/types.ts'
import { httpStatusOf } from '../../src/errors/rest-error.ts'
import type { NoteExpiry } from '../../src/herder/config-resolver.ts'
import type { Clock } from '../../src/herder/restart-supervisor.ts'
import { StandaloneHerder } from '../../src/herder/standalone/standalone-herder.ts'
import { FakeWorker } from '../support/fake-worker.ts'
import type { FakePlugin } from '../support/fake-worker.ts'

export const signal = AbortSignal.timeout(120_000)

interface Setup {
  readonly herder: StandaloneHerder
  readonly worker: FakeWorker
}

export function setUp(
  plugin: Partial<FakePlugin> = {},
  resolve = (value: string) => value,
  clock?: Clock,
  ttlMs?: () => number | undefined,
): Setup {
  const source: FakePlugin = {
    className: 'com.example.NumbersConnector',
    type: 'source',
    version: '1.2',
    taskConfigs: (config, max) =>
      Array.from({ length: max }, (_, task) => ({ ...config, 'task.class': 'T', id: `${task}` })),
    ...plugin,
  }
  let worker: FakeWorker | undefined
  const herder = new StandaloneHerder({
    worker: (listener) => (worker = new FakeWorker([source], listener)),
    resolver: {
      resolve: <T extends RawConfig>(config: T, _signal: AbortSignal, note?: NoteExpiry) => {
        const ttl = ttlMs?.()
        if (ttl !== undefined) note?.('vault:/secrets', ttl)
        return Object.fromEntries(
          Object.entries(config).map(([key, value]) => [
            key,
            value === null ? null : resolve(value),
          ]),
        ) as T
      },
    },
    workerId: 'host:8083',
    stalledMs: 30_000,
    workerConfig: {},
    ...(clock && { clock }),
    topicTracking: { enabled: true, resettable: true },
  })
  if (!worker) throw new Error('The herder made no worker.')
  return { herder, worker }
}

export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}

export const config = (more: ConnectorConfig = {}): ConnectorConfig => ({
  'connector.class': 'Numbers',
  'tasks.max': '2',
  name: 'a',
  ...more,
})

export const put = (herder: StandaloneHerder, more?: ConnectorConfig, allowReplace = true) =>
  herder.putConnectorConfig('a', config(more), { allowReplace }, signal)

export const states = (herder: StandaloneHerder): string => {
  const { connector, tasks } = herder.connectorStatus('a')
  return [connector.state, ...tasks.map((task) => task.state)].join(' ')
}

export const reach = (herder: StandaloneHerder, expected: string) =>
  vi.waitFor(() => {
    expect(states(herder)).toBe(expected)
  })

export const rejection = async (promise: Promise<unknown>): Promise<[number, string]> => {
  const error: unknown = await promise.then(
    () => new Error('It resolved.'),
    (reason: unknown) => reason,
  )
  return [httpStatusOf(error), (error as Error).message]
}
