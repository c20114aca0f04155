import { delay } from '../../src/util/abort.ts'
import type { ConnectWorker, WorkerKind } from '../support/connect-cluster/connect-cluster.ts'
import { median, table } from './figures.ts'
import { cpuSeconds, peakTreeRssMib } from './proc.ts'
import { ScaleCluster } from './scale-cluster.ts'

export interface ScaleOptions {
  /** Of ours, and of Java's; 0 leaves one out. */
  readonly connectors: number
  readonly javaConnectors: number
}

export interface ScaleFigures {
  readonly startSeconds: number
  /** From the first request until all have been answered. */
  readonly createSeconds: number
  /** From the first request until everything runs. */
  readonly runningSeconds: number
  readonly listMs: number
  readonly listKib: number
  /** Of a core, for all workers together, once everything rests. */
  readonly idlePercent: number
  /** From SIGKILL, the session's ten seconds included, and from the start of the process: until everything runs evenly. */
  readonly lossSeconds: number
  readonly returnSeconds: number
  /** Of all three workers, of each the most that it ever held. */
  readonly peakMib: number
  readonly cpuSeconds: number
  /** In the topics at the end, two of each source, or more where a source was killed before it had committed. */
  readonly lines: number
  /** Tasks that stayed on a worker while others went and came, and were started again. */
  readonly startedAgain: readonly string[]
}

const lists = 15
const idleMs = 15_000

/** What a cluster of three workers does with so many connectors of one task each. Where one kind does not get to its end, the other's row is told first. */
export async function benchScale({ connectors, javaConnectors }: ScaleOptions): Promise<void> {
  const rows: string[][] = []
  const failures: unknown[] = []
  for (const [kind, size] of [
    ['sluice', connectors],
    ['java', javaConnectors],
  ] as const) {
    if (size === 0) continue
    try {
      rows.push(rowOf(kind, size, await measureScale(kind, size)))
    } catch (error) {
      failures.push(error)
    }
  }
  console.log(`\n${table(head, rows)}`)
  if (failures.length > 0) throw new AggregateError(failures, 'A cluster did not get to its end.')
}

const head = [
  'workers',
  'connectors',
  'start, s',
  'created, s',
  'all running, s',
  'list, ms (KiB)',
  'idle, % of a core',
  'one lost, s',
  'one back, s',
  'peak RSS of three, MiB',
  'CPU s',
]

function rowOf(kind: WorkerKind, size: number, figures: ScaleFigures): string[] {
  return [
    kind === 'java' ? 'Java' : 'Sluice',
    String(size),
    figures.startSeconds.toFixed(1),
    figures.createSeconds.toFixed(1),
    figures.runningSeconds.toFixed(1),
    `${figures.listMs.toFixed(0)} (${figures.listKib.toFixed(0)})`,
    figures.idlePercent.toFixed(1),
    figures.lossSeconds.toFixed(1),
    figures.returnSeconds.toFixed(1),
    figures.peakMib.toFixed(0),
    figures.cpuSeconds.toFixed(0),
  ]
}

/** Throws where a step does not come to its end. */
export async function measureScale(kind: WorkerKind, size: number): Promise<ScaleFigures> {
  await using cluster = await ScaleCluster.prepare(kind, size)
  const tell = (what: string, seconds: number): void =>
    console.log(`${kind}, ${size} connectors: ${what} in ${seconds.toFixed(1)} s`)
  const timed = async (what: string, work: () => Promise<void>): Promise<number> => {
    const began = performance.now()
    await work()
    const seconds = (performance.now() - began) / 1000
    tell(what, seconds)
    return seconds
  }
  const startSeconds = await timed('started', () => cluster.start())
  const createSeconds = await timed('created', () => cluster.create())
  const afterwards = await timed('running after that', () => cluster.balanced())
  const listed: { ms: number; bytes: number }[] = []
  for (let n = 0; n < lists; n++) listed.push(await cluster.list())
  const idlePercent = await idle(cluster.workers)
  const lost = usedBy(cluster.workers.slice(0, 1))
  const onSurvivors = await cluster.onSurvivors()
  const lossSeconds = await timed('lost one and balanced', async () => {
    await cluster.lose()
    await cluster.balanced()
  })
  const returnSeconds = await timed('got it back and balanced', async () => {
    await cluster.bringBack()
    await cluster.balanced()
  })
  const used = usedBy(cluster.workers)
  const startedAgain = await cluster.startedAgain(onSurvivors)
  const lines = await cluster.delivered()
  const [back, ...others] = cluster.workers
  const first = Math.max(lost.peakMib, back === undefined ? 0 : usedBy([back]).peakMib)
  return {
    ...{ startSeconds, createSeconds, idlePercent, lossSeconds, returnSeconds },
    runningSeconds: createSeconds + afterwards,
    listMs: median(listed.map(({ ms }) => ms)),
    listKib: median(listed.map(({ bytes }) => bytes / 1024)),
    peakMib: first + usedBy(others).peakMib,
    cpuSeconds: lost.cpuSeconds + used.cpuSeconds,
    ...{ lines, startedAgain },
  }
}

function usedBy(workers: readonly ConnectWorker[]): { peakMib: number; cpuSeconds: number } {
  const sum = (of: (pid: number) => number): number =>
    workers.reduce((all, { pid }) => all + of(pid), 0)
  return { peakMib: sum(peakTreeRssMib), cpuSeconds: sum(cpuSeconds) }
}

async function idle(workers: readonly ConnectWorker[]): Promise<number> {
  const before = usedBy(workers).cpuSeconds
  await delay(idleMs)
  return ((usedBy(workers).cpuSeconds - before) / (idleMs / 1000)) * 100
}
