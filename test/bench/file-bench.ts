import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, rmSync, statSync } from 'node:fs'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { delay } from '../../src/util/abort.ts'
import { startBroker } from '../services/kafka/broker.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { scratchDir } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { javaEntry, sluiceEntry, startHealthy } from './contestant.ts'
import type { Contestant } from './contestant.ts'
import { median, ratio, short, table } from './figures.ts'
import { cpuPressure, cpuSeconds, peakRssMib } from './proc.ts'

export interface FileBenchOptions {
  /** Lines of 100 bytes, newline included. */
  readonly records: number
  /** Measured runs of every worker, after one that warms it. */
  readonly rounds: number
}

/** One worker carrying the file one way, once. */
interface Run {
  readonly worker: string
  readonly step: 'source' | 'sink'
  readonly recordsPerSecond: number
  readonly cpuMicrosPerRecord: number
  readonly brokerCpuMicrosPerRecord: number
}

const lineBytes = 100

/**
 * File to Kafka and Kafka to file: ours beside the Java worker, on the same broker and file, in turns, each worker one
 * process that has been warmed by one run. What arrives is counted, and the file that comes out compared with the one
 * that went in. A second process of ours stands by as control: how far it is from the first is what noise does.
 */
export async function benchFile(options: FileBenchOptions): Promise<void> {
  await using dir = await scratchDir()
  await using broker = await startBroker()
  await using kafka = await openKafkaClient(broker.bootstrapServers)
  const input = dir.file('input.txt')
  await writeLines(input, options.records)
  const stage = { options, dir, kafka, brokerPid: broker.pid, input, digest: await digestOf(input) }

  const entries = [sluiceEntry(), sluiceEntry('Sluice again'), javaEntry('default')]
  const contestants: Contestant[] = []
  try {
    for (const entry of entries) {
      contestants.push(await startHealthy(entry, broker.bootstrapServers))
    }
    const runs = await race(stage, contestants)
    console.log(`\n${summary(runs, contestants, options)}`)
  } finally {
    for (const contestant of contestants) await contestant[Symbol.asyncDispose]()
  }
}

/** Every worker in turn, round after round; the first round warms and does not count. */
async function race(stage: Stage, contestants: readonly Contestant[]): Promise<Run[]> {
  const runs: Run[] = []
  for (let round = 0; round <= stage.options.rounds; round++) {
    for (const contestant of contestants) {
      const [source, sink] = await carry(stage, contestant, round).catch((cause: unknown) => {
        const log = contestant.log().split('\n').slice(-20).join('\n')
        throw new Error(`${contestant.name} failed in round ${round}.\n${log}`, { cause })
      })
      const what = round === 0 ? 'warm-up' : `round ${round}`
      console.log(`${what}: ${describe(source)}; ${describe(sink)}; CPU pressure ${cpuPressure()}`)
      if (round > 0) runs.push(source, sink)
    }
  }
  return runs
}

function describe(run: Run): string {
  const { worker, step, recordsPerSecond, cpuMicrosPerRecord } = run
  return `${worker} ${step} ${short(recordsPerSecond)}/s, ${cpuMicrosPerRecord.toFixed(2)} µs`
}

interface Stage {
  readonly options: FileBenchOptions
  readonly dir: ScratchDir
  readonly kafka: KafkaClient
  readonly brokerPid: number
  readonly input: string
  readonly digest: string
}

async function carry(stage: Stage, worker: Contestant, round: number): Promise<[Run, Run]> {
  const { kafka, dir, input } = stage
  const id = `${worker.name.toLowerCase().replaceAll(' ', '-')}-${round}`
  const [topic, output] = [`bench-${id}`, dir.file(`output-${id}.txt`)]
  await kafka.createTopic(topic)
  const source = await measure(stage, worker, 'source', {
    name: `source-${id}`,
    config: { 'connector.class': 'FileStreamSource', 'tasks.max': '1', file: input, topic },
    arrived: () => kafka.endOffset(topic),
    everyMs: 20,
  })
  const sink = await measure(stage, worker, 'sink', {
    name: `sink-${id}`,
    config: {
      ...{ 'connector.class': 'FileStreamSink', 'tasks.max': '1', file: output, topics: topic },
    },
    arrived: () => Promise.resolve(sizeOf(output) / lineBytes),
    everyMs: 5,
  })
  if ((await digestOf(output)) !== stage.digest) {
    throw new Error(`${worker.name}: the file that came out is not the one that went in.`)
  }
  rmSync(output)
  await kafka.admin.deleteTopics({ topics: [topic] })
  return [source, sink]
}

interface Step {
  readonly name: string
  readonly config: Readonly<Record<string, string>>
  /** How many records are at their destination. */
  readonly arrived: () => Promise<number>
  readonly everyMs: number
}

/** Time runs from the first record that arrives to the last; CPU from the request that creates the connector. */
async function measure(
  { options: { records }, brokerPid }: Stage,
  worker: Contestant,
  step: Run['step'],
  { name, config, arrived, everyMs }: Step,
): Promise<Run> {
  const before = { worker: cpuSeconds(worker.pid), broker: cpuSeconds(brokerPid) }
  await send(worker, 'POST', '/connectors', { name, config })
  const deadline = performance.now() + 120_000 + records / 20
  let first: { readonly at: number; readonly count: number } | null = null
  let count = 0
  let now = 0
  while (count < records) {
    await delay(everyMs)
    count = await arrived()
    now = performance.now()
    if (count > 0) first ??= { at: now, count }
    if (now > deadline) throw new Error(`${name}: ${count} of ${records} records after ${now} ms.`)
  }
  const cpu = { worker: cpuSeconds(worker.pid), broker: cpuSeconds(brokerPid) }
  await send(worker, 'DELETE', `/connectors/${name}`)
  // A late duplicate would come now.
  count = await arrived()
  if (count !== records) throw new Error(`${name}: ${count} records arrived instead of ${records}.`)
  const seconds = (now - (first?.at ?? 0)) / 1000
  return {
    worker: worker.name,
    step,
    recordsPerSecond: (records - (first?.count ?? 0)) / seconds,
    cpuMicrosPerRecord: ((cpu.worker - before.worker) / records) * 1e6,
    brokerCpuMicrosPerRecord: ((cpu.broker - before.broker) / records) * 1e6,
  }
}

async function send(
  worker: Contestant,
  method: string,
  resource: string,
  body?: unknown,
): Promise<void> {
  const response = await fetch(`${worker.url}${resource}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${worker.name}: ${method} ${resource}: ${text}`)
}

function summary(
  runs: readonly Run[],
  contestants: readonly Contestant[],
  { records, rounds }: FileBenchOptions,
): string {
  const medianOf = (worker: string, step: string, field: keyof Run): number =>
    median(
      runs
        .filter((run) => run.worker === worker && run.step === step)
        .map((run) => Number(run[field])),
    )
  const steps = ['source', 'sink'] as const
  const head = [
    '',
    'worker',
    'records/s',
    'µs CPU a record',
    'wall v Java',
    'CPU v Java',
    'broker µs',
  ]
  const rows = steps.flatMap((step) =>
    contestants.map(({ name }) => {
      const speed = medianOf(name, step, 'recordsPerSecond')
      const cpu = medianOf(name, step, 'cpuMicrosPerRecord')
      return [
        step,
        name,
        short(speed),
        cpu.toFixed(2),
        ratio(speed / medianOf('Java', step, 'recordsPerSecond')),
        ratio(medianOf('Java', step, 'cpuMicrosPerRecord') / cpu),
        medianOf(name, step, 'brokerCpuMicrosPerRecord').toFixed(2),
      ]
    }),
  )
  const memory = contestants.map(({ name, pid }) => [name, peakRssMib(pid).toFixed(0)])
  return [
    `${short(records)} lines of ${lineBytes} B, one partition, StringConverter, medians of ${rounds} rounds`,
    table(head, rows),
    '',
    table(['worker', 'peak memory, MiB (VmHWM)'], memory),
  ].join('\n')
}

async function writeLines(file: string, records: number): Promise<void> {
  const filler = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(3)
  const out = createWriteStream(file)
  for (let from = 0; from < records; from += 10_000) {
    const lines: string[] = []
    for (let at = from; at < Math.min(from + 10_000, records); at++) {
      lines.push(`${String(at).padStart(8, '0')} ${filler}`.slice(0, lineBytes - 1))
    }
    if (!out.write(`${lines.join('\n')}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
