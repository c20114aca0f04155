import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  INT32_SCHEMA,
  INT64_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { ConnectorConfig, Schema } from '../../../src/api/index.ts'
import { useTimeZone } from '../../support/time-zone.ts'
import type { Database, DatabaseName } from './sink-databases.ts'
import { SinkHarness, connectTo, rowsOf, structOf, structRecord } from './sink-harness.ts'

const schema = structOf({
  id: INT32_SCHEMA,
  tiny: SchemaBuilder.int8().build(),
  small: SchemaBuilder.int16().build(),
  large: INT64_SCHEMA,
  single: SchemaBuilder.float32().build(),
  double: SchemaBuilder.float64().build(),
  yes: SchemaBuilder.bool().build(),
  text: STRING_SCHEMA,
  bytes: SchemaBuilder.bytes().build(),
  price: Decimal.schema(4),
  day: ConnectDate.SCHEMA,
  clock: ConnectTime.SCHEMA,
  at: ConnectTimestamp.SCHEMA,
  exact: INT64_SCHEMA,
})

function rowOf(id: number): Struct {
  return new Struct(schema)
    .put('id', id)
    .put('tiny', -128)
    .put('small', 32767)
    .put('large', 9223372036854775807n)
    .put('single', 0.5)
    .put('double', -1.25e-10)
    .put('yes', true)
    .put('text', 'naïve 😀')
    .put('bytes', Buffer.from([0, 92, 255]))
    .put('price', new Decimal(-123456789n, 4))
    .put('day', new Date(Date.UTC(1977, 1, 13)))
    .put('clock', new Date(72602123))
    .put('at', new Date(1474661402123))
    .put('exact', 1474661402123456)
}

const bytesText: Readonly<Record<DatabaseName, string>> = {
  PostgreSQL: `encode(bytes, 'hex')`,
  MariaDB: 'lower(hex(bytes))',
  SQLite: 'lower(hex(bytes))',
}

/** What a database shows of a row, whose times are those of Tokyo. */
const shown: Readonly<Record<DatabaseName, readonly unknown[]>> = {
  PostgreSQL: [
    ...['9223372036854775807', '-1.25e-10', 'true', '005cff', '-12345.6789', '1977-02-13'],
    ...['05:10:02.123', '2016-09-24 05:10:02.123', '2016-09-24 05:10:02.123456'],
  ],
  MariaDB: [
    ...['9223372036854775807', '-0.000000000125', '1', '005cff', '-12345.6789', '1977-02-13'],
    ...['05:10:02.123', '2016-09-24 05:10:02.123', '2016-09-24 05:10:02.123456'],
  ],
  SQLite: [
    ...['9223372036854775807', '-1.25e-10', '1', '005cff', '-12345.6789', '224640000000'],
    ...['72602123', '1474661402123', '2016-09-24 05:10:02.123456'],
  ],
}

const props: ConnectorConfig = {
  'auto.create': 'true',
  'db.timezone': 'Asia/Tokyo',
  'timestamp.fields.list': 'exact',
}
const modes: readonly ConnectorConfig[] = [
  props,
  { ...props, 'insert.mode': 'upsert', 'pk.mode': 'record_value', 'pk.fields': 'id' },
]

/** That values arrive as they were sent, whatever the zone of the process. */
export function describeValues(name: DatabaseName, databaseOf: () => Database): void {
  describe('values', () => {
    useTimeZone('Asia/Kathmandu')

    test('arrive exactly in every mode, wherever the process lives', async () => {
      const connection = await connectTo(databaseOf())
      const cast = name === 'MariaDB' ? 'CHAR' : 'TEXT'
      const columns = ['large', 'double', 'yes', null, 'price', 'day', 'clock', 'at', 'exact'].map(
        (column) =>
          column === null ? bytesText[name] : `CAST(${quoted(name, column)} AS ${cast})`,
      )
      for (const [at, mode] of modes.entries()) {
        await using sink = await SinkHarness.start(databaseOf(), mode)
        const records = Array.from({ length: 60 }, (_, id) => {
          return structRecord(`typed${at}`, id, rowOf(id))
        })
        await sink.put(records)
        await sink.drain()
        expect(sink.letters).toEqual([])
        const rows = await rowsOf(connection, `SELECT ${columns.join(',')} FROM typed${at}`)
        expect(rows).toHaveLength(60)
        expect(rows[7]?.map(String)).toEqual(shown[name])
      }
      await connection.close()
    })
  })
}

function quoted(name: DatabaseName, column: string): string {
  return name === 'PostgreSQL' ? `"${column}"` : `\`${column}\``
}

/** What no other database has. */
export function describePostgresTypes(databaseOf: () => Database): void {
  describePostgresTables(databaseOf)
  describe('columns that PostgreSQL has types of its own for', () => {
    const texts: Readonly<Record<string, readonly [type: string, value: string]>> = {
      a: ['uuid', '0b5a8d7e-25c5-4b1e-9d07-0a4b1f1d2c3e'],
      b: ['jsonb', '{"a": [1, 2]}'],
      c: ['mood', 'happy'],
      d: ['inet', '10.0.0.1'],
      e: ['interval', '1 day 02:03:04'],
      f: ['numeric(10,2)', '12.34'],
      g: ['character(3)', 'abc'],
      h: ['timestamp with time zone', '2016-09-23 20:10:02+00'],
      i: ['integer[]', '{1,2}'],
      j: ['bit(3)', '101'],
      k: ['character(3)[]', '{abc,def}'],
      l: ['bit(3)[]', '{101,110}'],
    }

    test('take texts, by COPY and in arrays', async () => {
      const database = databaseOf()
      const connection = await connectTo(database)
      await connection.query(`CREATE TYPE mood AS ENUM ('sad', 'happy')`)
      const names = Object.keys(texts)
      const value = structOf({
        id: INT32_SCHEMA,
        list: SchemaBuilder.array(SchemaBuilder.string().optional().build()).build(),
        ...Object.fromEntries(names.map((name): [string, Schema] => [name, STRING_SCHEMA])),
      })
      const columns = names.map((name) => `${name} ${texts[name]?.[0] ?? ''}`).join(', ')
      await connection.query(`CREATE TABLE own (id int PRIMARY KEY, list text[], ${columns})`)
      const record = (id: number) => {
        const struct = new Struct(value).put('id', id).put('list', ['x', null, '{"'])
        for (const name of names) struct.put(name, texts[name]?.[1] ?? '')
        return structRecord('own', id, struct)
      }
      const upsert = { 'insert.mode': 'upsert', 'pk.mode': 'record_value', 'pk.fields': 'id' }
      await using inserting = await SinkHarness.start(database)
      await inserting.put(Array.from({ length: 60 }, (_, id) => record(id)))
      await inserting.drain()
      await using upserting = await SinkHarness.start(database, upsert)
      await upserting.put(Array.from({ length: 60 }, (_, id) => record(id + 30)))
      await upserting.drain()
      await using updating = await SinkHarness.start(database, {
        ...upsert,
        'insert.mode': 'update',
      })
      await updating.put([record(1), record(89)])
      await updating.drain()
      expect([...inserting.letters, ...upserting.letters, ...updating.letters]).toEqual([])
      const rows = await rowsOf(
        connection,
        `SELECT count(*), count(DISTINCT (list, ${names.map((name) => `${name}::text`).join(',')})) FROM own`,
      )
      expect(rows).toEqual([['90', '1']])
      const [row] = await rowsOf(connection, `SELECT ${names.join(',')}, list FROM own LIMIT 1`)
      const [...values] = row ?? []
      expect(values).toEqual([...names.map((name) => texts[name]?.[1]), '{x,NULL,"{\\""}'])
      await connection.close()
    })

    test('and name the column of a value that they refuse', async () => {
      const database = databaseOf()
      const connection = await connectTo(database)
      await connection.query('CREATE TABLE short (id int PRIMARY KEY, name varchar(3))')
      const value = structOf({ id: INT32_SCHEMA, name: STRING_SCHEMA })
      await using sink = await SinkHarness.start(database, {
        ...{ 'insert.mode': 'upsert', 'pk.mode': 'record_value', 'pk.fields': 'id' },
      })
      const record = (id: number, name: string) =>
        structRecord('short', id, new Struct(value).put('id', id).put('name', name))
      await sink.put([record(0, 'abc'), record(1, 'abcd'), record(2, 'ab\0')])
      await sink.drain()
      const messages = sink.letters.map(({ error }) => error.message)
      expect(messages[0]).toMatch(
        /offset 1 cannot be written to table .*short, column name,.*22001/,
      )
      expect(messages[1]).toMatch(/offset 2 cannot be written to table .*short.*22021/)
      expect(await rowsOf(connection, 'SELECT id FROM short')).toEqual([['0']])
      await connection.close()
    })
  })
}

function describePostgresTables(databaseOf: () => Database): void {
  const shaped = structOf({ id: INT32_SCHEMA, shape: STRING_SCHEMA })
  const records = (topic: string) =>
    Array.from({ length: 60 }, (_, at) =>
      structRecord(topic, at, new Struct(shaped).put('id', at).put('shape', `(${at},2),(0,1)`)),
    )

  test.each([
    ['a view', 'TEXT', 'insert'],
    ['a column whose arrays have no commas', 'BOX', 'upsert'],
  ])('%s takes many rows in one transaction', async (_, type, mode) => {
    const [table, target] = type === 'BOX' ? ['boxes', 'boxes'] : ['beneath', 'above']
    const connection = await connectTo(databaseOf())
    await connection.query(`CREATE TABLE ${table} (id int PRIMARY KEY, shape ${type})`)
    if (target !== table) await connection.query(`CREATE VIEW ${target} AS SELECT * FROM ${table}`)
    const keys = { 'pk.mode': 'record_value', 'pk.fields': 'id', 'table.types': 'TABLE,VIEW' }
    await using sink = await SinkHarness.start(databaseOf(), { ...keys, 'insert.mode': mode })
    await sink.put(records(target))
    await sink.drain()
    // Each part of a batch that is halved has a number of its own.
    const counts = `SELECT count(*), count(DISTINCT xmin::text) FROM ${table}`
    const rows = await rowsOf(connection, counts)
    await connection.close()
    expect(rows.map((row) => row.map(Number))).toEqual([[60, 1]])
    expect([sink.letters, sink.retries]).toEqual([[], 0])
  })
}
