import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, inject, test } from 'vitest'
import { startPostgres } from '../services/databases/postgres.ts'
import { connectTo } from '../integration/jdbc/sink-harness.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const { seed } = seedOfRun()
const kills = 3
const perRound = 2000

describe('a JDBC sink whose worker is killed again and again', () => {
  test(`writes every row, and just once where offsets are kept beside the rows (seed ${seed})`, async () => {
    await using dir = await scratchDir()
    await using postgres = await startPostgres()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const prefix = topicPrefix('jdbc-kill')
    const topic = `${prefix}rows`
    await kafka.createTopic(topic)
    const sink = (table: string, props: Readonly<Record<string, string>>): Promise<string> =>
      dir.properties(`${table}.properties`, {
        name: `${prefix}${table}`,
        'connector.class': 'io.confluent.connect.jdbc.JdbcSinkConnector',
        'tasks.max': '1',
        topics: topic,
        'connection.url': postgres.jdbcUrl,
        'connection.user': postgres.user,
        'connection.password': postgres.password,
        'table.name.format': table,
        'auto.create': 'true',
        'consumer.override.max.poll.records': '100',
        ...props,
      })
    const connectorFiles = [await sink('once', { 'exactly.once': 'on' }), await sink('least', {})]
    const start = (): Promise<Sluice> =>
      Sluice.launch({
        dir,
        bootstrapServers: inject('bootstrapServers'),
        connectorFiles,
        properties: {
          ...stringConverters,
          'offset.storage.file.filename': dir.file('offsets'),
          'offset.flush.interval.ms': '300',
          'connector.client.config.override.policy': 'All',
          'consumer.session.timeout.ms': '3000',
          'consumer.heartbeat.interval.ms': '500',
        },
      })
    const connection = await connectTo(postgres)
    const counts = async (table: string): Promise<readonly [rows: number, different: number]> => {
      const sql = `SELECT count(*), count(DISTINCT record_value) FROM ${table}`
      const { rows } = await connection.query(sql).catch(() => ({ rows: [] }))
      return [Number(rows[0]?.[0] ?? 0), Number(rows[0]?.[1] ?? 0)]
    }
    const random = randomNumbers(seed)
    let sent = 0
    const send = async (count: number): Promise<void> => {
      await kafka.send(
        topic,
        Array.from({ length: count }, () => `row ${sent++}`),
      )
    }
    for (let kill = 0; kill < kills; kill++) {
      const before = (await counts('once'))[0]
      await using worker = await start()
      await send(perRound)
      await waitFor('rows arrive', async () => (await counts('once'))[0] > before, {
        timeoutMs: 90_000,
      })
      await delay(random() * 150)
      await worker.process.kill()
    }
    await using last = await start()
    await send(100)
    for (const table of ['once', 'least']) {
      await waitFor(`every row is in ${table}`, async () => (await counts(table))[1] === sent, {
        timeoutMs: 90_000,
      })
    }
    expect(await last.process.stop()).toBe(143)
    // A row that was written once more would be there by now.
    expect(await counts('once')).toEqual([sent, sent])
    expect(last.process.log()).not.toContain(postgres.password)
    await connection.close()
  }, 300_000)
})
