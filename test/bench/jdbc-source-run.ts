import { SourceRun } from '../integration/jdbc/source-run.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Connection } from '../../connectors/jdbc/core/dialect.ts'
import type { RunningPostgres } from '../services/databases/postgres.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import type { Contestant } from './contestant.ts'
import { median, ratio, short, table } from './figures.ts'
import { cpuSeconds } from './proc.ts'

interface SourceBench {
  readonly records: number
  readonly rounds: number
  readonly postgres: RunningPostgres
  readonly connection: Connection
  readonly kafka: KafkaClient
  readonly worker: Contestant
}

/** PostgreSQL to Kafka by our source, beside a bare cursor of the driver that reads 5000 rows at a time as objects. */
export async function benchSource(bench: SourceBench): Promise<void> {
  const { connection, records } = bench
  await connection.query('DROP TABLE IF EXISTS back')
  await connection.query(
    `CREATE TABLE back AS SELECT id::bigint, (id % 1000003)::int AS num, 'customer ' || id AS name, 'Kathmandu'::text AS city, id * 0.0731::float8 AS price, id % 3 = 0 AS active, timestamp '2023-11-14 22:13:20' + id * interval '10 ms' AS created, 'the quick brown fox jumps over the lazy dog and on'::text AS note FROM generate_series(0, ${records - 1}) AS id`,
  )
  await connection.query('ALTER TABLE back ADD PRIMARY KEY (id)')
  const ours: number[] = []
  const cpu: number[] = []
  const cursor: number[] = []
  const task: number[] = []
  for (let round = 0; round <= bench.rounds; round++) {
    const run = await readByConnector(bench, round)
    const bare = await readByCursor(bench)
    const alone = await readByTask(bench)
    if (round === 0) continue
    ours.push(run.rowsPerSecond)
    cpu.push(run.cpuMicros)
    cursor.push(bare)
    task.push(alone)
  }
  const [speed, bare, alone] = [median(ours), median(cursor), median(task)]
  console.log(
    table(
      ['source', 'rows/s', 'µs CPU a row', 'v cursor'],
      [
        ['Sluice', short(speed), median(cpu).toFixed(2), ratio(speed / bare)],
        ['its task alone, without Kafka', short(alone), '', ratio(alone / bare)],
        ['cursor of 5000 rows', short(bare), '', '1'],
      ],
    ),
  )
}

async function readByConnector(
  { records, postgres, kafka, worker }: SourceBench,
  round: number,
): Promise<{ readonly rowsPerSecond: number; readonly cpuMicros: number }> {
  const [name, prefix] = [`source-${round}`, `back${round}-`]
  await kafka.createTopic(`${prefix}back`)
  const before = cpuSeconds(worker.pid)
  const config = {
    'connector.class': 'io.confluent.connect.jdbc.JdbcSourceConnector',
    'tasks.max': '1',
    'connection.url': postgres.jdbcUrl,
    'connection.user': postgres.user,
    'connection.password': postgres.password,
    'table.whitelist': 'back',
    mode: 'incrementing',
    'incrementing.column.name': 'id',
    'topic.prefix': prefix,
  }
  const created = await fetch(`${worker.url}/connectors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, config }),
  })
  if (!created.ok) throw new Error(await created.text())
  const firsts: number[] = []
  await waitFor(
    `${name} has read everything`,
    async () => {
      const count = await kafka.endOffset(`${prefix}back`)
      if (count > 0 && firsts.length === 0) firsts.push(performance.now())
      return count >= records
    },
    { timeoutMs: 120_000 + records / 5, everyMs: 50 },
  )
  const seconds = (performance.now() - (firsts[0] ?? 0)) / 1000
  const cpuMicros = ((cpuSeconds(worker.pid) - before) / records) * 1e6
  await fetch(`${worker.url}/connectors/${name}`, { method: 'DELETE' })
  return { rowsPerSecond: records / seconds, cpuMicros }
}

async function readByCursor({ postgres, records }: SourceBench): Promise<number> {
  const { default: pg } = await import('pg')
  const { port, user, password } = postgres
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' })
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('DECLARE rows NO SCROLL CURSOR FOR SELECT * FROM back')
    const began = performance.now()
    let count = 0
    for (;;) {
      const { rows } = await client.query('FETCH 5000 FROM rows')
      if (rows.length === 0) break
      count += rows.length
    }
    if (count !== records) throw new Error(`The cursor read ${count} rows.`)
    return count / ((performance.now() - began) / 1000)
  } finally {
    await client.end()
  }
}

/** As the worker polls, with the connector's defaults; what is made of the records costs nothing here. */
async function readByTask({ postgres, records }: SourceBench): Promise<number> {
  await using source = await SourceRun.start({
    'connection.url': postgres.jdbcUrl,
    'connection.user': postgres.user,
    'connection.password': postgres.password,
    ...{ tables: '"public"."back"', mode: 'incrementing', 'incrementing.column.name': 'id' },
    'topic.prefix': '',
  })
  const { signal } = new AbortController()
  const began = performance.now()
  let count = 0
  while (count < records) count += (await source.task.poll(signal))?.length ?? 0
  return count / ((performance.now() - began) / 1000)
}
