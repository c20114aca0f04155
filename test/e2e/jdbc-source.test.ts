import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { databaseOf } from '../../connectors/jdbc/core/connect.ts'
import type { Connection } from '../../connectors/jdbc/core/dialect.ts'
import { readJavaHashMap } from '../../src/stores/java-hash-map.ts'
import { startPostgres } from '../services/databases/postgres.ts'
import type { RunningPostgres } from '../services/databases/postgres.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: RunningPostgres
let sql: Connection

beforeAll(async () => {
  postgres = await startPostgres()
  const { jdbcUrl: url, user, password } = postgres
  const database = databaseOf({
    ...{ url, user, password, dialectName: '', attempts: 1, backoffMs: 0, extras: new Map() },
    applicationName: 'test',
  })
  sql = await database.connect(new AbortController().signal)
}, 180_000)
afterAll(async () => {
  await sql.close()
  await postgres[Symbol.asyncDispose]()
})

test(
  'the stations of a database go into a topic, are followed through a restart, and the task says how it is',
  { timeout: 180_000 },
  async () => {
    const prefix = topicPrefix('stations')
    await sql.query('DROP TABLE IF EXISTS stations')
    await sql.query(
      'CREATE TABLE stations (stop_id int PRIMARY KEY, station_name text, red boolean)',
    )
    await sql.query(`INSERT INTO stations VALUES (30001, 'Austin', false), (30002, 'Größe', true)`)
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    await kafka.createTopic(`${prefix}stations`)
    const options = {
      dir,
      bootstrapServers: inject('bootstrapServers'),
      properties: {
        'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'offset.storage.file.filename': dir.file('offsets'),
        'offset.flush.interval.ms': '100',
      },
      // Nothing may depend on the zone that the process is in.
      env: { TZ: 'Asia/Kathmandu' },
    }
    const values = async (): Promise<unknown[]> => {
      const messages = await kafka.read(`${prefix}stations`)
      return messages.map(({ value }) => JSON.parse(String(value)) as unknown)
    }
    const config = {
      'connector.class': 'io.confluent.connect.jdbc.JdbcSourceConnector',
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'key.converter.schemas.enable': 'false',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
      'batch.max.rows': '500',
      'connection.url': postgres.jdbcUrl,
      'connection.user': postgres.user,
      'connection.password': postgres.password,
      'table.whitelist': 'stations',
      mode: 'incrementing',
      'incrementing.column.name': 'stop_id',
      'topic.prefix': prefix,
      'poll.interval.ms': '100',
    }
    const two = [
      { stop_id: 30001, station_name: 'Austin', red: false },
      { stop_id: 30002, station_name: 'Größe', red: true },
    ]
    {
      await using sluice = await Sluice.start(options)
      await sluice.request('POST', '/connectors', { name: 'stations', config })
      await waitFor('the task to be RUNNING', async () => {
        const task = await sluice
          .get<{ readonly state: string }>('/connectors/stations/tasks/0/status')
          .catch(() => null)
        return task?.state === 'RUNNING'
      })
      await waitFor('both stations', async () => (await values()).length === 2)
      expect(await values()).toEqual(two)
      await waitFor('the offset', async () => {
        const { offsets } = await sluice.get<{ readonly offsets: unknown[] }>(
          '/connectors/stations/offsets',
        )
        return JSON.stringify(offsets).includes('30002')
      })
      expect(await sluice.get('/connectors/stations/offsets')).toEqual({
        offsets: [
          {
            partition: { table: 'public.stations', protocol: '1' },
            offset: { incrementing: 30002 },
          },
        ],
      })
      expect(sluice.process.log()).not.toContain(postgres.password)
    }
    // Byte for byte what Java's connector has its worker store, in the order of its HashMap, so that either finds the other's.
    const { entries } = readJavaHashMap(await readFile(dir.file('offsets')))
    expect(entries.map(([key, value]) => [String(key), String(value)])).toEqual([
      ['["stations",{"protocol":"1","table":"public.stations"}]', '{"incrementing":30002}'],
    ])
    await sql.query(`INSERT INTO stations VALUES (30003, 'Clark', true)`)
    await using sluice = await Sluice.start(options)
    await sluice.request('POST', '/connectors', { name: 'stations', config })
    await waitFor('the third station', async () => (await values()).length >= 3)
    expect(await values()).toEqual([...two, { stop_id: 30003, station_name: 'Clark', red: true }])
  },
)

test(
  'a table that is created while the connector runs is copied too',
  { timeout: 120_000 },
  async () => {
    const prefix = topicPrefix('growing')
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    await sql.query('DROP TABLE IF EXISTS grow_a, grow_b')
    await sql.query('CREATE TABLE grow_a (id serial PRIMARY KEY)')
    await sql.query('INSERT INTO grow_a DEFAULT VALUES')
    await kafka.createTopic(`${prefix}grow_a`)
    await kafka.createTopic(`${prefix}grow_b`)
    await using sluice = await Sluice.start({
      dir,
      bootstrapServers: inject('bootstrapServers'),
      properties: {
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'offset.storage.file.filename': dir.file('offsets'),
      },
    })
    await sluice.request('PUT', '/connectors/growing/config', {
      ...{ 'connector.class': 'io.aiven.connect.jdbc.JdbcSourceConnector', mode: 'incrementing' },
      'connection.url': `${postgres.jdbcUrl}?user=${postgres.user}&password=${postgres.password}`,
      ...{ 'table.poll.interval.ms': '200', 'poll.interval.ms': '100', 'tasks.max': '4' },
      ...{ 'table.whitelist': 'grow_a,grow_b', 'topic.prefix': prefix },
    })
    const count = async (table: string): Promise<number> =>
      (await kafka.read(prefix + table)).length
    await waitFor('the first table', async () => (await count('grow_a')) >= 1)
    await sql.query('CREATE TABLE grow_b (id serial PRIMARY KEY)')
    await sql.query('INSERT INTO grow_b DEFAULT VALUES')
    await waitFor('the second table', async () => (await count('grow_b')) >= 1)
    await waitFor('two tasks', async () => (await sluice.status('growing')).tasks.length === 2)
    expect(sluice.process.log()).not.toContain(postgres.password)
  },
)
