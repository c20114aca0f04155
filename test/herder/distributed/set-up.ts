import { expect, vi } from 'vitest'
import type { ConnectorConfig, RawConfig } from '../../../src/config/types.ts'
import { DistributedHerder } from '../../../src/herder/distributed/distributed-herder.ts'
import type { DistributedHerderOptions } from '../../../src/herder/distributed/options.ts'
import { noWork } from '../../../src/herder/distributed/work.ts'
import type { Work } from '../../../src/herder/distributed/work.ts'
import type { ConnectorTaskId } from '../../../src/messages/ids.ts'
import { FakeGroupMember } from '../../support/fake-group-member.ts'
import { FakeWorker } from '../../support/fake-worker.ts'
import type { FakePlugin } from '../../support/fake-worker.ts'
import { MemoryConfigTopic, MemoryStatusStore } from '../../support/memory-topics.ts'

export const signal = AbortSignal.timeout(120_000)

export interface Scene {
  readonly herder: DistributedHerder
  readonly worker: FakeWorker
  readonly configs: MemoryConfigTopic
  readonly statuses: MemoryStatusStore
  readonly group: FakeGroupMember
  /** The first is `group`; another one is made after the worker has left. */
  readonly members: readonly FakeGroupMember[]
  /** What was handed to the leader. */
  readonly handed: (readonly [url: string, connector: string, key: string | null, tasks: number])[]
}

const herders: DistributedHerder[] = []

/** To be called after each test. */
export async function stopAll(): Promise<void> {
  await Promise.all(herders.splice(0).map((herder) => herder.stop(AbortSignal.timeout(10_000))))
}

/** One worker of a cluster whose group is in the hands of the test; it has no place in it yet. */
export async function setUp(
  plugin: Partial<FakePlugin> = {},
  more: Partial<DistributedHerderOptions> = {},
): Promise<Scene> {
  const configs = new MemoryConfigTopic()
  const statuses = new MemoryStatusStore()
  const handed: Scene['handed'] = []
  let worker: FakeWorker | undefined
  const members: FakeGroupMember[] = []
  const herder = new DistributedHerder({
    worker: (listener) => (worker = new FakeWorker([pluginOf(plugin)], listener)),
    configs: (listener) => configs.open(listener),
    statuses,
    group: (needs) => {
      const member = new FakeGroupMember(needs)
      members.push(member)
      return member
    },
    peers: {
      putTaskConfigs: (url, connector, tasks, key) => {
        handed.push([url, connector, key?.key ?? null, tasks.length])
        return Promise.resolve()
      },
      fenceZombies: () => Promise.reject(new Error('Nothing is fenced here.')),
    },
    resolver: { resolve: <T extends RawConfig>(config: T) => config },
    workerId: 'here:8083',
    settings: {
      syncTimeoutMs: 1000,
      unsyncBackoffMs: 100,
      rebalanceTimeoutMs: 60_000,
      sessionKeys: { algorithm: 'HmacSHA256', sizeBits: null, ttlMs: 3_600_000 },
      verificationAlgorithms: ['HmacSHA256'],
      stalledMs: 30_000,
    },
    topicTracking: { enabled: true, resettable: true },
    workerConfig: {},
    ...more,
  })
  herders.push(herder)
  await herder.start(signal)
  const [group] = members
  if (worker === undefined || group === undefined) throw new Error('The herder made no worker.')
  return { herder, worker, configs, statuses, group, members, handed }
}

function pluginOf(more: Partial<FakePlugin>): FakePlugin {
  return {
    className: 'com.example.NumbersConnector',
    type: 'source',
    version: '1.2',
    taskConfigs: (config, max) =>
      Array.from({ length: max }, (_, task) => ({ id: `${task}`, range: config.range ?? 'all' })),
    ...more,
  }
}

export const configOf = (name: string, more: ConnectorConfig = {}): ConnectorConfig => ({
  'connector.class': 'Numbers',
  'tasks.max': '2',
  name,
  ...more,
})

/** `a` is a connector, `a-0` a task of it. */
export function workOf(...parts: readonly string[]): Work {
  const isTask = (part: string): boolean => /-\d+$/.test(part)
  return {
    connectors: parts.filter((part) => !isTask(part)),
    tasks: parts.filter(isTask).map((part): ConnectorTaskId => {
      const at = part.lastIndexOf('-')
      return { connector: part.slice(0, at), task: Number(part.slice(at + 1)) }
    }),
  }
}

/** A connector `a` with two tasks, all of it this worker's, and running; the worker leads. */
export async function running(
  plugin: Partial<FakePlugin> = {},
  more: Partial<DistributedHerderOptions> = {},
): Promise<Scene> {
  const scene = await setUp(plugin, more)
  const { group, herder } = scene
  group.assign({ work: noWork })
  await herder.putConnectorConfig('a', configOf('a'), { allowReplace: true }, signal)
  group.assign({ work: workOf('a') })
  await eventually(() => {
    if (!scene.configs.keys.includes('commit-a'))
      throw new Error('The tasks are not configured yet.')
  })
  group.assign({ work: workOf('a', 'a-0', 'a-1') })
  await reach(scene, 'RUNNING RUNNING RUNNING')
  return scene
}

export const eventually = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 2 })

export function states({ herder }: Scene, name = 'a'): string {
  try {
    const { connector, tasks } = herder.connectorStatus(name)
    return [connector.state, ...tasks.map(({ state }) => state)].join(' ')
  } catch {
    return 'none'
  }
}

export const reach = (scene: Scene, expected: string, name = 'a'): Promise<void> =>
  eventually(() => {
    const found = states(scene, name)
    if (found !== expected) throw new Error(`Expected ${expected}, found ${found}.`)
  })

/** What was asked of the worker since `from`, without what only reads. */
export function callsSince({ worker }: Scene, from: number): readonly string[] {
  return worker.calls.slice(from).filter((call) => !call.startsWith('taskConfigs'))
}

/** The group says so, and it has been acted on. */
export async function give(
  { herder, group }: Scene,
  assignment: Parameters<Scene['group']['assign']>[0],
): Promise<void> {
  group.assign(assignment)
  const { generation } = group
  await eventually(() => expect(group.generation).not.toBe(generation))
  await herder.health(signal)
}

export const put = ({ herder }: Scene, name = 'a', more = {}) =>
  herder.putConnectorConfig(name, configOf(name, more), { allowReplace: true }, signal)
