import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INT32_SCHEMA, STRING_SCHEMA, Struct } from '../../../src/api/index.ts'
import type { ConnectorConfig, SinkRecord } from '../../../src/api/index.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import { randomNumbers } from '../../support/random-numbers.ts'
import { seedOfRun } from '../../support/seed-of-run.ts'
import { TcpProxy } from '../../support/tcp-proxy.ts'
import {
  SinkHarness,
  connectTo,
  optionalText,
  rowsOf,
  structOf,
  structRecord,
} from './sink-harness.ts'
import type { Address } from './sink-harness.ts'
import type { Database } from './sink-databases.ts'

const { seed } = seedOfRun()
const schema = structOf({ id: INT32_SCHEMA, name: STRING_SCHEMA })
const puts = 30
const perPut = 200
const count = puts * perPut

/** That a link to the database which is cut again and again loses nothing. */
export function describeFaults(databaseOf: () => Database): void {
  describe('a link that is cut again and again', () => {
    let connection: Connection
    let proxy: TcpProxy
    let through: Address

    beforeAll(async () => {
      const server = databaseOf()
      const port = Number(/:(\d+)\//.exec(server.jdbcUrl)?.[1])
      proxy = await TcpProxy.start(port)
      through = { ...server, jdbcUrl: server.jdbcUrl.replace(`:${port}/`, `:${proxy.port}/`) }
      connection = await connectTo(server)
    })

    afterAll(async () => {
      await connection.close()
      await proxy[Symbol.asyncDispose]()
    })

    function record(topic: string, offset: number): SinkRecord {
      const value = new Struct(schema).put('id', offset).put('name', `name of ${offset}`)
      return structRecord(topic, offset, value)
    }

    /** Puts `count` records while a connection is cut every few chunks of bytes. */
    async function putThrough(topic: string, props: ConnectorConfig): Promise<void> {
      const random = randomNumbers(seed)
      const sink = await SinkHarness.start(through, {
        'auto.create': 'true',
        'max.retries': '1000',
        'retry.backoff.ms': '1',
        ...props,
      })
      await using _sink = sink
      await sink.open(topic)
      proxy.cuts = 0
      // More than it takes to connect and to look at the tables: else nothing would ever be written.
      const fewest = 40
      let left = fewest
      proxy.faults = {
        cuts: () => {
          if (left-- > 0) return false
          left = fewest + Math.floor(random() * 10)
          return true
        },
        delayMs: () => 1,
      }
      for (let put = 0; put < puts; put++) {
        const from = put * perPut
        await sink.put(Array.from({ length: perPut }, (__, at) => record(topic, from + at)))
        // Each on its own: a few large batches would be hit less often.
        await sink.drain()
      }
      await sink.drain()
      proxy.faults = { cuts: () => false, delayMs: () => 0 }
      expect(proxy.cuts).toBeGreaterThan(0)
      expect(await sink.preCommit()).toEqual([{ topic, partition: 0, offset: count }])
    }

    async function idsIn(topic: string): Promise<readonly number[]> {
      const rows = await rowsOf(connection, `SELECT id FROM ${topic} ORDER BY id`)
      return rows.map(([id]) => Number(id))
    }

    const everyId = Array.from({ length: count }, (__, at) => at)

    test(`repeats rows, and loses none (seed ${seed})`, async () => {
      await putThrough('inserted', {})
      const ids = await idsIn('inserted')
      expect([...new Set(ids)]).toEqual(everyId)
    })

    test(`repeats nothing where rows have a key (seed ${seed})`, async () => {
      const keyed = { 'insert.mode': 'upsert', 'pk.mode': 'record_value', 'pk.fields': 'id' }
      await putThrough('upserted', keyed)
      expect(await idsIn('upserted')).toEqual(everyId)
    })

    test(`writes each row once where offsets are kept beside the rows (seed ${seed})`, async () => {
      await putThrough('once', { 'exactly.once': 'on' })
      expect(await idsIn('once')).toEqual(everyId)
    })

    test('finds the record at fault again where the link is cut while it is looked for', async () => {
      await connection.query('CREATE TABLE picky (id INT PRIMARY KEY, name VARCHAR(30) NOT NULL)')
      const optional = structOf({ id: INT32_SCHEMA, name: optionalText })
      const records = Array.from({ length: 3000 }, (_, at) => {
        const value = new Struct(optional).put('id', at).put('name', at === 1234 ? null : 'x')
        return structRecord('picky', at, value)
      })
      await using sink = await SinkHarness.start(through)
      proxy.cuts = 0
      // A batch as a whole takes fewer chunks, the search for its bad row more.
      let left = 60
      proxy.faults = { cuts: () => --left === 0, delayMs: () => 0 }
      await sink.put(records)
      await sink.drain()
      proxy.faults = { cuts: () => false, delayMs: () => 0 }
      expect([proxy.cuts, sink.retries]).toEqual([1, 1])
      expect(sink.letters.map(({ record: letter }) => letter.kafkaOffset)).toEqual([1234])
      expect(await idsIn('picky')).toEqual(records.flatMap((_, at) => (at === 1234 ? [] : [at])))
    })

    test('opens a partition on a new connection where the old one was cut while it lay idle', async () => {
      const once = { 'auto.create': 'true', 'exactly.once': 'on' }
      await using sink = await SinkHarness.start(through, once)
      await sink.open('idle')
      await sink.put([record('idle', 0)])
      await sink.drain()
      let isCut = false
      proxy.faults = {
        cuts: () => {
          const isFirst = !isCut
          isCut = true
          return isFirst
        },
        delayMs: () => 0,
      }
      await sink.open('idle')
      proxy.faults = { cuts: () => false, delayMs: () => 0 }
      expect([isCut, sink.rewinds]).toEqual([true, [{ topic: 'idle', partition: 0, offset: 1 }]])
    })

    test('takes a batch of 500 rows in a few messages, so that a slow link costs it little', async () => {
      await using sink = await SinkHarness.start(through, { 'auto.create': 'true' })
      await sink.put([record('held', 0)])
      await sink.drain()
      let roundTrips = 0
      let isAsked = false
      proxy.faults = {
        cuts: () => false,
        // However many chunks a message comes in: what is answered is counted.
        delayMs: (isAnswer) => {
          if (isAnswer && isAsked) roundTrips++
          isAsked = !isAnswer
          return 10
        },
      }
      await sink.put(Array.from({ length: 500 }, (__, at) => record('held', at + 1)))
      await sink.drain()
      proxy.faults = { cuts: () => false, delayMs: () => 0 }
      expect(await idsIn('held')).toHaveLength(501)
      expect(roundTrips).toBeLessThanOrEqual(8)
    })
  })
}
