import { expect } from 'vitest'
import { waitFor } from '../wait-for.ts'
import { patienceMs, pathOf } from './connect-cluster.ts'
import type { ConnectWorker } from './connect-cluster.ts'
import { otherKind } from './other-kind.ts'
import { Scene } from './scene.ts'

/** Both lead in turn, both are asked for everything, and both die. */
export async function shareTheWork(bootstrapServers: string, protocol: string): Promise<void> {
  // The key that workers sign with is replaced all the time, by whoever leads.
  const properties = { 'connect.protocol': protocol, 'inter.worker.key.ttl.ms': '2000' }
  await using scene = await Scene.set(bootstrapServers, 3, properties)
  const { cluster, load } = scene
  const [source = '', other = ''] = load.sources
  const [sink = ''] = load.sinks
  let ours = await cluster.start(otherKind)
  await scene.joined(1, ours)
  await scene.create(load.sources)
  let kept = await scene.settledOn(ours, load.sources)
  const java = await cluster.start('java')
  await scene.joined(2, ours)
  await scene.settledOn(java, load.sources)
  if (isCalm(protocol)) await scene.expectKept(kept, ours, load.sources)
  await scene.create(load.sinks)
  load.start()
  await scene.balanced()
  await expectAnswers(scene, java, { source, sink })
  await expectAnswers(scene, ours, { source, sink })
  if (protocol === 'sessioned') await expectNewKeys(scene)

  await ours.kill()
  await scene.joined(1, java)
  await scene.allAt(java)
  ours = await cluster.start(otherKind)
  await scene.joined(2, java)
  await scene.balanced()
  await expectAnswers(scene, ours, { source: other, sink })
  await expectAnswers(scene, java, { source: other, sink })
  if (protocol === 'sessioned') await expectNewKeys(scene)

  kept = await scene.settledOn(ours)
  await java.kill()
  await scene.joined(1, ours)
  await scene.allAt(ours)
  if (isCalm(protocol)) await scene.expectKept(kept, ours)
  await scene.expectWhole()
}

/** One worker after another is replaced, all of them, and then all of them again. */
export async function rollThereAndBack(bootstrapServers: string, protocol: string): Promise<void> {
  await using scene = await Scene.set(bootstrapServers, 2, { 'connect.protocol': protocol })
  const { cluster, load } = scene
  const workers = [await cluster.start('java'), await cluster.start('java')]
  await scene.joined(2)
  await scene.create()
  load.start()
  await scene.balanced()
  for (const kind of [otherKind, 'java'] as const) {
    for (const [n, worker] of workers.entries()) {
      const [stays = worker] = workers.filter((each) => each !== worker)
      const kept = await scene.settledOn(stays)
      await worker.stop()
      workers[n] = await cluster.start(kind, { port: worker.port })
      await scene.joined(2)
      await scene.balanced()
      if (isCalm(protocol) && stays.kind === 'sluice') await scene.expectKept(kept, stays)
    }
  }
  await scene.expectWhole()
  const created = scene.watch
    .records(cluster.configTopic)
    .filter(({ key }) => key.startsWith('connector-'))
  expect(created.map(({ key }) => key)).toEqual(scene.names.map((name) => `connector-${name}`))
}

/** With eager rebalances everything is stopped and started again, each time. */
function isCalm(protocol: string): boolean {
  return protocol !== 'eager'
}

/** Whoever leads renews the session key, more than once. */
async function expectNewKeys({ cluster, watch }: Scene): Promise<void> {
  const count = async (): Promise<number> => {
    await watch.toEnd()
    return watch.records(cluster.configTopic).filter(({ key }) => key === 'session-key').length
  }
  const before = await count()
  await waitFor('the session key is replaced', async () => (await count()) >= before + 2, {
    timeoutMs: patienceMs,
  })
}

interface Subjects {
  readonly source: string
  readonly sink: string
}

/** What a worker is asked reaches the leader and the owners, whoever they are. */
async function expectAnswers(
  scene: Scene,
  via: ConnectWorker,
  { source, sink }: Subjects,
): Promise<void> {
  const { cluster, load } = scene
  const ask = (method: string, path: string, body?: unknown): Promise<string> =>
    scene.ask(via, method, path, body)
  const at = `batch.size.of.${via.kind}`
  // New tasks of a connector: whoever runs it tells the leader what they are.
  await ask('PATCH', `${pathOf(source)}/config`, { [at]: String(load.count) })
  const changed = await waitFor(
    'the task has its new configuration',
    async () => {
      const tasks = await ask('GET', `${pathOf(source)}/tasks`)
      return tasks.includes(`"${at}":"`) && tasks
    },
    { timeoutMs: patienceMs },
  )
  expect(JSON.parse(changed)).toHaveLength(1)
  await ask('PUT', `${pathOf(sink)}/config`, {
    ...load.configs().get(sink),
    'tasks.max': via.kind === 'java' ? '2' : '3',
  })
  await waitFor(
    'the sink has so many tasks',
    async () => {
      const status = await cluster.status(sink, via.port)
      return status?.tasks.length === (via.kind === 'java' ? 2 : 3)
    },
    { timeoutMs: patienceMs },
  )
  await cluster.running(scene.names)
  await ask('PUT', `${pathOf(source)}/stop`)
  const stopped = async (): Promise<boolean> => {
    const status = await cluster.status(source, via.port)
    return status?.connector.state === 'STOPPED' && status.tasks.length === 0
  }
  await waitFor(`${source} is stopped`, stopped, { timeoutMs: patienceMs })
  const { offsets } = JSON.parse(await ask('GET', `${pathOf(source)}/offsets`)) as {
    offsets: unknown
  }
  expect(await ask('PATCH', `${pathOf(source)}/offsets`, { offsets })).toContain(
    'altered successfully',
  )
  await ask('PUT', `${pathOf(source)}/resume`)
  await ask('PUT', `${pathOf(sink)}/pause`)
  await ask('PUT', `${pathOf(sink)}/resume`)
  await cluster.running(scene.names)
  await restarted(scene, `${source}-0`, () =>
    ask('POST', `${pathOf(source)}/restart?includeTasks=true`),
  )
  await restarted(scene, `${sink}-0`, () => ask('POST', `${pathOf(sink)}/tasks/0/restart`))
  await cluster.running(scene.names)
}

async function restarted(
  scene: Scene,
  task: string,
  restart: () => Promise<string>,
): Promise<void> {
  const before = scene.startsOf(task)
  await restart()
  await waitFor(`${task} is started again`, () => scene.startsOf(task) > before, {
    ...{ timeoutMs: patienceMs, everyMs: 100 },
  })
}
