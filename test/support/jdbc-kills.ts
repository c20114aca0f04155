import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from '../../connectors/jdbc/core/dialect.ts'
import { connectTo } from '../integration/jdbc/sink-harness.ts'
import { startPostgres } from '../services/databases/postgres.ts'
import type { RunningPostgres } from '../services/databases/postgres.ts'
import { readCommitted } from './committed-records.ts'
import { clusterProperties } from './cluster.ts'
import { openKafkaClient } from './kafka-client.ts'
import type { KafkaClient } from './kafka-client.ts'
import { randomNumbers } from './random-numbers.ts'
import { Sluice, scratchDir, stringConverters } from './sluice.ts'
import type { ScratchDir } from './sluice.ts'
import { topicPrefix } from './topics.ts'
import { waitFor } from './wait-for.ts'

export interface KillOptions {
  readonly bootstrapServers: string
  readonly seed: number
  readonly kills: number
  /** Rows or records that are written before each kill. */
  readonly perRound: number
}

const patience = { timeoutMs: 120_000, everyMs: 100 }

interface Stage {
  readonly dir: ScratchDir
  readonly kafka: KafkaClient
  readonly postgres: RunningPostgres
  readonly connection: Connection
}

async function onStage<T>(bootstrapServers: string, use: (stage: Stage) => Promise<T>): Promise<T> {
  await using dir = await scratchDir()
  await using postgres = await startPostgres()
  await using kafka = await openKafkaClient(bootstrapServers)
  const connection = await connectTo(postgres)
  try {
    return await use({ dir, kafka, postgres, connection })
  } finally {
    await connection.close()
  }
}

function connectionOf({ jdbcUrl, user, password }: RunningPostgres): Record<string, string> {
  return {
    'connection.url': jdbcUrl,
    'connection.user': user,
    'connection.password': password,
  }
}

/** Numbers of the rows in the topic, in its order, and how many rows there were; after so many kills of the source's worker. */
export function killSource(
  { bootstrapServers, seed, kills, perRound }: KillOptions,
  delivery: 'at least once' | 'exactly once',
): Promise<{ readonly found: readonly number[]; readonly written: number }> {
  return onStage(bootstrapServers, async ({ dir, kafka, postgres, connection }) => {
    const name = topicPrefix('jdbc-source-kill')
    const topic = `${name}rows`
    await kafka.createTopic(topic)
    await connection.query('CREATE TABLE rows (id bigserial PRIMARY KEY, t text)')
    const isOnce = delivery === 'exactly once'
    const start = (): Promise<Sluice> =>
      Sluice.start({
        dir,
        bootstrapServers,
        command: isOnce ? 'connect-distributed' : 'connect-standalone',
        properties: isOnce
          ? { ...clusterProperties(name), 'exactly.once.source.support': 'enabled' }
          : {
              ...stringConverters,
              'offset.storage.file.filename': dir.file('offsets'),
              'offset.flush.interval.ms': '200',
            },
      })
    const config = {
      'connector.class': 'io.confluent.connect.jdbc.JdbcSourceConnector',
      ...connectionOf(postgres),
      ...{ 'tasks.max': '1', 'table.whitelist': 'rows', 'topic.prefix': name },
      ...{ mode: 'incrementing', 'incrementing.column.name': 'id', 'poll.interval.ms': '20' },
      ...{ 'batch.max.rows': '50', 'table.poll.interval.ms': '600000' },
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
      ...(isOnce ? { 'exactly.once.support': 'required' } : {}),
    }
    const ensure = (worker: Sluice): Promise<unknown> =>
      waitFor(
        'the connector is taken',
        () =>
          worker.request('PUT', '/connectors/source/config', config).then(
            () => true,
            () => false,
          ),
        patience,
      )
    const random = randomNumbers(seed)
    let written = 0
    const write = async (count: number): Promise<void> => {
      await connection.query(
        `INSERT INTO rows (t) SELECT 'row ' || n FROM generate_series(1, ${count}) n`,
      )
      written += count
    }
    for (let kill = 0; kill < kills; kill++) {
      const before = await kafka.endOffset(topic)
      await using worker = await start()
      if (kill === 0 || !isOnce) await ensure(worker)
      await write(perRound)
      await waitFor('rows arrive', async () => (await kafka.endOffset(topic)) > before, patience)
      await delay(random() * 150)
      await worker.process.kill()
    }
    await using last = await start()
    if (!isOnce) await ensure(last)
    await write(100)
    const numbers = async (): Promise<number[]> => {
      const texts = isOnce
        ? await readCommitted({ bootstrapServers, topic, kafka })
        : await kafka.readValues(topic)
      return texts.map((text) => (JSON.parse(text ?? '') as { readonly id: number }).id)
    }
    await waitFor('every row', async () => new Set(await numbers()).size >= written, {
      ...patience,
      everyMs: 500,
    })
    // What a stop writes out, or what would be written twice, is there after it.
    await last.process.stop()
    return { found: await numbers(), written }
  })
}

/** What tables hold after so many kills of the worker that writes them, by name; `written` is how many records there were. */
export function killSinks(
  { bootstrapServers, seed, kills, perRound }: KillOptions,
  sinks: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<{
  readonly written: number
  readonly exitCode: number | null
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly different: number }>>
}> {
  return onStage(bootstrapServers, async ({ dir, kafka, postgres, connection }) => {
    const prefix = topicPrefix('jdbc-sink-kill')
    const topic = `${prefix}rows`
    await kafka.createTopic(topic)
    const names = Object.keys(sinks)
    const connectorFiles = await Promise.all(
      names.map((table) =>
        dir.properties(`${table}.properties`, {
          name: `${prefix}${table}`,
          'connector.class': 'io.confluent.connect.jdbc.JdbcSinkConnector',
          ...{ 'tasks.max': '1', topics: topic, ...connectionOf(postgres) },
          ...{ 'table.name.format': table, 'auto.create': 'true' },
          'consumer.override.max.poll.records': '100',
          ...sinks[table],
        }),
      ),
    )
    const start = (): Promise<Sluice> =>
      Sluice.launch({
        ...{ dir, bootstrapServers, connectorFiles },
        properties: {
          ...stringConverters,
          'offset.storage.file.filename': dir.file('offsets'),
          'offset.flush.interval.ms': '300',
          'connector.client.config.override.policy': 'All',
          'consumer.session.timeout.ms': '3000',
          'consumer.heartbeat.interval.ms': '500',
        },
      })
    const countsIn = async (table: string): Promise<{ rows: number; different: number }> => {
      const sql = `SELECT count(*), count(DISTINCT record_value) FROM ${table}`
      const { rows } = await connection.query(sql).catch(() => ({ rows: [] }))
      return { rows: Number(rows[0]?.[0] ?? 0), different: Number(rows[0]?.[1] ?? 0) }
    }
    const [first = ''] = names
    const random = randomNumbers(seed)
    let written = 0
    const send = (count: number): Promise<void> =>
      kafka.send(
        topic,
        Array.from({ length: count }, () => `row ${written++}`),
      )
    for (let kill = 0; kill < kills; kill++) {
      const before = (await countsIn(first)).rows
      await using worker = await start()
      await send(perRound)
      await waitFor('rows arrive', async () => (await countsIn(first)).rows > before, patience)
      await delay(random() * 150)
      await worker.process.kill()
    }
    await using last = await start()
    await send(100)
    for (const table of names) {
      await waitFor(
        `every row is in ${table}`,
        async () => (await countsIn(table)).different === written,
        patience,
      )
    }
    // A row that was written once more would be there by now.
    const exitCode = await last.process.stop()
    if (last.process.log().includes(postgres.password)) throw new Error('The log has a password.')
    const tables = await Promise.all(
      names.map(async (table) => [table, await countsIn(table)] as const),
    )
    return { written, exitCode, tables: Object.fromEntries(tables) }
  })
}
