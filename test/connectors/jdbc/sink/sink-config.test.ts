import { describe, expect, test } from 'vitest'
import { INT32_SCHEMA } from '../../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../../src/api/index.ts'
import type { Vendor } from '../../../../connectors/jdbc/config/common-config.ts'
import type { Column } from '../../../../connectors/jdbc/core/types.ts'
import { columnOf, missingFields } from '../../../../connectors/jdbc/sink/row-plan.ts'
import { sinkSettingsOf } from '../../../../connectors/jdbc/sink/sink-config.ts'

const url = { name: 'sink', 'connection.url': 'jdbc:postgresql://h/db' }

describe('the configuration of the sink', () => {
  test.each<[Vendor, ConnectorConfig, RegExp]>([
    [
      'confluent',
      { 'delete.enabled': 'true' },
      /Deletes are only supported for pk.mode record_key/,
    ],
    ['confluent', { 'insert.mode': 'update' }, /insert.mode is update, which needs a key/],
    ['confluent', { 'insert.mode': 'upsert' }, /insert.mode is upsert, which needs a key/],
    ['confluent', { 'insert.mode': 'Upsert' }, /expected one of insert, multi, upsert, update/],
    ['confluent', { 'pk.mode': 'kafka', 'pk.fields': 'a' }, /expected three/],
    ['confluent', { 'connection.url': '' }, /Missing required configuration "connection.url"/],
    ['confluent', { 'db.timezone': 'Mars/Base' }, /no such time zone/],
    ['aiven', { 'pk.fields': 'a' }, /should not be set when pkMode is none/],
  ])('of %s with %o is refused', (vendor, props, message) => {
    expect(() => sinkSettingsOf(vendor, { ...url, ...props })).toThrow(message)
  })

  test('gives the driver what is no key of its own', () => {
    const { database } = sinkSettingsOf('confluent', {
      ...url,
      'connection.user': 'u',
      'connection.ApplicationName': 'mine',
      'sqlserver.experimental': 'true',
    })
    expect([...database.extras]).toEqual([
      ['ApplicationName', 'mine'],
      ['sqlserver.experimental', 'true'],
    ])
  })
})

describe('a field', () => {
  const column = (name: string): Column => ({
    ...{ name, type: 'INTEGER', typeName: 'int4', nullable: true, precision: 0, scale: 0 },
    ...{ unsigned: false, autoIncrement: false },
  })
  const columns = ['aAa', 'AaA', 'id'].map(column)
  const field = (name: string) =>
    ({ name, schema: INT32_SCHEMA, isKey: false, origin: 'valueField', index: 0 }) as const

  test('goes to the column that is spelled alike, else to the only one that differs in case alone', () => {
    expect(columnOf(columns, 'aAa')?.name).toBe('aAa')
    expect(columnOf(columns, 'ID')?.name).toBe('id')
    expect(columnOf(columns, 'aaa')).toBeNull()
  })

  test('is missing where no column has its name in any case', () => {
    const missing = missingFields(columns, [field('aaa'), field('ID'), field('other')])
    expect(missing.map(({ name }) => name)).toEqual(['other'])
  })
})
