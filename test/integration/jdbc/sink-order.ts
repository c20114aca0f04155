import { describe, expect, test } from 'vitest'
import { INT32_SCHEMA, STRING_SCHEMA, Struct } from '../../../src/api/index.ts'
import type { SinkRecord } from '../../../src/api/index.ts'
import type { Database } from './sink-databases.ts'
import { SinkHarness, connectTo, optionalText, recordOf, rowsOf, structOf } from './sink-harness.ts'
import { keyed, personOf, upserts } from './sink-people.ts'

const named = structOf({ name: optionalText })
const byId = structOf({ id: INT32_SCHEMA })
const byName = structOf({ name: STRING_SCHEMA })

function write(topic: string, offset: number, key: string): SinkRecord {
  const value = new Struct(named).put('name', `${offset}`)
  return recordOf({ topic, offset, key, keySchema: STRING_SCHEMA, value, valueSchema: named })
}

function remove(topic: string, offset: number, key: string): SinkRecord {
  return recordOf({ topic, offset, key, keySchema: STRING_SCHEMA })
}

/** That a batch ends as its records would one by one, and what becomes of those that do not fit. */
export function describeOrder(databaseOf: () => Database): void {
  describe('a batch', () => {
    test.each<[string, (topic: string) => SinkRecord[]]>([
      ['writes', (t) => ['á', 'a ', 'b', 'a', 'A'].map((key, at) => write(t, at, key))],
      ['writes and deletes', (t) => [write(t, 0, 'A'), remove(t, 1, 'a'), write(t, 2, 'b')]],
      ['deletes and writes', (t) => [write(t, 0, 'b'), remove(t, 1, 'a'), write(t, 2, 'A')]],
    ])(
      'whose keys may be one to the database %s as its records would alone',
      async (kind, records) => {
        await using sink = await SinkHarness.start(databaseOf(), keyed)
        const suffix = kind.replaceAll(' ', '_')
        const topics = [`batch_${suffix}`, `alone_${suffix}`]
        for (const [at, topic] of topics.entries()) {
          await sink.put([write(topic, 10, 'a'), write(topic, 11, 'z')])
          await sink.drain()
          const parts = at === 0 ? [records(topic)] : records(topic).map((record) => [record])
          for (const part of parts) {
            await sink.put(part)
            await sink.drain()
          }
        }
        const connection = await connectTo(databaseOf())
        const [batch, alone] = await Promise.all(
          topics.map((topic) =>
            rowsOf(connection, `SELECT name FROM ${topic} ORDER BY name`).then((rows) =>
              rows.map(([name]) => name),
            ),
          ),
        ).finally(() => connection.close())
        expect(batch).toEqual(alone)
        expect(batch).toContain('11')
      },
    )

    test('whose keys are of two columns takes none for the other', async () => {
      const topic = 'two_keys'
      const connection = await connectTo(databaseOf())
      await connection.query(`CREATE TABLE ${topic} (id INT PRIMARY KEY, name VARCHAR(20))`)
      await using sink = await SinkHarness.start(databaseOf(), { ...keyed, 'pk.fields': '' })
      const value = new Struct(named).put('name', 'kept')
      await sink.put([
        recordOf({
          ...{ topic, offset: 0, keySchema: byId, key: new Struct(byId).put('id', 1) },
          ...{ value, valueSchema: named },
        }),
        recordOf({
          ...{ topic, offset: 1, keySchema: byName, key: new Struct(byName).put('name', '1') },
        }),
      ])
      await sink.drain()
      const rows = await rowsOf(connection, `SELECT name FROM ${topic}`)
      await connection.close()
      expect([rows, sink.letters]).toEqual([[['kept']], []])
    })
  })

  test('a row that is refused is told of without its values where trim.sensitive.log says so', async () => {
    const topic = 'trimmed'
    const inserts = { ...upserts, 'insert.mode': 'insert', 'trim.sensitive.log': 'true' }
    await using sink = await SinkHarness.start(databaseOf(), inserts)
    await sink.put([personOf(topic, 0, 471147, 'a')])
    await sink.drain()
    await sink.put([personOf(topic, 1, 471147, 'b'), personOf(topic, 2, 2, 'c')])
    await sink.drain()
    const [letter, ...others] = sink.letters
    expect(others).toEqual([])
    expect(letter?.record.kafkaOffset).toBe(1)
    expect(letter?.error.message).toMatch(/offset 1 .*trimmed.*the database refuses it \(/)
    expect(`${letter?.error.message} ${String(letter?.error.cause)}`).not.toContain('471147')
  })

  test('a topic that begins before what is written was made anew: the task fails and passes nothing over', async () => {
    const topic = 'made_anew'
    const props = { 'auto.create': 'true', 'exactly.once': 'on' }
    {
      await using sink = await SinkHarness.start(databaseOf(), props)
      await sink.open(topic)
      await sink.put([personOf(topic, 0, 1, 'a'), personOf(topic, 1, 2, 'b')])
      await sink.drain()
    }
    await using again = await SinkHarness.start(databaseOf(), props)
    await again.open(topic)
    await expect(again.put([personOf(topic, 0, 3, 'c')])).rejects.toThrow(
      /'made_anew', partition 0 begins at offset 0, and .*before 2 is written.*made anew/,
    )
  })
}
