import { setTimeout as delay } from 'node:timers/promises'
import { AvroData, avroSchemaText } from '../../src/converters/avro/index.ts'
import { startHdfs } from '../services/hadoop/mini-hdfs.ts'
import { startBroker } from '../services/kafka/broker.ts'
import { startS3 } from '../services/s3/versitygw.ts'
import { FakeRegistry } from '../support/fake-registry.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { sluiceEntry, startHealthy } from './contestant.ts'
import type { Contestant } from './contestant.ts'
import { median, short, table } from './figures.ts'
import { cpuSeconds, peakRssMib } from './proc.ts'
import { cellsWith } from './storage-cells.ts'
import type { Cell } from './storage-cells.ts'
import { hdfsPlace, s3Place } from './storage-places.ts'
import type { Place } from './storage-places.ts'
import { fill, rowsOf, schemaOf } from './storage-topics.ts'
import type { TopicKind } from './storage-topics.ts'

export interface StorageBenchOptions {
  readonly records: number
  readonly rounds: number
  /** Numbers of partitions, each with as many tasks. */
  readonly partitions: readonly number[]
  /** One cell by its name; null for all. */
  readonly only: string | null
  /** One place; null for both. */
  readonly place: string | null
}

interface Stage {
  readonly options: StorageBenchOptions
  readonly worker: Contestant
  readonly cells: readonly Cell[]
}

interface Run {
  readonly cell: Cell
  readonly partitions: number
  readonly perSecond: number
  readonly cpuMicros: number
  readonly rawPerSecond: number
}

/** Objects of a run: the first tells when it began, the others are measured. */
const objectsOfRun = 20
const limitMs = 120_000

/**
 * Kafka to S3 and to HDFS, a format after the other, beside the rate at which the same objects are uploaded to the same server by a client that has them.
 * From the first object to the last, so that neither the start of a connector nor its group counts; records are counted in the objects.
 */
export async function benchStorage(options: StorageBenchOptions): Promise<void> {
  await using broker = await startBroker()
  await using registry = await FakeRegistry.start()
  await using s3 = options.place === 'HDFS' ? null : await startS3()
  await using hdfs = options.place === 'S3' ? null : await startHdfs()
  const places = [s3 && s3Place(s3), hdfs && hdfsPlace(hdfs)].filter((place) => place !== null)
  const cells = cellsWith(registry.url, places).filter(
    ({ name }) => options.only === null || name === options.only,
  )
  await fillTopics(options, broker.bootstrapServers, registry.url, cells)
  await using worker = await startHealthy(sluiceEntry(), broker.bootstrapServers)
  const runs = await raceAll({ options, worker, cells })
  console.log(`\n${summary(runs)}\n\nPeak memory ${peakRssMib(worker.pid).toFixed(0)} MiB.`)
}

/** A topic for each kind of records and number of partitions. */
async function fillTopics(
  options: StorageBenchOptions,
  bootstrapServers: string,
  registry: string,
  cells: readonly Cell[],
): Promise<void> {
  await using kafka = await openKafkaClient(bootstrapServers)
  for (const kind of new Set(cells.map(({ topic }) => topic))) {
    for (const partitions of options.partitions) {
      const topic = `${kind}${partitions}`
      const rows = rowsOf(kind, await register(registry, topic, kind))
      await kafka.createTopic(topic, { partitions })
      await fill(bootstrapServers, topic, rows, { records: options.records, partitions })
      const bytes = rows.reduce((sum, { length }) => sum + length, 0) / rows.length
      console.log(`${topic}: ${options.records} records of ${bytes.toFixed(0)} bytes`)
    }
  }
}

async function raceAll(stage: Stage): Promise<Run[]> {
  const { options, cells } = stage
  const runs: Run[] = []
  for (const cell of cells) {
    await measured(stage, cell, options.partitions[0] ?? 1, 0)
    for (const partitions of options.partitions) {
      for (let round = 1; round <= options.rounds; round++) {
        runs.push(await measured(stage, cell, partitions, round))
      }
    }
  }
  return runs
}

/** Round 0 warms the worker. */
async function measured(stage: Stage, cell: Cell, partitions: number, round: number): Promise<Run> {
  const { place } = cell
  const name = `${place.name}-${cell.name}-${partitions}-${round}`
    .toLowerCase()
    .replaceAll(' ', '-')
  const run = await write(stage, cell, partitions, name)
  await place.clear(name)
  const what = round === 0 ? 'warm-up' : `round ${round}`
  console.log(
    `${what}: ${place.name}, ${cell.name}, ${partitions}: ${short(run.perSecond)} records/s, ${run.cpuMicros.toFixed(2)} µs, raw ${short(run.rawPerSecond)}`,
  )
  return run
}

/** One connector from its first object to its last, then the same objects by a client alone. */
async function write(stage: Stage, cell: Cell, partitions: number, name: string): Promise<Run> {
  const { worker, options } = stage
  const { place } = cell
  const flushSize = Math.floor(options.records / objectsOfRun)
  const config = {
    ...(await place.prepare(name)),
    'tasks.max': String(partitions),
    topics: `${cell.topic}${partitions}`,
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'flush.size': String(flushSize),
    'consumer.override.auto.offset.reset': 'earliest',
    ...cell.config,
  }
  await send(worker, 'POST', '/connectors', { name, config })
  const first = await objectsAt(place, name, worker, 1)
  const last = await objectsAt(place, name, worker, objectsOfRun)
  await send(worker, 'DELETE', `/connectors/${name}`)
  const bodies = await place.bodies(name)
  let count = 0
  for (const body of bodies) count += await cell.count(body)
  if (count !== flushSize * objectsOfRun) throw new Error(`${name} wrote ${count} records.`)
  const measuredRecords = flushSize * (last.objects - first.objects)
  return {
    ...{ cell, partitions },
    perSecond: measuredRecords / (last.atSeconds - first.atSeconds),
    cpuMicros: ((last.cpuSeconds - first.cpuSeconds) / measuredRecords) * 1e6,
    rawPerSecond: count / (await upload(place, name, bodies, partitions)),
  }
}

interface Moment {
  readonly objects: number
  readonly atSeconds: number
  readonly cpuSeconds: number
}

/** When so many objects are there. */
async function objectsAt(
  place: Place,
  run: string,
  worker: Contestant,
  least: number,
): Promise<Moment> {
  const until = performance.now() + limitMs
  while (performance.now() < until) {
    const objects = await place.count(run)
    const moment = { objects, atSeconds: performance.now() / 1000 }
    if (objects >= least) return { ...moment, cpuSeconds: cpuSeconds(worker.pid) }
    await delay(25)
  }
  const log = worker.log().split('\n').slice(-30).join('\n')
  throw new Error(`${run} has not got ${least} objects.\n${log}`)
}

/** How many seconds it takes to upload them, as many at once as there are tasks. */
async function upload(
  place: Place,
  run: string,
  bodies: readonly Uint8Array[],
  atOnce: number,
): Promise<number> {
  const left = bodies.entries()
  const began = performance.now()
  const one = async (): Promise<void> => {
    for (const [index, body] of left) await place.upload(run, String(index), body)
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return (performance.now() - began) / 1000
}

/** The id of the schema of a topic's records. */
async function register(registry: string, topic: string, kind: TopicKind): Promise<number> {
  const schema = avroSchemaText(new AvroData().fromConnectSchema(schemaOf(kind)))
  const answer = await fetch(`${registry}/subjects/${topic}-value/versions`, {
    method: 'POST',
    body: JSON.stringify({ schema }),
  })
  return ((await answer.json()) as { readonly id: number }).id
}

async function send(
  worker: Contestant,
  method: string,
  resource: string,
  body?: unknown,
): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers }
  const response = await fetch(`${worker.url}${resource}`, init)
  if (!response.ok) throw new Error(`${method} ${resource}: ${await response.text()}`)
}

function summary(runs: readonly Run[]): string {
  const groups = new Map<string, Run[]>()
  for (const run of runs) {
    const key = `${run.cell.place.name}|${run.cell.name}|${run.partitions}`
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  const rows = Array.from(groups, ([key, group]) => {
    const perSecond = median(group.map((run) => run.perSecond))
    const raw = median(group.map((run) => run.rawPerSecond))
    const cpu = median(group.map((run) => run.cpuMicros)).toFixed(2)
    const share = `${((perSecond / raw) * 100).toFixed(0)} %`
    return [...key.split('|'), short(perSecond), cpu, short(raw), share]
  })
  const head = ['to', '', 'partitions', 'records/s', 'µs CPU a record', 'raw upload, records/s']
  return table([...head, 'of it'], rows)
}
