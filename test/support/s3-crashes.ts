import { expect, inject } from 'vitest'
import type { RunningS3 } from '../services/s3/s3-server.ts'
import { openKafkaClient } from './kafka-client.ts'
import { S3Gate } from './s3-gate.ts'
import type { FaultMoment, FaultOutcome, S3Step } from './s3-gate.ts'
import { expectTheSame } from './s3-link-runs.ts'
import { contents, openUploads, sinkOf, workerOf } from './s3-runs.ts'
import { Sluice, scratchDir } from './sluice.ts'
import type { ScratchDir } from './sluice.ts'
import { waitFor } from './wait-for.ts'

const patience = { timeoutMs: 90_000 }
/** Records of an object. */
const flushSize = 3

/** At which request of a sink its worker is hit. */
export interface Hit {
  readonly step: S3Step
  readonly when: FaultMoment
  /** So many such requests pass before. */
  readonly skip: number
}

export interface CrashTopic {
  readonly topic: string
  readonly objects: number
  /** What a sink makes of it that nothing happens to. */
  readonly expected: ReadonlyMap<string, string>
}

/** A topic of objects of `recordBytes` a record, and one record more; and what a sink makes of it. */
export async function crashTopic(
  s3: RunningS3,
  topic: string,
  { objects, recordBytes }: { readonly objects: number; readonly recordBytes: number },
): Promise<CrashTopic> {
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  await kafka.createTopic(topic, { config: { 'max.message.bytes': '8000000' } })
  const text = 'z'.repeat(recordBytes)
  for (let n = 0; n <= objects * flushSize; n++) {
    await kafka.send(topic, [JSON.stringify({ n, text })])
  }
  const bucket = `${topic}-quiet`
  await using run = await Run.begin(s3, s3.url, bucket, topic)
  await complete(s3, bucket, objects)
  const expected = await contents(s3, bucket)
  expect(await run.worker.process.stop()).toBe(143)
  return { topic, objects, expected }
}

/** Kills a worker at a request; the next one's objects are those of a run to which nothing happens. */
export async function killAt(s3: RunningS3, of: CrashTopic, hit: Hit): Promise<void> {
  const bucket = bucketOf(of, 'kill', hit)
  await using gate = await S3Gate.open(s3.url)
  const worker: { current: Sluice | null } = { current: null }
  gate.faults.push({
    ...hit,
    happen: async (): Promise<FaultOutcome> => {
      await waitFor('the worker to be known', () => worker.current !== null, patience)
      worker.current?.process.signal('SIGKILL')
      await worker.current?.process.exited
      return 'cut'
    },
  })
  await using run = await Run.begin(s3, gate.url, bucket, of.topic)
  worker.current = run.worker
  expect(await run.worker.process.exited).toBe(137)
  await expectUnfinished(s3, bucket, of)
  await using next = await run.another()
  await complete(s3, bucket, of.objects)
  expect(await next.process.stop()).toBe(143)
  expectTheSame(await contents(s3, bucket), of.expected)
  expect(await openUploads(s3, bucket)).toBe(0)
}

/**
 * Stops a worker (SIGSTOP) at a request until another one has written everything. The request then goes on its way, and the worker wakes: it replaces
 * nothing, and leaves nothing behind.
 */
export async function stopAt(s3: RunningS3, of: CrashTopic, hit: Hit): Promise<void> {
  const bucket = bucketOf(of, 'stop', hit)
  await using gate = await S3Gate.open(s3.url)
  const worker: { current: Sluice | null } = { current: null }
  const state = { hit: false, done: false }
  gate.faults.push({
    ...hit,
    happen: async (): Promise<FaultOutcome> => {
      await waitFor('the worker to be known', () => worker.current !== null, patience)
      worker.current?.process.signal('SIGSTOP')
      state.hit = true
      await waitFor('another worker to be done', () => state.done, patience)
      return 'pass'
    },
  })
  await using run = await Run.begin(s3, gate.url, bucket, of.topic)
  worker.current = run.worker
  await waitFor(`the worker to ${hit.step}`, () => state.hit, patience)
  await expectUnfinished(s3, bucket, of)
  await using next = await run.another()
  await complete(s3, bucket, of.objects)
  const found = await contents(s3, bucket)
  state.done = true
  run.worker.process.signal('SIGCONT')
  // What it was about to do it has done once it is a member again, and has stopped.
  await run.worker.running(`${bucket}-sink`)
  expect(await run.worker.process.stop()).toBe(143)
  expect(await next.process.stop()).toBe(143)
  expectTheSame(await contents(s3, bucket), found)
  expectTheSame(found, of.expected)
  expect(await openUploads(s3, bucket)).toBe(0)
}

function bucketOf({ topic }: CrashTopic, how: string, { step, when, skip }: Hit): string {
  return `${topic}-${how}-${step}-${when}-${skip}`
}

/** Else there would be nothing left for another worker. */
async function expectUnfinished(s3: RunningS3, bucket: string, of: CrashTopic): Promise<void> {
  expect((await contents(s3, bucket)).size).toBeLessThan(of.objects)
}

async function complete(s3: RunningS3, bucket: string, objects: number): Promise<void> {
  const isDone = async (): Promise<boolean> => (await contents(s3, bucket)).size >= objects
  await waitFor(`all objects of ${bucket}`, isDone, { ...patience, everyMs: 100 })
}

/** A worker with a sink of its own, and its successors. */
class Run implements AsyncDisposable {
  readonly worker: Sluice
  readonly #dir: ScratchDir
  readonly #launch: () => Promise<Sluice>

  private constructor(dir: ScratchDir, launch: () => Promise<Sluice>, worker: Sluice) {
    this.#dir = dir
    this.#launch = launch
    this.worker = worker
  }

  static async begin(s3: RunningS3, url: string, bucket: string, topic: string): Promise<Run> {
    await s3.createBucket(bucket)
    const dir = await scratchDir()
    const sink = await dir.properties('sink.properties', {
      ...sinkOf(url, bucket, topic),
      ...{ 'flush.size': String(flushSize), 's3.part.size': '5242880' },
      'retry.backoff.ms': '500',
    })
    const launch = (): Promise<Sluice> =>
      Sluice.launch({
        ...{ dir, properties: workerOf(dir), connectorFiles: [sink] },
        bootstrapServers: inject('bootstrapServers'),
      })
    return new Run(dir, launch, await launch())
  }

  /** Another worker with the same connector. */
  async another(): Promise<Sluice> {
    return await this.#launch()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker[Symbol.asyncDispose]()
    await this.#dir[Symbol.asyncDispose]()
  }
}
