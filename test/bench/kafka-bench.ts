import { writeFileSync } from 'node:fs'
import { codecNames } from '../../src/kafka/records/compression.ts'
import type { CodecName } from '../../src/kafka/records/compression.ts'
import { delay } from '../../src/util/abort.ts'
import { startBroker } from '../services/kafka/broker.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { scratchDir } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { payloadLines } from './client-task.ts'
import type { ClientReport } from './client-task.ts'
import { short } from './figures.ts'
import { javaContestant, nodeContestant } from './kafka-contestants.ts'
import type { ClientContestant } from './kafka-contestants.ts'
import { caseText, summaryOf } from './kafka-summary.ts'
import { recordsIn } from './kafka-topics.ts'
import { runMeasured } from './measured-process.ts'
import type { MeasuredRun } from './measured-process.ts'
import { cpuPressure, cpuSeconds } from './proc.ts'

/** What is measured in one table: every client does the same, in turns. */
export interface KafkaCase {
  readonly step: 'produce' | 'fetch'
  readonly bytes: number
  readonly codec: CodecName | 'none'
  readonly transactional: boolean
}

export interface KafkaBenchOptions {
  /** Records of 100 bytes; of 1 KB a quarter, and of a slow codec less. */
  readonly records: number
  readonly rounds: number
  /** What is not given here is measured in every way there is. */
  readonly only: {
    readonly step?: string
    readonly size?: string
    readonly codec?: string
    readonly mode?: string
    /** Names of contestants, parted by commas. */
    readonly clients?: string
  }
  /** URLs of the bundled clients. */
  readonly modules: { readonly sluice: string; readonly kafkajs: string }
}

/** One client's process, from its start to its end. */
export interface ClientRun {
  readonly client: string
  /** 0 for the run with one record, which tells what a start costs. */
  readonly round: number
  readonly report: ClientReport
  readonly process: MeasuredRun
  readonly brokerCpuSeconds: number
}

/**
 * Our client beside those that others use, on one broker, each in a process of its own and at its defaults, one after the other in turn.
 * What was produced is counted in the topic, what was fetched by the client itself.
 */
export async function benchKafka(options: KafkaBenchOptions): Promise<void> {
  await using dir = await scratchDir()
  // What a deleted topic took goes soon, or a long run fills the disk.
  await using broker = await startBroker({
    properties: { 'log.segment.delete.delay.ms': '1000' },
    heap: ['-Xms512m', '-Xmx512m'],
  })
  await using onlooker = await openKafkaClient(broker.bootstrapServers)
  const { pid, bootstrapServers } = broker
  const stage: Stage = { options, dir, bootstrapServers, brokerPid: pid, onlooker, runs: 0 }
  for (const each of casesOf(options)) {
    const runs = await (each.step === 'produce' ? produce(stage, each) : fetchAll(stage, each))
    console.log(`\n${summaryOf(each, runs, recordsOf(options, each))}\n`)
  }
}

interface Stage {
  readonly options: KafkaBenchOptions
  readonly dir: ScratchDir
  readonly bootstrapServers: string
  readonly brokerPid: number
  readonly onlooker: KafkaClient
  runs: number
}

/** Every codec without transactions, and transactions without a codec; whatever is asked for by name. */
function casesOf({ only }: KafkaBenchOptions): KafkaCase[] {
  const cases: KafkaCase[] = []
  const codecs = ['none', ...codecNames] as const
  for (const step of ['produce', 'fetch'] as const) {
    for (const bytes of [100, 1024]) {
      for (const codec of codecs) {
        for (const transactional of [false, true]) {
          if (transactional && codec !== 'none' && only.mode !== 'transactional') continue
          const wanted =
            (only.step ?? step) === step &&
            (only.size ?? String(bytes)) === String(bytes) &&
            (only.codec ?? codec) === codec &&
            (only.mode ?? modeOf(transactional)) === modeOf(transactional)
          if (wanted) cases.push({ step, bytes, codec, transactional })
        }
      }
    }
  }
  if (cases.length > 0) return cases
  throw new Error(
    'Nothing is left to measure: see the head of scripts/bench.mjs for what there is.',
  )
}

function modeOf(transactional: boolean): string {
  return transactional ? 'transactional' : 'idempotent'
}

function recordsOf({ records }: KafkaBenchOptions, { bytes, codec }: KafkaCase): number {
  const slow: Partial<Record<KafkaCase['codec'], number>> = { gzip: 10, zstd: 2, lz4: 2 }
  return Math.ceil(records / (bytes > 100 ? 4 : 1) / (slow[codec] ?? 1))
}

/** The second of ours is the control: what it differs by from the first is noise. */
function contestantsOf({ modules, only }: KafkaBenchOptions, step: KafkaCase['step']) {
  const ours = (name: string, strings = false): ClientContestant =>
    nodeContestant(name, modules.sluice, { strings })
  const kafkajs = nodeContestant('kafkajs', modules.kafkajs, { part: 0.25 })
  const all =
    step === 'produce'
      ? [
          ...[ours('Sluice'), javaContestant('Kafka')],
          javaContestant('Kafka, 256 KB', ['batch.size=262144']),
          ...[kafkajs, ours('Sluice again')],
        ]
      : [
          ...[ours('Sluice'), javaContestant('Kafka'), ours('Sluice, strings', true)],
          ...[kafkajs, ours('Sluice again')],
        ]
  const names = only.clients?.split(',')
  return all.filter(({ name }) => names?.includes(name) ?? true)
}

async function produce(stage: Stage, each: KafkaCase): Promise<ClientRun[]> {
  const { options } = stage
  return inTurns(
    stage,
    each,
    async (contestant, round, records) => {
      const topic = await newTopic(stage)
      const run = await work(stage, each, { contestant, round, records, topic })
      await check(stage, each, topic, records)
      await stage.onlooker.admin.deleteTopics({ topics: [topic] })
      return run
    },
    contestantsOf(options, 'produce'),
  )
}

/** Topics are filled by ours beforehand: one for all, and one for those that read a part. */
async function fetchAll(stage: Stage, each: KafkaCase): Promise<ClientRun[]> {
  const { options } = stage
  const contestants = contestantsOf(options, 'fetch')
  const filler = nodeContestant('filler', options.modules.sluice)
  const topics = new Map<number, string>()
  for (const { part } of contestants) {
    if (topics.has(part)) continue
    const topic = await newTopic(stage)
    const records = Math.ceil(recordsOf(options, each) * part)
    await work(
      stage,
      { ...each, step: 'produce' },
      { contestant: filler, round: 0, records, topic },
    )
    await check(stage, each, topic, records)
    topics.set(part, topic)
  }
  const runs = await inTurns(
    stage,
    each,
    async (contestant, round, records) => {
      const topic = topics.get(contestant.part) ?? ''
      const run = await work(stage, each, { contestant, round, records, topic })
      const { records: read } = run.report
      if (round > 0 && read !== records) {
        throw new Error(`${contestant.name} read ${read} records of ${records}.`)
      }
      return run
    },
    contestants,
  )
  await stage.onlooker.admin.deleteTopics({ topics: [...topics.values()] })
  return runs
}

type OneRun = (contestant: ClientContestant, round: number, records: number) => Promise<ClientRun>

/** A run with one record each, then the rounds. */
async function inTurns(
  { options }: Stage,
  each: KafkaCase,
  once: OneRun,
  contestants: readonly ClientContestant[],
): Promise<ClientRun[]> {
  const runs: ClientRun[] = []
  for (let round = 0; round <= options.rounds; round++) {
    for (const contestant of contestants) {
      const records = round === 0 ? 1 : Math.ceil(recordsOf(options, each) * contestant.part)
      const run = await once(contestant, round, records)
      runs.push(run)
      if (round > 0) console.log(`${caseText(each)}, round ${round}: ${describe(run)}`)
    }
  }
  return runs
}

function describe({ client, report, process }: ClientRun): string {
  const speed = short(report.records / report.seconds)
  const micros = (process.cpuSeconds / report.records) * 1e6
  return `${client} ${speed}/s, ${micros.toFixed(2)} µs; CPU pressure ${cpuPressure()}`
}

interface Work {
  readonly contestant: ClientContestant
  readonly round: number
  readonly records: number
  readonly topic: string
}

async function work(stage: Stage, each: KafkaCase, { contestant, round, records, topic }: Work) {
  const { dir, bootstrapServers, brokerPid } = stage
  const payloadFile = dir.file(`payloads-${each.bytes}`)
  writeFileSync(payloadFile, `${payloadLines(each.bytes).join('\n')}\n`)
  const order = { ...each, bootstrapServers, topic, records, payloadFile }
  const logFile = dir.file(`run-${++stage.runs}.log`)
  const brokerBefore = cpuSeconds(brokerPid)
  const process = await runMeasured({ ...(await contestant.command(order)), logFile })
  const brokerCpuSeconds = cpuSeconds(brokerPid) - brokerBefore
  const report = contestant.report(process.output)
  return { client: contestant.name, round, report, process, brokerCpuSeconds }
}

async function newTopic({ onlooker, runs }: Stage): Promise<string> {
  const topic = `bench-${runs}`
  await onlooker.createTopic(topic)
  return topic
}

async function check(
  { onlooker, bootstrapServers }: Stage,
  { transactional }: KafkaCase,
  topic: string,
  records: number,
): Promise<void> {
  // A commit is acknowledged before its marker lies in the log, and records count from then on.
  const deadline = performance.now() + (transactional ? 20_000 : 0)
  for (;;) {
    const found = await recordsIn(onlooker, bootstrapServers, topic, transactional)
    if (found === records) return
    if (performance.now() > deadline) {
      throw new Error(`Found ${found} records in ${topic}, expected ${records}.`)
    }
    await delay(50)
  }
}
