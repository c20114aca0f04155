import { delay } from '../../../src/util/abort.ts'
import type { ConnectorStatus } from '../sluice.ts'
import { waitFor } from '../wait-for.ts'
import { patienceMs } from './connect-cluster.ts'
import type { ConnectCluster, ConnectWorker, WorkerKind } from './connect-cluster.ts'
import type { LinkedBroker } from './linked-broker.ts'

/** What may happen to a cluster. */
export const faultKinds = [
  /** A worker is killed, and started again at the same address. */
  'kill',
  /** A worker is stopped until others have its tasks, and goes on then. */
  'stop-until-lost',
  /** A worker is stopped for a moment, which it may or may not be missed in. */
  'stop',
  /** A worker's connections are reset, and it gets none for a while. */
  'cut',
  /** The broker is killed and started again. */
  'broker',
] as const
export type FaultKind = (typeof faultKinds)[number]

export interface ClusterFault {
  readonly kind: FaultKind
  /** Which worker, from 0 on. */
  readonly worker: number
  readonly ms: number
  /** How long nothing more happens then. */
  readonly calmMs: number
}

export interface PlanOptions {
  /** From 0 up to 1. */
  readonly random: () => number
  readonly workers: number
  /** How long a worker may be away before its session is over. */
  readonly sessionMs: number
  /** All that there are, where they are left out. */
  readonly kinds?: readonly FaultKind[]
}

/** So many rounds; each has every kind of fault once, in any order and of any worker. */
export function planOf(
  rounds: number,
  { random, workers, sessionMs, kinds = faultKinds }: PlanOptions,
): ClusterFault[] {
  return Array.from({ length: rounds }, () =>
    kinds
      .map((kind) => ({ kind, place: random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ kind }) => ({
        kind,
        worker: Math.floor(random() * workers),
        ms: Math.floor(random() * random() * sessionMs * 2),
        calmMs: Math.floor(random() * 2000),
      })),
  ).flat()
}

export interface FaultTargets {
  readonly cluster: ConnectCluster
  readonly kind: WorkerKind
  readonly broker: LinkedBroker
  /** Behind the link of the same number. Those that are started again take their place. */
  readonly workers: ConnectWorker[]
}

/** Lets it happen, and waits until it is over; what it has broken may take longer. */
export async function strike(fault: ClusterFault, targets: FaultTargets): Promise<void> {
  const { broker, links } = targets.broker
  const worker = targets.workers[fault.worker]
  const link = links[fault.worker]
  if (worker === undefined || link === undefined)
    throw new Error(`There is no worker ${fault.worker}.`)
  switch (fault.kind) {
    case 'kill':
      await worker.kill()
      await delay(fault.ms)
      await startAt(fault.worker, worker.port, targets)
      break
    case 'stop-until-lost':
      await stopUntilLost(worker, targets)
      break
    case 'stop':
      worker.signal('SIGSTOP')
      await delay(fault.ms)
      worker.signal('SIGCONT')
      break
    case 'cut':
      link.cut()
      await delay(fault.ms)
      link.mend()
      break
    case 'broker':
      await broker.shutDown('SIGKILL')
      await delay(fault.ms / 4)
      await broker.start()
      break
  }
  await delay(fault.calmMs)
}

export async function startAt(
  place: number,
  port: number | undefined,
  { cluster, kind, broker, workers }: FaultTargets,
): Promise<void> {
  workers[place] = await cluster.start(kind, {
    ...(port !== undefined && { port }),
    bootstrapServers: broker.bootstrapServersOf(place),
  })
}

/** It must be known to the others as gone before it wakes. */
async function stopUntilLost(worker: ConnectWorker, { cluster }: FaultTargets): Promise<void> {
  const names = (await cluster.request({ method: 'GET', path: '/connectors' })) as string[]
  worker.signal('SIGSTOP')
  let seen: readonly (ConnectorStatus | null)[] = []
  try {
    const isElsewhere = async (): Promise<boolean> => {
      seen = await Promise.all(names.map((name) => cluster.status(name)))
      return seen.every((status) =>
        status?.tasks.every(
          ({ worker_id, state }) => worker_id !== worker.id && state === 'RUNNING',
        ),
      )
    }
    const what = `others have the tasks of ${worker.id}, which is stopped`
    await waitFor(what, isElsewhere, { timeoutMs: patienceMs, everyMs: 200 })
  } catch (error) {
    throw new Error(`${String(error)}: ${JSON.stringify(seen)}`, { cause: error })
  } finally {
    worker.signal('SIGCONT')
  }
}
