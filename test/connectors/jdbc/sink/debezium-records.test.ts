import { describe, expect, test } from 'vitest'
import {
  Headers,
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  SinkRecord,
  Struct,
} from '../../../../src/api/index.ts'
import type { ConnectorConfig, Schema } from '../../../../src/api/index.ts'
import { DebeziumJdbcSinkConnector } from '../../../../connectors/jdbc/index.ts'
import { truncation } from '../../../../connectors/jdbc/sink/acceptance.ts'
import { debeziumSettingsOf } from '../../../../connectors/jdbc/sink/debezium/debezium-config.ts'
import { tableOfTopic } from '../../../../connectors/jdbc/sink/destination.ts'
import { postgresDialect } from '../../../../connectors/jdbc/drivers/pg.ts'

const row = SchemaBuilder.struct()
  .field('id', INT32_SCHEMA)
  .field('name', OPTIONAL_STRING_SCHEMA)
  .optional()
  .build()
const source = SchemaBuilder.struct()
  .field('db', STRING_SCHEMA)
  .field('table', STRING_SCHEMA)
  .build()
const envelope = SchemaBuilder.struct()
  .name('shop.public.people.Envelope')
  .field('before', row)
  .field('after', row)
  .field('source', source)
  .field('op', STRING_SCHEMA)
  .build()
const keySchema = SchemaBuilder.struct().field('id', INT32_SCHEMA).build()

const url = { name: 'sink', 'connection.url': 'jdbc:postgresql://h/db' }
const byKey = { 'primary.key.mode': 'record_key', 'delete.enabled': 'true' }

function person(id: number, name: string | null): Struct {
  return new Struct(row, [id, name])
}

function event(op: string, before: Struct | null, after: Struct | null): SinkRecord {
  const from = new Struct(source, ['shop', 'people'])
  const value = new Struct(envelope, [before, after, from, op])
  const key = new Struct(keySchema, [1])
  const headers = new Headers().add('h', 7, INT32_SCHEMA)
  return new SinkRecord(
    ...(['shop.public.people', 0, keySchema, key, envelope, value, 5] as const),
    ...([null, 'NoTimestampType', headers] as const),
  )
}

function flat(value: unknown, schema: Schema | null): SinkRecord {
  return new SinkRecord(
    'shop.public.people',
    0,
    keySchema,
    new Struct(keySchema, [1]),
    schema,
    value,
    5,
  )
}

function adapted(record: SinkRecord, props: ConnectorConfig): SinkRecord | null {
  const { records } = debeziumSettingsOf({ ...url, ...props })
  return records === null ? record : records.adapt(record)
}

const valuesOf = (value: unknown): unknown => (value instanceof Struct ? value.values : value)

describe('a change event', () => {
  test.each(['c', 'u', 'r'])('of op %s becomes the row behind it', (op) => {
    const record = adapted(event(op, person(1, 'a'), person(1, 'b')), byKey)
    expect([valuesOf(record?.key), valuesOf(record?.value)]).toEqual([[1], [1, 'b']])
    expect(record?.valueSchema).toBe(row)
    expect([record?.topic, record?.originalKafkaOffset]).toEqual(['shop.public.people', 5])
  })

  test.each<[string, ConnectorConfig, unknown]>([
    ['by its key', byKey, [1]],
    [
      'by fields of the row before it',
      {
        'primary.key.mode': 'record_value',
        'primary.key.fields': 'name',
        'delete.enabled': 'true',
      },
      ['a'],
    ],
    [
      'by headers',
      { 'primary.key.mode': 'record_header', 'primary.key.fields': 'h', 'delete.enabled': 'true' },
      [7],
    ],
  ])('of a delete becomes a record without a value: %s', (_, props, key) => {
    const record = adapted(event('d', person(1, 'a'), null), props)
    expect(record).toMatchObject({ value: null, valueSchema: null })
    expect(valuesOf(record?.key)).toEqual(key)
  })

  test('of a truncation empties the table where that is on, and is passed over where it is not', () => {
    const record = event('t', null, null)
    expect(adapted(record, { ...byKey, 'truncate.enabled': 'true' })?.value).toBe(truncation)
    expect(adapted(record, byKey)).toBeNull()
  })

  test.each<[string, SinkRecord, ConnectorConfig]>([
    ['a delete where deletes are off', event('d', person(1, 'a'), null), {}],
    ['a message', event('m', null, null), byKey],
    ['a tombstone where deletes are off', flat(null, null), {}],
    [
      'a heartbeat',
      flat(1, SchemaBuilder.struct().name('io.debezium.connector.common.Heartbeat').build()),
      byKey,
    ],
    [
      'a change of a schema',
      flat(1, SchemaBuilder.struct().name('io.debezium.connector.mysql.SchemaChangeValue').build()),
      byKey,
    ],
    [
      'the end of a transaction',
      flat(
        1,
        SchemaBuilder.struct()
          .name('io.debezium.connector.common.TransactionMetadataValue')
          .build(),
      ),
      byKey,
    ],
  ])('%s is passed over', (_, record, props) => {
    expect(adapted(record, props)).toBeNull()
  })

  test('a tombstone deletes by its key, and a flat record is taken as it is', () => {
    const tombstone = flat(null, null)
    expect(adapted(tombstone, byKey)).toBe(tombstone)
    const plain = flat(person(1, 'a'), row)
    expect(adapted(plain, byKey)).toBe(plain)
  })

  test.each<[string, SinkRecord, ConnectorConfig, RegExp]>([
    ['an unknown op', event('x', null, null), byKey, /offset 5 is a change event with op "x"/],
    ['a change without a row', event('c', null, null), byKey, /offset 5 .*without "after"/],
    [
      'a delete without the row that has its key',
      event('d', null, null),
      { 'primary.key.mode': 'record_value', 'delete.enabled': 'true' },
      /offset 5 is a delete without "before"/,
    ],
    [
      'a header that is not there',
      event('c', null, person(1, 'a')),
      { 'primary.key.mode': 'record_header', 'primary.key.fields': 'other' },
      /offset 5 has no header "other"/,
    ],
    [
      'a field of the key that is not there',
      event('c', null, person(1, 'a')),
      { 'primary.key.mode': 'record_value', 'primary.key.fields': 'nr', 'delete.enabled': 'true' },
      /offset 5 has no field nr/,
    ],
  ])('with %s is refused, and says which record', (_, record, props, message) => {
    expect(() => adapted(record, props)).toThrow(message)
  })
})

describe('the table of an event', () => {
  function tableOf(props: ConnectorConfig): unknown {
    const { settings, records } = debeziumSettingsOf({ ...url, ...props })
    const record = records?.adapt(event('c', null, person(1, 'a')))
    return tableOfTopic(record?.topic ?? '', settings, postgresDialect)
  }

  test.each([
    [{}, { schema: null, table: 'shop_public_people' }],
    [{ 'collection.name.format': 'Kept_${topic}' }, { table: 'kept_shop_public_people' }],
    [
      { 'collection.name.format': 'x.${topic}', 'quote.identifiers': 'true' },
      { schema: 'x', table: 'shop_public_people' },
    ],
    [
      { 'collection.name.format': '${source.db}.${source.table}' },
      { schema: 'shop', table: 'people' },
    ],
    [{ 'table.name.format': 'old_${source.table}' }, { table: 'old_people' }],
  ])('%o names %o', (props, expected) => {
    expect(tableOf(props)).toMatchObject(expected)
  })

  test('needs the fields of its source that its name has', () => {
    expect(() => tableOf({ 'collection.name.format': '${source.nothing}' })).toThrow(
      /has no source field "nothing"/,
    )
  })
})

describe('the configuration of Debezium’s sink', () => {
  test('has its defaults', () => {
    const { settings, database } = debeziumSettingsOf({
      ...url,
      'connection.username': 'u',
      'connection.pool.max_size': '8',
      'hibernate.c3p0.idle_test_period': '3',
      'connection.ApplicationName': 'mine',
    })
    expect(settings).toMatchObject({
      ...{ insertMode: 'insert', pkMode: 'none', batchSize: 500, maxRetries: 5 },
      ...{ retryBackoffMs: 1000, quoteIdentifiers: false, replaceNullWithDefault: false },
      ...{ autoCreate: false, autoEvolve: false, deleteEnabled: false },
    })
    expect(database.user).toBe('u')
    expect([...database.extras]).toEqual([['ApplicationName', 'mine']])
  })

  test('schema.evolution=basic creates and extends tables', () => {
    const { settings } = debeziumSettingsOf({ ...url, 'schema.evolution': 'basic' })
    expect(settings).toMatchObject({ autoCreate: true, autoEvolve: true })
  })

  test.each([
    [{ 'field.include.list': 'a,orders:b' }, ['a', 'orders:b'], ['b', 'x:b']],
    [{ 'field.exclude.list': 'a.*,orders:b' }, ['b', 'x:b'], ['abc', 'orders:b']],
  ])('%o keeps %o and leaves out %o', (props, kept, left) => {
    const filter = debeziumSettingsOf({ ...url, ...props }).settings.fieldFilter
    const isKept = (text: string): boolean | undefined => {
      const [field = '', topic = 'any'] = text.split(':').reverse()
      return filter?.(topic, field)
    }
    expect(kept.map(isKept)).toEqual(kept.map(() => true))
    expect(left.map(isKept)).toEqual(left.map(() => false))
  })

  test.each<[ConnectorConfig, string, RegExp]>([
    [{ 'delete.enabled': 'true' }, 'delete.enabled', /Deletes need the key/],
    [{ 'insert.mode': 'upsert' }, 'insert.mode', /needs a key/],
    [
      { 'primary.key.mode': 'kafka', 'primary.key.fields': 'a' },
      'primary.key.fields',
      /expected three/,
    ],
    [{ 'primary.key.mode': 'record_header' }, 'primary.key.fields', /name the headers/],
    [
      { 'field.include.list': 'a', 'field.exclude.list': 'b' },
      'field.exclude.list',
      /cannot both be set/,
    ],
    [{ 'collection.naming.strategy': 'x.MyStrategy' }, 'collection.naming.strategy', /Java class/],
    [{ 'schema.evolution': 'advanced' }, 'schema.evolution', /expected one of/],
    [{ 'use.time.zone': 'Mars/Base' }, 'use.time.zone', /no such time zone/],
  ])('%o is refused at %s', async (props, key, message) => {
    const connector = new DebeziumJdbcSinkConnector()
    const values = await connector.validate({ ...url, ...props }, AbortSignal.timeout(30_000))
    const found = values.find(({ name }) => name === key)
    expect(found?.errorMessages.join()).toMatch(message)
  })
})
