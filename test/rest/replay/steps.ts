import type { ConnectorStateInfo } from '../../../src/herder/herder.ts'
import { send } from './client.ts'
import { movedCall } from './comparable.ts'
import type { Surroundings } from './comparable.ts'
import { recordedCalls } from './recorded.ts'
import type { Mode } from './recorded.ts'

/** What the recorder did after some calls without writing it down: mostly it waited for a state. */
export type Step = (surroundings: Surroundings) => Promise<void>

const deadlineMs = 60_000

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + deadlineMs
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain until ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function statusOf(name: string, { port }: Surroundings): Promise<ConnectorStateInfo | null> {
  const path = `/connectors/${name}/status`
  const { status, body } = await send(port, { method: 'GET', path, reqBody: null })
  return status === 200 ? (JSON.parse(body) as ConnectorStateInfo) : null
}

/** Until the connector and so many tasks are in this state. */
function reaches(name: string, state: string, tasks: number): Step {
  return (surroundings) =>
    until(`${name} is ${state} with ${tasks} tasks`, async () => {
      const status = await statusOf(name, surroundings)
      return (
        status?.connector.state === state &&
        status.tasks.length === tasks &&
        status.tasks.every((task) => task.state === state)
      )
    })
}

/** A cluster restarts after it has answered: until nothing of it has been seen for a while. */
function staysRunning(name: string, tasks: number): Step {
  const quietMs = 3000
  const reached = reaches(name, 'RUNNING', tasks)
  return async (surroundings) => {
    let since = Date.now()
    await until(`${name} stays RUNNING`, async () => {
      const status = await statusOf(name, surroundings)
      const states = [status?.connector.state, ...(status?.tasks ?? []).map(({ state }) => state)]
      if (states.some((state) => state !== 'RUNNING')) since = Date.now()
      return Date.now() - since > quietMs
    })
    await reached(surroundings)
  }
}

const running = (name: string, tasks = 1): Step => reaches(name, 'RUNNING', tasks)

function all(...steps: readonly Step[]): Step {
  return async (surroundings) => {
    for (const step of steps) await step(surroundings)
  }
}

/** The Java worker had to be rid of a task that never was (05-tasks/12). */
const recreateVer: Step = async (surroundings) => {
  const { port } = surroundings
  await send(port, { method: 'DELETE', path: '/connectors/ver', reqBody: null })
  const create = [...recordedCalls().values()].flat().find(({ id }) => id === '03-list-get/02')
  if (create) await send(port, movedCall(create, surroundings))
  await running('ver', 2)(surroundings)
}

const failedTasks: Step = (surroundings) =>
  until('the task of failing has failed', async () => {
    const status = await statusOf('failing', surroundings)
    return status?.tasks.length === 1 && status.tasks[0]?.state === 'FAILED'
  })

const failedConnector: Step = (surroundings) =>
  until('failconn has failed, and its task runs', async () => {
    const status = await statusOf('failconn', surroundings)
    return status?.connector.state === 'FAILED' && status.tasks[0]?.state === 'RUNNING'
  })

/** A sink has used a topic once it was given a record, which the recorder's had long been. */
const sinkHasRead: Step = ({ port }) =>
  until('the sink has read its topic', async () => {
    const call = { method: 'GET', path: '/connectors/snk/topics', reqBody: null }
    return !(await send(port, call)).body.includes('[]')
  })

/** Every connector has committed, the source all of its file: the recorder's had long done so. */
const committed: Step = ({ port }) =>
  until('offsets have been committed', async () => {
    const bodyOf = async (name: string): Promise<string> =>
      (await send(port, { method: 'GET', path: `/connectors/${name}/offsets`, reqBody: null })).body
    const [src, snk, ver] = [await bodyOf('src'), await bodyOf('snk'), await bodyOf('ver')]
    const counts = ver.match(/"seqno":/g) ?? []
    return src.includes('"position":70') && snk.includes('kafka_offset') && counts.length === 2
  })

/** By the call that they follow. */
const steps: ReadonlyMap<string, Step> = new Map([
  ['02-create/37', running('src')],
  ['02-create/51', reaches('st', 'STOPPED', 0)],
  ['02-create/56', reaches('pa', 'PAUSED', 0)],
  ['03-list-get/02', all(running('snk'), running('ver', 2))],
  ['04-config/32', running('src')],
  ['05-tasks/11', running('ver', 2)],
  ['05-tasks/13', recreateVer],
  ['05-tasks/17', running('ver', 2)],
  ['06-lifecycle/01', reaches('ver', 'PAUSED', 2)],
  ['06-lifecycle/05', reaches('ver', 'PAUSED', 2)],
  ['06-lifecycle/07', running('ver', 2)],
  ['06-lifecycle/10', reaches('ver', 'STOPPED', 0)],
  ['06-lifecycle/16', reaches('ver', 'PAUSED', 0)],
  ['06-lifecycle/18', running('ver', 2)],
  ['06-lifecycle/19', running('ver', 2)],
  ['06-lifecycle/20', running('ver', 2)],
  ['06-lifecycle/22', running('ver', 2)],
  ['06-lifecycle/23', running('ver', 2)],
  ['06-lifecycle/28', failedTasks],
  ['06-lifecycle/32', running('failconn')],
  ['06-lifecycle/36', sinkHasRead],
  ['07-topics/06', committed],
  ['08-offsets/11', reaches('src', 'PAUSED', 1)],
  [
    '08-offsets/15',
    all(reaches('src', 'STOPPED', 0), reaches('snk', 'STOPPED', 0), reaches('ver', 'STOPPED', 0)),
  ],
  ['08-offsets/62', running('src')],
  ['08-offsets/63', running('snk')],
  ['08-offsets/64', running('ver', 2)],
])

/** Where the recorder of a cluster did something else: it had no task to be rid of. */
const stepsOfCluster: ReadonlyMap<string, Step> = new Map([
  ['04-config/04', running('viaput')],
  ['05-tasks/13', () => Promise.resolve()],
  ['05-tasks/16', running('ver', 2)],
  ['06-lifecycle/20', staysRunning('ver', 2)],
  ['06-lifecycle/22', staysRunning('ver', 2)],
  ['06-lifecycle/32', failedConnector],
])

export function stepAfter(id: string, mode: Mode): Step | undefined {
  return (mode === 'distributed' ? stepsOfCluster.get(id) : undefined) ?? steps.get(id)
}
