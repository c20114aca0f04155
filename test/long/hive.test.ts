import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { hiveSessions } from '../../connectors/hdfs/hive/driver-session.ts'
import { hiveEndpoint } from '../../connectors/hdfs/hive/hive-endpoint.ts'
import type { HiveRow } from '../../connectors/hdfs/hive/hive-session.ts'
import { startHdfs } from '../services/hadoop/mini-hdfs.ts'
import type { MiniHdfs } from '../services/hadoop/mini-hdfs.ts'
import { startHive } from '../services/hive/hive-server.ts'
import type { HiveServer } from '../services/hive/hive-server.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

let hdfs: MiniHdfs
let hive: HiveServer

beforeAll(async () => {
  hdfs = await startHdfs()
  hive = await startHive()
}, 900_000)
afterAll(async () => {
  await hive[Symbol.asyncDispose]()
  await hdfs[Symbol.asyncDispose]()
})

const never = new AbortController().signal

/** What Hive answers, over the protocol that the sink under test does not speak. */
async function ask(url: string, statement: string): Promise<readonly HiveRow[]> {
  const endpoint = hiveEndpoint({ url, metastoreUris: '', conf: new Map() })
  const open = await hiveSessions({ endpoint, user: 'root', password: 'x', timeoutMs: 120_000 })
  const session = await open(never)
  try {
    return await session.execute(statement, never)
  } finally {
    await session.close()
  }
}

const worker = (dir: ScratchDir): Record<string, string> => ({
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'offset.storage.file.filename': dir.file('offsets'),
  'offset.flush.interval.ms': '200',
})

const sinkOf = (
  topic: string,
  format: string,
  more: Record<string, string>,
): Record<string, string> => ({
  ...{ name: `${topic}-sink`, topics: topic, 'tasks.max': '1' },
  'connector.class': 'io.confluent.connect.hdfs.HdfsSinkConnector',
  'format.class': `io.confluent.connect.hdfs.${format.toLowerCase()}.${format}Format`,
  'flush.size': '2',
  'hdfs.url': hdfs.url,
  'webhdfs.url': hdfs.http.join(','),
  'webhdfs.user': 'root',
  'retry.backoff.ms': '500',
  'schema.compatibility': 'BACKWARD',
  'hive.integration': 'true',
  'hive.database': 'lake',
  ...more,
})

const logical = (type: string, name: string, more: object = {}): object => ({
  type,
  name: `org.apache.kafka.connect.data.${name}`,
  version: 1,
  ...more,
})

/** Each version has what the one before has, some of it wider, and more. */
const fieldsOf = [
  [
    { field: 'id', type: 'int32' },
    { field: 'country', type: 'string' },
    { field: 'at', ...logical('int64', 'Timestamp') },
    { field: 'small', type: 'int8' },
    { field: 'part', type: 'float' },
    { field: 'day', ...logical('int32', 'Date') },
    {
      field: 'price',
      ...logical('bytes', 'Decimal', {
        parameters: { scale: '2', 'connect.decimal.precision': '10' },
      }),
    },
    { field: 'total', ...logical('bytes', 'Decimal', { parameters: { scale: '2' } }) },
  ],
  [
    { field: 'score', type: 'double', default: 0.5 },
    { field: 'tags', type: 'array', items: { type: 'string' }, optional: true },
    {
      ...{ field: 'place', type: 'struct', optional: true, name: 'place' },
      fields: [{ field: 'city', type: 'string' }],
    },
    {
      ...{ field: 'counts', type: 'map', optional: true },
      ...{ keys: { type: 'string' }, values: { type: 'int64' } },
    },
  ],
] as const

const firstFields = fieldsOf[0].filter(({ field }) => field !== 'id')

function recordOf(version: 1 | 2, values: Record<string, unknown>): string {
  const id = { field: 'id', type: version === 1 ? 'int32' : 'int64' }
  const fields = [id, ...firstFields, ...(version === 1 ? [] : fieldsOf[1])]
  const at = Date.UTC(2024, 4, 6, 7)
  const plain = {
    country: 'de',
    at,
    small: -7,
    part: 1.5,
    day: 19_849,
    price: 'MDk=',
    total: 'MDk=',
  }
  const later = { score: 2.5, tags: ['a', 'b'], place: { city: 'Köln' }, counts: { x: 1 } }
  return JSON.stringify({
    schema: { type: 'struct', name: 'visit', version, fields },
    payload: { ...plain, ...(version === 1 ? {} : later), ...values },
  })
}

const byField = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.FieldPartitioner',
  'partition.field.name': 'country',
}
const byTime = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.TimeBasedPartitioner',
  'path.format': "'year'=YYYY/'month'=MM",
  'partition.duration.ms': '3600000',
  ...{ locale: 'en', timezone: 'UTC', 'timestamp.extractor': 'RecordField' },
  'timestamp.field': 'at',
}

async function startSink(dir: ScratchDir, sink: Record<string, string>): Promise<Sluice> {
  return await Sluice.start({
    ...{ dir, properties: worker(dir), bootstrapServers: inject('bootstrapServers') },
    connectorFiles: [await dir.properties('sink.properties', sink)],
  })
}

/** Waits until a statement gives so many rows. */
async function rowsOf(url: string, statement: string, count: number): Promise<readonly HiveRow[]> {
  let last = ''
  try {
    return await waitFor(
      `${count} rows of ${statement}`,
      async () => {
        const rows = await ask(url, statement).catch((error: unknown) => {
          last = String(error)
          return []
        })
        if (rows.length > 0) last = JSON.stringify(rows)
        return rows.length === count ? rows : undefined
      },
      { timeoutMs: 90_000, everyMs: 300 },
    )
  } catch (cause) {
    throw new Error(`There were not ${count} rows: ${last}`, { cause })
  }
}

const byId = (rows: readonly HiveRow[]): HiveRow[] =>
  rows.toSorted(([a], [b]) => Number(a) - Number(b))

const common = 'small, part, `day`, price, country, year(at)'

/** What Hive says of the columns in `common`. */
const same = (country: string): unknown[] => [-7, 1.5, '2024-05-06', 123.45, country, 2024]
/** And of those that come with the second version of the schema. */
const later = [2.5, ['a', 'b'], 'Köln', 1]

test(
  'tables of Avro follow schemas and directories, also those that were written while Hive was away',
  { timeout: 400_000 },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix('hive-avro')}visits.by-field`
    const table = `lake.\`${topic.replace(/[.-]/g, '_')}\``
    await kafka.createTopic(topic)
    const url = hive.httpUrl
    await using sink = await startSink(
      dir,
      sinkOf(topic, 'Avro', { ...byField, 'hive.server2.url': hive.binaryUrl }),
    )
    await kafka.send(topic, [recordOf(1, { id: 1 }), recordOf(1, { id: 2, country: "it's; é" })])
    const first = await rowsOf(url, `SELECT id, country FROM ${table}`, 2)
    expect(byId(first)).toEqual([
      [1, 'de'],
      [2, "it's; é"],
    ])
    await hive.server.kill()
    await kafka.send(topic, [recordOf(2, { id: 3 }), recordOf(2, { id: 4, country: 'fr' })])
    await waitFor('the files that are written meanwhile', async () =>
      (await hdfs.files(`/topics/${topic}`)).size === 4 ? true : undefined,
    )
    await hive.restart()
    const all = await rowsOf(
      url,
      `SELECT id, ${common}, hex(total), score, tags, place.city, counts['x'] FROM ${table}`,
      4,
    )
    // Files of before lack what came later, of which the schema says a default.
    expect(byId(all)).toEqual([
      [1, ...same('de'), '3039', 0.5, null, null, null],
      [2, ...same("it's; é"), '3039', 0.5, null, null, null],
      [3, ...same('de'), '3039', ...later],
      [4, ...same('fr'), '3039', ...later],
    ])
    expect(await sink.process.stop()).toBe(143)
  },
)

test(
  'tables of Parquet get new and wider columns, and a task that starts adds what was not',
  { timeout: 400_000 },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix('hive-parquet')}visits`
    const table = `lake.\`${topic.replace(/[.-]/g, '_')}\``
    await kafka.createTopic(topic)
    const url = hive.binaryUrl
    const config = sinkOf(topic, 'Parquet', { ...byTime, 'hive.server2.url': hive.httpUrl })
    const june = Date.UTC(2024, 5, 1)
    {
      await using sink = await startSink(dir, config)
      await kafka.send(topic, [recordOf(1, { id: 1 }), recordOf(1, { id: 2, at: june })])
      await rowsOf(url, `SELECT id FROM ${table}`, 2)
      await kafka.send(topic, [recordOf(2, { id: 3 }), recordOf(2, { id: 4, at: june })])
      const all = await rowsOf(
        url,
        `SELECT id, ${common}, total, score, tags, place.city, counts['x'], \`month\` FROM ${table}`,
        4,
      )
      expect(byId(all)).toEqual([
        [1, ...same('de'), 123.45, null, null, null, null, '05'],
        [2, ...same('de'), 123.45, null, null, null, null, '06'],
        [3, ...same('de'), 123.45, ...later, '05'],
        [4, ...same('de'), 123.45, ...later, '06'],
      ])
      expect(await sink.process.stop()).toBe(143)
    }
    await ask(url, `ALTER TABLE ${table} DROP PARTITION (\`month\`='05')`)
    await rowsOf(url, `SELECT id FROM ${table}`, 2)
    await using sink = await startSink(dir, config)
    await rowsOf(url, `SELECT id FROM ${table}`, 4)
    expect(await sink.process.stop()).toBe(143)
  },
)
