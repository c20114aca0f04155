import { writeFile } from 'node:fs/promises'
import { delay } from '../../src/util/abort.ts'
import { startBroker } from '../services/kafka/broker.ts'
import { isHealthy } from '../services/kafka/java-connect.ts'
import { isRunning, scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus, ScratchDir } from '../support/sluice.ts'
import { javaEntry, sluiceEntry, startHealthy } from './contestant.ts'
import type { Contestant, Entry } from './contestant.ts'
import { median, table } from './figures.ts'
import { cpuSeconds, rssMib } from './proc.ts'

export interface ReadinessOptions {
  readonly starts: number
  readonly javaStarts: number
}

interface Start {
  readonly readyMs: number
  readonly cpuSeconds: number
  readonly rssMib: number
}

const idleMs = 2000

/**
 * How long a worker takes from the start of its process until `/health` answers 200 and both file connectors with
 * their tasks are RUNNING, and what memory it holds after two seconds of rest, with and without connectors.
 */
export async function benchReadiness({ starts, javaStarts }: ReadinessOptions): Promise<void> {
  await using dir = await scratchDir()
  await using broker = await startBroker()
  const files = await connectorFiles(dir)
  const rows: string[][] = []
  for (const entry of [sluiceEntry(), javaEntry('default'), javaEntry('tuned')]) {
    const times = entry.name === 'Sluice' ? starts : javaStarts
    const measured: Start[] = []
    for (let n = 0; n < times; n++) {
      measured.push(await startOnce(entry, broker.bootstrapServers, files))
    }
    const bare = await idleRss(entry, broker.bootstrapServers)
    const of = (field: keyof Start): number => median(measured.map((start) => start[field]))
    rows.push([
      entry.name,
      `${of('readyMs').toFixed(0)} (${times})`,
      of('cpuSeconds').toFixed(2),
      bare.toFixed(0),
      of('rssMib').toFixed(0),
    ])
  }
  const head = [
    'worker',
    'ready, ms (starts)',
    'CPU s to ready',
    'RSS idle, MiB',
    'RSS with both, MiB',
  ]
  console.log(`\n${table(head, rows)}`)
}

async function startOnce(
  entry: Entry,
  bootstrapServers: string,
  files: readonly string[],
): Promise<Start> {
  const startedAt = performance.now()
  await using contestant = await entry.start(bootstrapServers, files)
  while (!(await isReady(contestant))) {
    if (performance.now() - startedAt > 60_000) throw new Error(`${entry.name} is not ready.`)
    await delay(5)
  }
  const readyMs = performance.now() - startedAt
  const cpu = cpuSeconds(contestant.pid)
  await delay(idleMs)
  console.log(`${entry.name}: ready in ${readyMs.toFixed(0)} ms`)
  return { readyMs, cpuSeconds: cpu, rssMib: rssMib(contestant.pid) }
}

async function isReady({ url }: Contestant): Promise<boolean> {
  if (!(await isHealthy(url))) return false
  const statuses = await Promise.all(
    connectorNames.map(async (name) => {
      const response = await fetch(`${url}/connectors/${name}/status`)
      const body: unknown = await response.json()
      return response.ok && isRunning(body as ConnectorStatus)
    }),
  )
  return statuses.every(Boolean)
}

async function idleRss(entry: Entry, bootstrapServers: string): Promise<number> {
  await using contestant = await startHealthy(entry, bootstrapServers)
  await delay(idleMs)
  return rssMib(contestant.pid)
}

const connectorNames = ['local-file-source', 'local-file-sink']

async function connectorFiles(dir: ScratchDir): Promise<string[]> {
  await writeFile(dir.file('test.txt'), 'one line\n')
  return [
    await dir.properties('source.properties', {
      name: 'local-file-source',
      'connector.class': 'FileStreamSource',
      'tasks.max': '1',
      file: dir.file('test.txt'),
      topic: 'connect-test',
    }),
    await dir.properties('sink.properties', {
      name: 'local-file-sink',
      'connector.class': 'FileStreamSink',
      'tasks.max': '1',
      file: dir.file('test.sink.txt'),
      topics: 'connect-test',
    }),
  ]
}
