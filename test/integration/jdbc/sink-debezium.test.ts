import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { ConnectorConfig, SinkRecord } from '../../../src/api/index.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import { DebeziumJdbcSinkTask } from '../../../connectors/jdbc/sink/jdbc-sink-task.ts'
import { databases } from './sink-databases.ts'
import type { Database } from './sink-databases.ts'
import { SinkHarness, connectTo, recordOf, rowsOf } from './sink-harness.ts'

const semantic = (builder: SchemaBuilder, name: string) =>
  builder.name(`io.debezium.${name}`).optional().build()
const row = SchemaBuilder.struct()
  .field('id', INT32_SCHEMA)
  .field('name', OPTIONAL_STRING_SCHEMA)
  .field('born', semantic(SchemaBuilder.int32(), 'time.Date'))
  .field('seen', semantic(SchemaBuilder.int64(), 'time.MicroTimestamp'))
  .field('changed', semantic(SchemaBuilder.string(), 'time.ZonedTimestamp'))
  .field('wakes', semantic(SchemaBuilder.int64(), 'time.MicroTime'))
  .field('doc', semantic(SchemaBuilder.string(), 'data.Json'))
  .field('ref', semantic(SchemaBuilder.string(), 'data.Uuid'))
  .field(
    'flags',
    SchemaBuilder.bytes()
      .name('io.debezium.data.Bits')
      .parameter('length', '10')
      .optional()
      .build(),
  )
  .optional()
  .build()
const envelope = SchemaBuilder.struct()
  .name('shop.people.Envelope')
  .field('before', row)
  .field('after', row)
  .field('op', STRING_SCHEMA)
  .build()
const keySchema = SchemaBuilder.struct().field('id', INT32_SCHEMA).build()
const uuid = '0e37df36-f698-11e6-8dd4-cb9ced3df976'

let offset = 0

function event(topic: string, op: string, id: number | null, name = ''): SinkRecord {
  const after =
    id === null || op === 'd'
      ? null
      : new Struct(row, [
          ...[id, name, -1, 1_714_557_600_123_456, '2024-05-01T10:00:00.5+02:00', 36_000_000_001],
          ...['{"a": 1}', uuid, Buffer.from([5, 2])],
        ])
  return recordOf({
    topic,
    offset: offset++,
    ...(id === null ? {} : { keySchema, key: new Struct(keySchema, [id]) }),
    valueSchema: envelope,
    value: new Struct(envelope, [null, after, op]),
  })
}

const kinds = {
  PostgreSQL: {
    read: `SELECT id, name, born::text, seen::text, (changed AT TIME ZONE 'UTC')::text, wakes::text,
      doc->>'a', ref::text, flags::text, pg_typeof(changed)::text FROM shop_people ORDER BY id`,
    row: [
      ...['1', 'new', '1969-12-31', '2024-05-01 10:00:00.123456', '2024-05-01 08:00:00.5'],
      ...['10:00:00.000001', '1', uuid, '1000000101', 'timestamp with time zone'],
    ],
  },
  MariaDB: {
    read: `SELECT id, name, CAST(born AS CHAR), CAST(seen AS CHAR), CAST(changed AS CHAR), CAST(wakes AS CHAR),
      JSON_VALUE(doc, '$.a'), ref, BIN(flags) FROM shop_people ORDER BY id`,
    row: [
      ...[1, 'new', '1969-12-31', '2024-05-01 10:00:00.123456', '2024-05-01 08:00:00.500000'],
      ...['10:00:00.000001', '1', uuid, '1000000101'],
    ],
  },
} as const

describe.each(['PostgreSQL', 'MariaDB'] as const)('Debezium’s sink on %s', (kind) => {
  let server: Database
  let connection: Connection

  beforeAll(async () => {
    server = await databases[kind]()
    connection = await connectTo(server)
  })

  afterAll(async () => {
    await connection.close()
    await server[Symbol.asyncDispose]()
  })

  function start(props: ConnectorConfig = {}): Promise<SinkHarness> {
    const task = new DebeziumJdbcSinkTask()
    const all = {
      ...(server.user === null ? {} : { 'connection.username': server.user }),
      ...{ 'insert.mode': 'upsert', 'primary.key.mode': 'record_key', 'schema.evolution': 'basic' },
      ...{ 'delete.enabled': 'true', 'truncate.enabled': 'true', 'flush.retry.delay.ms': '50' },
      ...props,
    }
    return SinkHarness.start(server, all, true, task)
  }

  test('makes of events the rows they tell of, in columns of the types that were meant', async () => {
    await using sink = await start()
    await sink.put([
      event('shop.people', 'r', 1, 'old'),
      event('shop.people', 'c', 2, 'gone'),
      event('shop.people', 'u', 1, 'new'),
      event('shop.people', 'd', 2),
      recordOf({
        topic: 'shop.people',
        offset: offset++,
        keySchema,
        key: new Struct(keySchema, [2]),
      }),
    ])
    await sink.drain()
    expect(sink.letters).toEqual([])
    const rows = await rowsOf(connection, kinds[kind].read)
    expect(rows.map((found) => found.map((value) => String(value)))).toEqual([
      kinds[kind].row.map((value) => String(value)),
    ])
  })

  test('empties a table where the event says so, between what comes before and after', async () => {
    await using sink = await start({ 'collection.name.format': 'emptied_${topic}' })
    await sink.put([
      event('people', 't', null),
      event('people', 'c', 1, 'before'),
      event('people', 'c', 2, 'before'),
      event('people', 't', null),
      event('people', 'c', 3, 'after'),
    ])
    await sink.drain()
    expect(sink.letters).toEqual([])
    const rows = await rowsOf(connection, 'SELECT id, name FROM emptied_people')
    expect(rows.map(([id, name]) => `${String(id)} ${String(name)}`)).toEqual(['3 after'])
  })
})
