import { appendFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, inject, test } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import type { FaultPoint } from '../../src/util/fault-point.ts'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

/** Where the kills hit, one a start of the worker; a number stands for a kill after so many milliseconds of work. */
const points = (writing: FaultPoint): readonly (FaultPoint | number)[] => [
  ...(['source.polled', 'group.join', 'source.flush', 'sink.put', 'offsets.write'] as const),
  ...(['sink.flush', writing, 'sink.delivered', 'group.joined', 'sink.commit', 400] as const),
]
const { seed } = seedOfRun()
/** Newline included; the same for all, so that a position in the file is a number of lines. */
const lineBytes = 64

describe.each([
  {
    store: 'file',
    writing: 'file.replace' as const,
    storage: (dir: ScratchDir) => ({ 'offset.storage.file.filename': dir.file('offsets') }),
  },
  {
    store: 'kafka',
    writing: 'offsets.writing' as const,
    storage: (_: ScratchDir, topic: string) => ({ 'offset.storage.topic': topic }),
  },
])('kill -9, offsets in $store', ({ store, writing, storage }) => {
  test(`at every point leaves every line whole, and repeats only what was not committed (seed ${seed})`, async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const scene = await setTheScene(dir, kafka, topicPrefix(`kill-${store}`))
    const properties = {
      ...stringConverters,
      ...storage(dir, scene.offsetsTopic),
      'offset.flush.interval.ms': '150',
      'consumer.session.timeout.ms': '3000',
      'consumer.heartbeat.interval.ms': '500',
    }
    const launch = (env: Record<string, string>): Promise<Sluice> =>
      Sluice.launch({
        ...{ dir, properties, env, connectorFiles: scene.connectorFiles },
        bootstrapServers: inject('bootstrapServers'),
      })
    const random = randomNumbers(seed)
    const kills: Kill[] = []
    for (const point of points(writing)) {
      const times = 1 + Math.floor(random() * (String(point).startsWith('group') ? 1 : 3))
      await killOnce(scene, point, times, launch)
      kills.push({ source: await committedLines(scene), sink: await committedRecords(scene) })
    }
    await using last = await launch({})
    await scene.add(100)
    await waitFor('everything has arrived', () => hasArrived(scene), { timeoutMs: 60_000 })
    expect(await last.process.stop()).toBe(143)

    const source = (await kafka.readValues(scene.sourceTopic)).map((line) => lineNumber(line ?? ''))
    expectWhole(
      source,
      scene.count,
      kills.map((kill) => kill.source),
    )
    const { numbers, torn } = readSinkFile(await readFile(scene.output, 'utf8'))
    expectWhole(
      numbers,
      scene.count,
      kills.map((kill) => kill.sink),
    )
    expect(torn).toBeLessThanOrEqual(kills.length)
  }, 300_000)
})

/** What was committed when the worker was dead. */
interface Kill {
  readonly source: number
  readonly sink: number
}

interface Scene {
  readonly kafka: KafkaClient
  readonly sourceTopic: string
  readonly sinkTopic: string
  readonly offsetsTopic: string
  readonly offsetsFile: string
  readonly sinkGroup: string
  readonly output: string
  readonly connectorFiles: readonly string[]
  /** Lines so far, both in the source's file and in the sink's topic. */
  readonly count: number
  add(lines: number): Promise<void>
}

async function setTheScene(dir: ScratchDir, kafka: KafkaClient, prefix: string): Promise<Scene> {
  const [input, output] = [dir.file('input.txt'), dir.file('output.txt')]
  const [sourceTopic, sinkTopic] = [`${prefix}source`, `${prefix}sink`]
  await writeFile(input, '')
  await kafka.createTopic(sourceTopic)
  await kafka.createTopic(sinkTopic)
  let count = 0
  const connectorFiles = [
    await dir.properties('source.properties', {
      name: `${prefix}source`,
      'connector.class': 'FileStreamSource',
      'tasks.max': '1',
      'batch.size': '200',
      file: input,
      topic: sourceTopic,
    }),
    await dir.properties('sink.properties', {
      name: `${prefix}sink`,
      'connector.class': 'FileStreamSink',
      'tasks.max': '1',
      file: output,
      topics: sinkTopic,
    }),
  ]
  return {
    ...{ kafka, sourceTopic, sinkTopic, output, connectorFiles },
    offsetsTopic: `${prefix}offsets`,
    offsetsFile: dir.file('offsets'),
    sinkGroup: `connect-${prefix}sink`,
    get count() {
      return count
    },
    add: async (lines) => {
      const more = Array.from({ length: lines }, (_, n) => lineOf(count + n))
      count += lines
      await appendFile(input, `${more.join('\n')}\n`)
      await kafka.send(sinkTopic, more)
    },
  }
}

async function killOnce(
  scene: Scene,
  point: FaultPoint | number,
  times: number,
  launch: (env: Record<string, string>) => Promise<Sluice>,
): Promise<void> {
  const hooks = pathToFileURL(path.join(root, 'test/support/die-at.mjs')).href
  const isHooked = typeof point === 'string'
  await scene.add(1000)
  await using sluice = await launch(
    isHooked ? { SLUICE_TEST_HOOKS: hooks, SLUICE_TEST_DIE_AT: `${point}:${times}` } : {},
  )
  if (!isHooked) {
    await sluice.running(path.basename(scene.sinkGroup.replace(/^connect-/, '')))
    setTimeout(() => sluice.process.signal('SIGKILL'), point * times)
  }
  const deadline = Date.now() + 30_000
  while (sluice.process.isRunning) {
    if (Date.now() > deadline) {
      throw new Error(`${point} was not reached ${times} times in 30 s.\n${sluice.process.log()}`)
    }
    await scene.add(300)
    await delay(20)
  }
  expect(await sluice.process.exited, `${point}: ${sluice.process.log()}`).toBe(137)
}

/**
 * Every line in order, and steps back only to where the offsets stood after one of the kills, in their order: what
 * comes twice is then no more than what had not been committed.
 */
function expectWhole(
  numbers: readonly number[],
  count: number,
  committed: readonly number[],
): void {
  let kill = 0
  for (const [at, number] of numbers.entries()) {
    const expected = at === 0 ? 0 : (numbers[at - 1] ?? NaN) + 1
    if (number === expected) continue
    const next = committed.findIndex((lines, index) => index >= kill && lines === number)
    if (next === -1 || number > expected) {
      throw new Error(
        `After line ${expected - 1} came ${number}; committed at the kills: ${committed.join(', ')}`,
      )
    }
    kill = next + 1
  }
  expect(numbers.at(-1)).toBe(count - 1)
}

/** Lines of the sink's file, and how many are the strict beginning of one. */
function readSinkFile(text: string): { numbers: number[]; torn: number } {
  expect(text.endsWith('\n')).toBe(true)
  const lines = text.slice(0, -1).split('\n')
  const whole = lines.filter((line) => line.length === lineBytes - 1)
  const torn = lines.filter((line) => line.length !== lineBytes - 1)
  for (const line of torn) expect(isBeginning(line)).toBe(true)
  return { numbers: whole.map(lineNumber), torn: torn.length }
}

function isBeginning(line: string): boolean {
  const digits = /^\d*/.exec(line)?.[0] ?? ''
  return digits.length < 9 ? digits === line : lineOf(Number(digits)).startsWith(line)
}

function lineOf(number: number): string {
  const digits = String(number).padStart(9, '0')
  return `${digits} ${'abcdefghij'.repeat(6)}`.slice(0, lineBytes - 1)
}

function lineNumber(line: string): number {
  const number = Number(line.slice(0, 9))
  expect(line).toBe(lineOf(number))
  return number
}

/** How many lines the committed position covers, from whichever store has one. */
async function committedLines(scene: Scene): Promise<number> {
  const file = await readFile(scene.offsetsFile, 'latin1').catch(() => '')
  const stored = file === '' ? await lastStored(scene) : file
  const position = Number(/\{"position":(\d+)\}/.exec(stored)?.[1] ?? 0)
  expect(position % lineBytes).toBe(0)
  return position / lineBytes
}

async function lastStored({ kafka, offsetsTopic }: Scene): Promise<string> {
  const topics = await kafka.admin.listTopics()
  if (!topics.includes(offsetsTopic)) return ''
  return (await kafka.readValues(offsetsTopic)).at(-1) ?? ''
}

async function committedRecords({ kafka, sinkGroup, sinkTopic }: Scene): Promise<number> {
  const [offset = 0] = await kafka.committed(sinkGroup, sinkTopic)
  return Math.max(offset, 0)
}

async function hasArrived(scene: Scene): Promise<boolean> {
  const last = lineOf(scene.count - 1)
  const text = await readFile(scene.output, 'utf8')
  if (!text.endsWith(`${last}\n`)) return false
  return (await scene.kafka.readValues(scene.sourceTopic)).at(-1) === last
}
