import { writeFileSync } from 'node:fs'
import { connectJvmFlags } from '../services/kafka/java-connect.ts'
import { installAvroClasses } from '../services/registry/install.ts'
import { JavaOracle } from '../oracle/java-oracle.ts'
import { LinePipe } from '../support/line-pipe.ts'
import { scratchDir } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { converterCases } from './converters/converter-cases.ts'
import type { ConverterCase } from './converters/converter-cases.ts'
import type { ConverterTask, Digest, Timed } from './converters/converter-task.ts'
import { manyShapes, sampleLines, sampleSchema } from './converters/sample-records.ts'
import { median, ratio, short, table } from './figures.ts'
import { cpuPressure } from './proc.ts'

export interface ConvertersBenchOptions {
  readonly rounds: number
  /** Of CPU, which each contestant uses up in a round, and before the first one. */
  readonly seconds: number
  readonly warmSeconds: number
  /** Name of a case; all of them where it is left out. */
  readonly only: string | undefined
  /** URLs of the bundled contestants. */
  readonly modules: { readonly sluice: string; readonly plain: string }
}

/** Somebody who does a task in a process of its own. */
interface Contestant extends Disposable {
  readonly name: string
  /** The results of some are no converter's: they are not compared. */
  readonly isConverter: boolean
  ask(question: Readonly<Record<string, unknown>>): Promise<unknown>
}

interface Run {
  readonly name: string
  readonly recordsPerCpuSecond: number
}

const documents = 5000
const answerMs = 120_000

/**
 * Our converters and transformations beside Kafka's own, each in a warm process of its own, in turns: records in a second of CPU, all
 * threads of a process counted. Every contestant must come to the same results. A second process of ours is the control.
 */
export async function benchConverters(options: ConvertersBenchOptions): Promise<void> {
  await using dir = await scratchDir()
  const cases = converterCases.filter(({ name }) => (options.only ?? name) === name)
  if (cases.length === 0) {
    throw new Error(
      `There is no case ${options.only}: expected one of ${converterCases.map(({ name }) => name).join(', ')}.`,
    )
  }
  const all: string[][] = []
  for (const each of cases) {
    const contestants = await startAll(options, each)
    try {
      const runs = await race(options, dir, each, contestants)
      all.push(...rowsOf(each, contestants, runs))
    } finally {
      for (const contestant of contestants) contestant[Symbol.dispose]()
    }
  }
  console.log(`\n${documents} documents, medians of ${options.rounds} rounds\n${table(head, all)}`)
}

async function startAll({ modules }: ConvertersBenchOptions, each: ConverterCase) {
  const started: Contestant[] = []
  try {
    started.push(await startJava(), startNode('Sluice', modules.sluice))
    if (each.plain === true) started.push(startNode(plainName, modules.plain, false))
    started.push(startNode('Sluice again', modules.sluice))
    return started
  } catch (error) {
    for (const contestant of started) contestant[Symbol.dispose]()
    throw error
  }
}

const plainName = 'JSON.parse, JSON.stringify'

async function startJava(): Promise<Contestant> {
  const options = { flags: connectJvmFlags, answerMs }
  const oracle = await JavaOracle.start('ConverterBench', [await installAvroClasses()], options)
  return {
    name: 'Java',
    isConverter: true,
    ask: (question) => oracle.ask(question),
    [Symbol.dispose]: () => oracle[Symbol.dispose](),
  }
}

function startNode(name: string, module: string, isConverter = true): Contestant {
  const script = `await (await import(${JSON.stringify(module)})).main()`
  const args = ['--input-type=module', '-e', script]
  const pipe = new LinePipe(process.execPath, args, { name, answerMs, showErrors: true })
  return {
    name,
    isConverter,
    ask: (question) => pipe.ask(question),
    [Symbol.dispose]: () => pipe[Symbol.dispose](),
  }
}

/** All are warmed, then everyone's results compared, then they are timed in turns. */
async function race(
  options: ConvertersBenchOptions,
  dir: ScratchDir,
  each: ConverterCase,
  contestants: readonly Contestant[],
): Promise<Run[]> {
  const task = taskOf(dir, each)
  for (const contestant of contestants) {
    await ask(contestant, { op: 'prepare', task })
    await ask(contestant, { op: 'run', seconds: options.warmSeconds })
  }
  const hashes = await compareResults(contestants)
  const runs: Run[] = []
  for (let round = 1; round <= options.rounds; round++) {
    for (const contestant of contestants) {
      const timed = (await ask(contestant, { op: 'run', seconds: options.seconds })) as Timed
      if (timed.hash !== hashes.get(contestant)) {
        throw new Error(`${contestant.name}: found another result than before in round ${round}.`)
      }
      runs.push({
        name: contestant.name,
        recordsPerCpuSecond: timed.records / timed.cpuSeconds,
      })
    }
    console.log(`${each.title}, round ${round}: ${describe(runs, contestants)}`)
  }
  return runs
}

function taskOf(dir: ScratchDir, { name, task, transforms, ...each }: ConverterCase) {
  const inputFile = dir.file(`${name}.jsonl`)
  const lines = each.manyShapes === true ? manyShapes(documents) : sampleLines(documents)
  writeFileSync(inputFile, `${lines.join('\n')}\n`)
  const whole: ConverterTask = {
    ...task,
    inputFile,
    schema: sampleSchema,
    transforms: transforms ?? [],
  }
  return whole
}

async function ask(
  contestant: Contestant,
  question: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const answer = await contestant.ask(question)
  const { error, message } = answer as { readonly error?: string; readonly message?: string }
  if (error === undefined) return answer
  throw new Error(`${contestant.name}: ${error}: ${message ?? ''}`)
}

/** Throws where a contestant comes to other results than Java; answers with everyone's short hash. */
async function compareResults(
  contestants: readonly Contestant[],
): Promise<Map<Contestant, number>> {
  const hashes = new Map<Contestant, number>()
  let expected: Digest | null = null
  for (const contestant of contestants) {
    const found = (await ask(contestant, { op: 'digest' })) as Digest
    hashes.set(contestant, found.hash)
    expected ??= found
    const { count, digest, hash } = expected
    const same = found.digest === digest && found.hash === hash
    if (found.count !== count || (contestant.isConverter && !same)) {
      const texts = [found, expected].map((each) => JSON.stringify(each))
      throw new Error(`${contestant.name} comes to ${texts[0]}, Java to ${texts[1]}.`)
    }
  }
  return hashes
}

function describe(runs: readonly Run[], contestants: readonly Contestant[]): string {
  const speeds = runs
    .slice(-contestants.length)
    .map(({ name, recordsPerCpuSecond }) => `${name} ${short(recordsPerCpuSecond)}`)
  return `${speeds.join(', ')} a CPU second; CPU pressure ${cpuPressure()}`
}

const head = [
  'what',
  'who',
  'records a CPU s',
  'from',
  'to',
  'µs CPU',
  'v Java',
  'v JSON.parse, .stringify',
]

function rowsOf(each: ConverterCase, contestants: readonly Contestant[], runs: readonly Run[]) {
  const speedsOf = (name: string): number[] =>
    runs.filter((run) => run.name === name).map((run) => run.recordsPerCpuSecond)
  return contestants.map(({ name }) => {
    const speeds = speedsOf(name)
    const speed = median(speeds)
    return [
      each.title,
      name,
      short(speed),
      short(Math.min(...speeds)),
      short(Math.max(...speeds)),
      (1e6 / speed).toFixed(3),
      ratio(speed / median(speedsOf('Java'))),
      ratio(speed / median(speedsOf(plainName))),
    ]
  })
}
