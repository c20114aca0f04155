import type { Connection } from '../../connectors/jdbc/core/dialect.ts'
import { connectTo } from '../integration/jdbc/sink-harness.ts'
import { startMariaDb } from '../services/databases/mariadb.ts'
import { startPostgres } from '../services/databases/postgres.ts'
import { mariaDbCases, postgresCases } from './jdbc-types.ts'
import type { TypeCase } from './jdbc-types.ts'
import { openKafkaClient } from './kafka-client.ts'
import { Sluice, scratchDir } from './sluice.ts'
import { topicPrefix } from './topics.ts'
import { waitFor } from './wait-for.ts'

export interface RoundTripOptions {
  readonly bootstrapServers: string
  readonly registryUrl: string
  readonly converters: readonly RoundTripConverter[]
  /** Rows of each table: the first has values, the second none, and then in turns. */
  readonly rows: number
  /** For every connector. */
  readonly props?: Readonly<Record<string, string>>
}

export type RoundTripConverter = 'json' | 'avro' | 'protobuf'

/** By column: its type there, and the different texts of its values, in order. */
export type ShownTable = Readonly<Record<string, readonly [type: string, ...texts: unknown[]]>>

export interface RoundTrip {
  /** The table of PostgreSQL as it is on MariaDB. */
  readonly there: ShownTable
  /** And back on PostgreSQL. */
  readonly back: ShownTable
  /** The table of MariaDB's own types on PostgreSQL. */
  readonly own: ShownTable
}

const converters: Readonly<Record<RoundTripConverter, Readonly<Record<string, string>>>> = {
  json: { 'value.converter': 'org.apache.kafka.connect.json.JsonConverter' },
  avro: { 'value.converter': 'io.confluent.connect.avro.AvroConverter' },
  protobuf: {
    'value.converter': 'io.confluent.connect.protobuf.ProtobufConverter',
    // Else a null comes out as a zero, as Protobuf has it.
    'value.converter.optional.for.nullables': 'true',
  },
}

/** PostgreSQL to Kafka to MariaDB, and back, by one worker that lives in Kathmandu; by converter, what arrives. */
export async function roundTrip(
  options: RoundTripOptions,
): Promise<Readonly<Record<string, RoundTrip>>> {
  await using dir = await scratchDir()
  const [postgres, mariaDb] = await Promise.all([startPostgres(), startMariaDb()])
  await using _postgres = postgres
  await using _mariaDb = mariaDb
  await using kafka = await openKafkaClient(options.bootstrapServers)
  const pg = await connectTo(postgres)
  const maria = await connectTo(mariaDb)
  const { rows } = options
  await pg.query(`CREATE TYPE mood AS ENUM ('glad', 'sad')`)
  await pg.query('CREATE DOMAIN positive AS int CHECK (value > 0)')
  await fill(pg, 'types', postgresCases, rows)
  await fill(maria, 'own', mariaDbCases, rows)

  await using worker = await Sluice.start({
    dir,
    bootstrapServers: options.bootstrapServers,
    properties: {
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'offset.storage.file.filename': dir.file('offsets'),
    },
    env: { TZ: 'Asia/Kathmandu' },
  })
  // Protobuf's names hold no dashes, and the tables are named after the topics.
  const prefix = topicPrefix('jdbc_types').replaceAll('-', '_')
  const connect = async (name: string, config: Readonly<Record<string, string>>): Promise<void> => {
    await worker.request('PUT', `/connectors/${name}/config`, { ...config, ...options.props })
  }
  const addressOf = (database: typeof postgres | typeof mariaDb): Record<string, string> => ({
    'connection.url': database.jdbcUrl,
    'connection.user': database.user,
    'connection.password': database.password,
  })
  const source = (converter: RoundTripConverter): Record<string, string> => ({
    ...converters[converter],
    ...(converter === 'json' ? {} : { 'value.converter.schema.registry.url': options.registryUrl }),
    'connector.class': 'io.confluent.connect.jdbc.JdbcSourceConnector',
    ...{ mode: 'incrementing', 'incrementing.column.name': 'id', 'poll.interval.ms': '100' },
  })
  const sink = (converter: RoundTripConverter): Record<string, string> => ({
    ...source(converter),
    'connector.class': 'io.confluent.connect.jdbc.JdbcSinkConnector',
    ...{ 'auto.create': 'true', 'table.name.format': '${topic}' },
  })
  const topicsOf = (converter: RoundTripConverter): readonly string[] => [
    `${prefix}${converter}_types`,
    `${prefix}${converter}_back_${prefix}${converter}_types`,
    `${prefix}${converter}_back_own`,
  ]
  const arrived = async (connection: Connection, table: string): Promise<boolean> => {
    const name = connection === pg ? `"${table}"` : `\`${table}\``
    const found = await connection.query(`SELECT count(*) FROM ${name}`).catch(() => ({ rows: [] }))
    return Number(found.rows[0]?.[0] ?? 0) >= rows
  }
  try {
    for (const converter of options.converters) {
      const [there = '', ...backs] = topicsOf(converter)
      for (const topic of [there, ...backs]) await kafka.createTopic(topic)
      await connect(`pg-source-${converter}`, {
        ...{ ...source(converter), ...addressOf(postgres) },
        ...{ 'table.whitelist': 'types', 'topic.prefix': `${prefix}${converter}_` },
      })
      await connect(`maria-sink-${converter}`, {
        ...{ ...sink(converter), ...addressOf(mariaDb), topics: there },
      })
    }
    const patience = { timeoutMs: 120_000, everyMs: 100 }
    const wait = (connection: Connection, table: string): Promise<unknown> =>
      waitFor(`every row of ${table}`, () => arrived(connection, table), patience)
    for (const converter of options.converters) {
      const [there = '', ...backs] = topicsOf(converter)
      await wait(maria, there)
      await connect(`maria-source-${converter}`, {
        ...{ ...source(converter), ...addressOf(mariaDb) },
        ...{ 'table.whitelist': `${there},own`, 'topic.prefix': `${prefix}${converter}_back_` },
      })
      await connect(`pg-sink-${converter}`, {
        ...{ ...sink(converter), ...addressOf(postgres), topics: backs.join(',') },
      })
    }
    const result: Record<string, RoundTrip> = {}
    for (const converter of options.converters) {
      const [there = '', back = '', own = ''] = topicsOf(converter)
      for (const table of [back, own]) await wait(pg, table)
      result[converter] = {
        there: await mariaTable(maria, there),
        back: await postgresTable(pg, back),
        own: await postgresTable(pg, own),
      }
    }
    return result
  } catch (error) {
    throw new Error(worker.process.log().split('\n').slice(-60).join('\n'), { cause: error })
  } finally {
    await pg.close()
    await maria.close()
  }
}

/** A table of all types, whose rows have a value in each column, or in none, in turns. */
async function fill(
  connection: Connection,
  table: string,
  cases: Readonly<Record<string, TypeCase>>,
  rows: number,
): Promise<void> {
  const names = Object.keys(cases)
  const columns = Object.entries(cases).map(([name, { type }]) => `${name} ${type} NULL`)
  await connection.query(`CREATE TABLE ${table} (id int PRIMARY KEY, ${columns.join(', ')})`)
  const full = Object.values(cases).map(({ literal }) => literal)
  const empty = names.map(() => 'NULL')
  for (let id = 0; id < rows; id++) {
    const values = [id, ...(id % 2 === 0 ? full : empty)].join(', ')
    await connection.query(`INSERT INTO ${table} (id, ${names.join(', ')}) VALUES (${values})`)
  }
}

/** What a column holds, one text for each different value; null is among them. */
async function shownTable(
  connection: Connection,
  quoted: string,
  columns: readonly (readonly [name: string, type: string, sql: string])[],
): Promise<ShownTable> {
  const shown: Record<string, [string, ...unknown[]]> = {}
  for (const [name, type, sql] of columns) {
    const { rows } = await connection.query(`SELECT DISTINCT ${sql} FROM ${quoted}`)
    const texts = rows.map(([value]) => value ?? null)
    shown[name] = [type, ...texts.filter((value) => value !== null), ...texts.filter(isNull)]
  }
  return shown
}

const isNull = (value: unknown): value is null => value === null

async function mariaTable(connection: Connection, table: string): Promise<ShownTable> {
  const { rows } = await connection.query(
    `SELECT column_name, column_type FROM information_schema.columns WHERE table_schema = 'sluice' AND table_name = ? AND column_name <> 'id' ORDER BY ordinal_position`,
    [table],
  )
  const columns = rows.map(([name, type]) => {
    const isInteger = /int\(\d+\)/.test(String(type))
    const plain = isInteger ? String(type).replace(/\(\d+\)/, '') : String(type)
    const sql = plain.startsWith('varbinary')
      ? `lower(hex(${String(name)}))`
      : `CAST(${String(name)} AS CHAR)`
    return [String(name), plain, sql] as const
  })
  return await shownTable(connection, `\`${table}\``, columns)
}

async function postgresTable(connection: Connection, table: string): Promise<ShownTable> {
  const { rows } = await connection.query(
    `SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1 AND column_name <> 'id' ORDER BY ordinal_position`,
    [table],
  )
  const columns = rows.map(([name, type]) => {
    const sql = type === 'bytea' ? `encode(${String(name)}, 'hex')` : `${String(name)}::text`
    return [String(name), String(type), sql] as const
  })
  return await shownTable(connection, `"${table}"`, columns)
}
