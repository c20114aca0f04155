import { setTimeout as delay } from 'node:timers/promises'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { parquetMetadataAsync } from 'hyparquet'
import { AvroData, avroSchemaText } from '../../src/converters/avro/index.ts'
import { readAvroFile } from '../../connectors/storage/index.ts'
import { startBroker } from '../services/kafka/broker.ts'
import { accessKey, secretKey, startS3 } from '../services/s3/versitygw.ts'
import type { RunningS3 } from '../services/s3/versitygw.ts'
import { FakeRegistry } from '../support/fake-registry.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { sluiceEntry, startHealthy } from './contestant.ts'
import type { Contestant } from './contestant.ts'
import { median, short, table } from './figures.ts'
import { cpuSeconds, peakRssMib } from './proc.ts'
import { avroRows, fill, jsonRows, rowSchema, rowSchemaContent } from './storage-topics.ts'

export interface StorageBenchOptions {
  readonly records: number
  readonly rounds: number
  /** Numbers of partitions, each with as many tasks. */
  readonly partitions: readonly number[]
  /** One cell by its name; null for all. */
  readonly only: string | null
}

/** A way from records to objects. */
interface Cell {
  readonly name: string
  readonly topic: 'json' | 'avro'
  readonly config: Readonly<Record<string, string>>
  count(body: Uint8Array): Promise<number>
}

interface Stage {
  readonly options: StorageBenchOptions
  readonly s3: RunningS3
  readonly worker: Contestant
  readonly cells: readonly Cell[]
}

interface Run {
  readonly cell: string
  readonly partitions: number
  readonly perSecond: number
  readonly cpuMicros: number
  readonly rawPerSecond: number
}

/** Objects of a run: the first tells when it began, the others are measured. */
const objectsOfRun = 20
const limitMs = 120_000
const s3Format = 'io.confluent.connect.s3.format'

/**
 * Kafka to S3, a format after the other, beside the rate at which the same objects are uploaded to the same server by a client that has them. From the
 * first object to the last, so that neither the start of a connector nor its group counts; records are counted in the objects.
 */
export async function benchStorage(options: StorageBenchOptions): Promise<void> {
  await using broker = await startBroker()
  await using s3 = await startS3()
  await using kafka = await openKafkaClient(broker.bootstrapServers)
  await using registry = await FakeRegistry.start()
  const schemaId = await register(registry.url, options.partitions)
  const rows = { json: jsonRows(), avro: avroRows(schemaId) }
  const cells = cellsWith(registry.url).filter(
    ({ name }) => options.only === null || name === options.only,
  )
  for (const partitions of options.partitions) {
    for (const topic of new Set(cells.map((cell) => cell.topic))) {
      await kafka.createTopic(`${topic}${partitions}`, { partitions })
      const amount = { records: options.records, partitions }
      await fill(broker.bootstrapServers, `${topic}${partitions}`, rows[topic], amount)
    }
  }
  const size = (list: readonly Buffer[]): number =>
    Math.round(list.reduce((sum, { length }) => sum + length, 0) / list.length)
  console.log(`Records of ${size(rows.json)} bytes in JSON, ${size(rows.avro)} in Avro.`)
  const worker = await startHealthy(sluiceEntry(), broker.bootstrapServers)
  try {
    const runs = await raceAll({ options, s3, worker, cells })
    console.log(`\n${summary(runs)}\n\nPeak memory ${peakRssMib(worker.pid).toFixed(0)} MiB.`)
  } finally {
    await worker[Symbol.asyncDispose]()
  }
}

function cellsWith(registry: string): Cell[] {
  const json = 'org.apache.kafka.connect.json.JsonConverter'
  const bytes = 'org.apache.kafka.connect.converters.ByteArrayConverter'
  const plainJson = { 'value.converter': json, 'value.converter.schemas.enable': 'false' }
  const jsonWithSchema = {
    'value.converter': json,
    'value.converter.schemas.enable': 'true',
    'value.converter.schema.content': rowSchemaContent,
  }
  const avro = {
    'value.converter': 'io.confluent.connect.avro.AvroConverter',
    'value.converter.schema.registry.url': registry,
  }
  const to = (format: string): Record<string, string> => ({
    'format.class': `${s3Format}.${format.toLowerCase()}.${format}Format`,
  })
  const through = { ...to('ByteArray'), 'format.bytearray.extension': '.json' }
  const cell = (
    name: string,
    topic: Cell['topic'],
    count: Cell['count'],
    ...config: readonly Readonly<Record<string, string>>[]
  ): Cell => ({ name, topic, count, config: Object.assign({}, ...config) as Cell['config'] })
  return [
    cell('JSON lines', 'json', countLines, plainJson, to('Json')),
    cell('bytes through', 'json', countLines, { 'value.converter': bytes }, through),
    cell('Avro to Avro', 'avro', countAvro, avro, to('Avro')),
    cell('JSON to Avro', 'json', countAvro, jsonWithSchema, to('Avro')),
    cell('Avro to Parquet', 'avro', countParquet, avro, to('Parquet')),
  ]
}

async function raceAll(stage: Stage): Promise<Run[]> {
  const { options, cells } = stage
  const runs: Run[] = []
  for (const partitions of options.partitions) {
    for (const cell of cells) {
      for (let round = 0; round <= options.rounds; round++) {
        const run = await write(stage, cell, partitions, round)
        const what = round === 0 ? 'warm-up' : `round ${round}`
        console.log(
          `${what}: ${cell.name}, ${partitions}: ${short(run.perSecond)} records/s, ${run.cpuMicros.toFixed(2)} µs, raw ${short(run.rawPerSecond)}`,
        )
        if (round > 0) runs.push(run)
      }
    }
  }
  return runs
}

/** One connector from its first object to its last, then the same objects by a client alone. */
async function write(stage: Stage, cell: Cell, partitions: number, round: number): Promise<Run> {
  const { s3, worker, options } = stage
  const name = `${cell.name.toLowerCase().replaceAll(' ', '-')}-${partitions}-${round}`
  await s3.createBucket(name)
  const flushSize = Math.floor(options.records / objectsOfRun)
  const config = {
    'connector.class': 'io.confluent.connect.s3.S3SinkConnector',
    'tasks.max': String(partitions),
    topics: `${cell.topic}${partitions}`,
    'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'storage.class': 'io.confluent.connect.s3.storage.S3Storage',
    'flush.size': String(flushSize),
    's3.bucket.name': name,
    'store.url': s3.url,
    'aws.access.key.id': accessKey,
    'aws.secret.access.key': secretKey,
    'consumer.override.auto.offset.reset': 'earliest',
    ...cell.config,
  }
  await send(worker, 'POST', '/connectors', { name, config })
  const first = await objectsAt(s3, name, worker, 1)
  const last = await objectsAt(s3, name, worker, objectsOfRun)
  await send(worker, 'DELETE', `/connectors/${name}`)
  const bodies = await bodiesOf(s3, name)
  let count = 0
  for (const body of bodies) count += await cell.count(body)
  if (count !== flushSize * objectsOfRun) throw new Error(`${name} wrote ${count} records.`)
  const measured = flushSize * (last.objects - first.objects)
  return {
    ...{ cell: cell.name, partitions },
    perSecond: measured / (last.atSeconds - first.atSeconds),
    cpuMicros: ((last.cpuSeconds - first.cpuSeconds) / measured) * 1e6,
    rawPerSecond: count / (await upload(s3, name, bodies, partitions)),
  }
}

interface Moment {
  readonly objects: number
  readonly atSeconds: number
  readonly cpuSeconds: number
}

/** When so many objects are there. */
async function objectsAt(
  s3: RunningS3,
  bucket: string,
  worker: Contestant,
  least: number,
): Promise<Moment> {
  const until = performance.now() + limitMs
  while (performance.now() < until) {
    const { KeyCount: objects = 0 } = await s3.client.send(
      new ListObjectsV2Command({ Bucket: bucket }),
    )
    const moment = { objects, atSeconds: performance.now() / 1000 }
    if (objects >= least) return { ...moment, cpuSeconds: cpuSeconds(worker.pid) }
    await delay(25)
  }
  const log = worker.log().split('\n').slice(-30).join('\n')
  throw new Error(`${bucket} has not got ${least} objects.\n${log}`)
}

async function bodiesOf(s3: RunningS3, bucket: string): Promise<Uint8Array[]> {
  const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket: bucket }))
  const bodies: Uint8Array[] = []
  for (const { Key } of Contents) {
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key }))
    bodies.push((await Body?.transformToByteArray()) ?? new Uint8Array())
  }
  return bodies
}

/** How many seconds it takes to upload them, as many at once as there are tasks. */
async function upload(
  s3: RunningS3,
  bucket: string,
  bodies: readonly Uint8Array[],
  atOnce: number,
): Promise<number> {
  const left = bodies.entries()
  const began = performance.now()
  const one = async (): Promise<void> => {
    for (const [index, Body] of left) {
      await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: `raw/${index}`, Body }))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return (performance.now() - began) / 1000
}

function countLines(body: Uint8Array): Promise<number> {
  let count = 0
  for (let at = body.indexOf(10); at >= 0; at = body.indexOf(10, at + 1)) count++
  return Promise.resolve(count)
}

async function countAvro(body: Uint8Array): Promise<number> {
  let count = 0
  for await (const _record of readAvroFile(Buffer.from(body))) count++
  return count
}

async function countParquet(body: Uint8Array): Promise<number> {
  const { num_rows: rows } = await parquetMetadataAsync(new Uint8Array(body).buffer)
  return Number(rows)
}

/** The id of the rows' schema, which every topic's subject has. */
async function register(registry: string, partitions: readonly number[]): Promise<number> {
  const schema = avroSchemaText(new AvroData().fromConnectSchema(rowSchema))
  let id = 0
  for (const count of partitions) {
    const answer = await fetch(`${registry}/subjects/avro${count}-value/versions`, {
      method: 'POST',
      body: JSON.stringify({ schema }),
    })
    id = ((await answer.json()) as { readonly id: number }).id
  }
  return id
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
  const names = new Set(runs.map(({ cell, partitions }) => `${cell}|${partitions}`))
  const rows = Array.from(names, (name) => {
    const [cell = '', partitions = ''] = name.split('|')
    const group = runs.filter((run) => `${run.cell}|${run.partitions}` === name)
    const perSecond = median(group.map((run) => run.perSecond))
    const raw = median(group.map((run) => run.rawPerSecond))
    const cpu = median(group.map((run) => run.cpuMicros)).toFixed(2)
    const share = `${((perSecond / raw) * 100).toFixed(0)} %`
    return [cell, partitions, short(perSecond), cpu, short(raw), share]
  })
  const head = ['', 'partitions', 'records/s', 'µs CPU a record', 'raw upload, records/s', 'of it']
  return table(head, rows)
}
