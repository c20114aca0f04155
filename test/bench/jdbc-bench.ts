import { connectTo } from '../integration/jdbc/sink-harness.ts'
import type { Connection } from '../../connectors/jdbc/core/dialect.ts'
import { startPostgres } from '../services/databases/postgres.ts'
import type { RunningPostgres } from '../services/databases/postgres.ts'
import { startBroker } from '../services/kafka/broker.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Contestant } from './contestant.ts'
import { startHealthy } from './contestant.ts'
import { median, ratio, short, table } from './figures.ts'
import { debeziumJdbc, sluiceJdbc } from './jdbc-contestants.ts'
import type { JdbcEntry } from './jdbc-contestants.ts'
import { sendRows } from './jdbc-rows.ts'
import { benchSource } from './jdbc-source-run.ts'
import { cpuSeconds, peakRssMib } from './proc.ts'

export interface JdbcBenchOptions {
  readonly records: number
  readonly rounds: number
  /** Numbers of tasks, each with as many partitions. */
  readonly tasks: readonly number[]
  /** `insert`, `upsert`, `latency` or `source`; null for all. */
  readonly only: string | null
}

type Mode = 'insert' | 'upsert'

interface Run {
  readonly worker: string
  readonly cell: string
  readonly rowsPerSecond: number
  readonly cpuMicros: number
}

interface Stage {
  readonly options: JdbcBenchOptions
  readonly postgres: RunningPostgres
  /** The same database at the end of a link that takes 10 ms there and back. */
  readonly away: RunningPostgres
  readonly connection: Connection
  readonly kafka: KafkaClient
}

const oneWayMs = 5

/** As measured before: the disk is not what is compared. */
const settings = {
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  autovacuum: 'off',
  track_commit_timestamp: 'on',
  max_connections: '60',
}

/**
 * Kafka to PostgreSQL: ours beside Java's worker with Debezium's JDBC sink, on one broker and one database, in turns; the first
 * round warms. Rows are counted where they arrive, and timed by the commits that PostgreSQL has written down. Then back, for which
 * Java has nothing to compare with but what a cursor gives.
 */
export async function benchJdbc(options: JdbcBenchOptions): Promise<void> {
  await using broker = await startBroker()
  await using postgres = await startPostgres(settings)
  await using kafka = await openKafkaClient(broker.bootstrapServers)
  await using proxy = await TcpProxy.start(postgres.port)
  proxy.faults = { cuts: () => false, delayMs: () => oneWayMs }
  const jdbcUrl = postgres.jdbcUrl.replace(`:${postgres.port}/`, `:${proxy.port}/`)
  const away = { ...postgres, jdbcUrl }
  const connection = await connectTo(postgres)
  const stage: Stage = { options, postgres, away, connection, kafka }
  const modes = (['insert', 'upsert'] as const).filter((mode) => isAsked(options, mode))
  const entries = modes.length === 0 ? [] : [debeziumJdbc('Java'), debeziumJdbc('Java, tuned')]
  const workers: { readonly entry: JdbcEntry; readonly contestant: Contestant }[] = []
  try {
    for (const tasks of options.tasks) {
      await kafka.createTopic(`rows${tasks}`, { partitions: tasks })
      await sendRows(kafka, `rows${tasks}`, options.records)
    }
    for (const entry of [sluiceJdbc(), ...entries]) {
      workers.push({ entry, contestant: await startHealthy(entry, broker.bootstrapServers) })
    }
    const runs: Run[] = []
    for (const mode of modes) {
      for (const tasks of options.tasks) {
        runs.push(...(await race(stage, workers, { mode, tasks, isAway: false })))
      }
    }
    if (isAsked(options, 'latency')) {
      const cells = (['insert', 'upsert'] as const).map((mode) => {
        return { mode, tasks: options.tasks[0] ?? 1, isAway: true }
      })
      for (const cell of cells) runs.push(...(await race(stage, workers.slice(0, 1), cell)))
    }
    if (runs.length > 0)
      console.log(
        `\n${summary(
          runs,
          workers.map(({ contestant }) => contestant),
        )}`,
      )
    const [first] = workers
    if (isAsked(options, 'source') && first !== undefined) {
      await benchSource({ ...options, postgres, connection, kafka, worker: first.contestant })
    }
  } finally {
    for (const { contestant } of workers) await contestant[Symbol.asyncDispose]()
    await connection.close()
  }
}

function isAsked({ only }: JdbcBenchOptions, what: string): boolean {
  return only === null || only === what
}

async function race(
  stage: Stage,
  workers: readonly { readonly entry: JdbcEntry; readonly contestant: Contestant }[],
  cell: Cell,
): Promise<Run[]> {
  const runs: Run[] = []
  for (let round = 0; round <= stage.options.rounds; round++) {
    for (const { entry, contestant } of workers) {
      const run = await write(stage, { entry, contestant, ...cell, round })
      const what = round === 0 ? 'warm-up' : `round ${round}`
      console.log(
        `${what}: ${run.worker} ${run.cell}: ${short(run.rowsPerSecond)} rows/s, ${run.cpuMicros.toFixed(2)} µs`,
      )
      if (round > 0) runs.push(run)
    }
  }
  return runs
}

interface Cell {
  readonly mode: Mode
  readonly tasks: number
  readonly isAway: boolean
}

interface WriteParts extends Cell {
  readonly entry: JdbcEntry
  readonly contestant: Contestant
  readonly round: number
}

/** One connector from its creation to the last row. */
async function write(
  stage: Stage,
  { entry, contestant, mode, tasks, isAway, round }: WriteParts,
): Promise<Run> {
  const { connection, options } = stage
  const postgres = isAway ? stage.away : stage.postgres
  await createTable(connection, mode)
  const name = `${mode}-${tasks}-${isAway ? 'away-' : ''}${round}-${contestant.name.replaceAll(/\W/g, '')}`
  const config = entry.config({ postgres, topic: `rows${tasks}`, table: 'bench', tasks, mode })
  const before = cpuSeconds(contestant.pid)
  const consumer = { 'consumer.override.auto.offset.reset': 'earliest' }
  await send(contestant, 'POST', '/connectors', { name, config: { ...config, ...consumer } })
  try {
    await waitFor(
      `${name} has written everything`,
      async () => (await rowCount(connection)) >= options.records,
      {
        timeoutMs: 120_000 + options.records / 5,
        everyMs: 250,
      },
    )
  } catch (error) {
    const log = contestant.log().split('\n').slice(-30).join('\n')
    throw new Error(`${contestant.name} did not write everything.\n${log}`, { cause: error })
  }
  const cpu = cpuSeconds(contestant.pid) - before
  await send(contestant, 'DELETE', `/connectors/${name}`)
  const count = await rowCount(connection)
  if (count !== options.records) throw new Error(`${name} wrote ${count} rows.`)
  const { rows } = await connection.query(
    `SELECT extract(epoch FROM max(at) - min(at)) FROM (SELECT pg_xact_commit_timestamp(xmin) AS at FROM bench) AS commits`,
  )
  return {
    worker: contestant.name,
    cell: `${mode}, ${tasks} ${tasks === 1 ? 'task' : 'tasks'}${isAway ? ', 10 ms away' : ''}`,
    rowsPerSecond: count / Number(rows[0]?.[0]),
    cpuMicros: (cpu / count) * 1e6,
  }
}

async function createTable(connection: Connection, mode: Mode): Promise<void> {
  const key = mode === 'upsert' ? ' PRIMARY KEY' : ''
  await connection.query('DROP TABLE IF EXISTS bench')
  await connection.query(
    `CREATE TABLE bench (id bigint${key}, num int, name varchar(64), city varchar(64), price double precision, active boolean, created timestamp(3), note text)`,
  )
  await connection.query('CHECKPOINT')
}

async function rowCount(connection: Connection): Promise<number> {
  return Number((await connection.query('SELECT count(*) FROM bench')).rows[0]?.[0])
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
  if (!response.ok)
    throw new Error(`${worker.name}: ${method} ${resource}: ${await response.text()}`)
}

function summary(runs: readonly Run[], workers: readonly Contestant[]): string {
  const of = (worker: string, cell: string, field: 'rowsPerSecond' | 'cpuMicros'): number =>
    median(
      runs.filter((run) => run.worker === worker && run.cell === cell).map((run) => run[field]),
    )
  const cells = [...new Set(runs.map(({ cell }) => cell))]
  const rows = cells.flatMap((cell) =>
    workers
      .filter(({ name }) => runs.some((run) => run.worker === name && run.cell === cell))
      .map(({ name }) => [
        cell,
        name,
        short(of(name, cell, 'rowsPerSecond')),
        of(name, cell, 'cpuMicros').toFixed(2),
        ratio(of(name, cell, 'rowsPerSecond') / of('Java', cell, 'rowsPerSecond')),
        ratio(of('Java', cell, 'cpuMicros') / of(name, cell, 'cpuMicros')),
      ]),
  )
  const memory = workers.map(({ name, pid }) => [name, peakRssMib(pid).toFixed(0)])
  return [
    table(['', 'worker', 'rows/s', 'µs CPU a row', 'wall v Java', 'CPU v Java'], rows),
    '',
    table(['worker', 'peak memory, MiB (VmHWM)'], memory),
  ].join('\n')
}
