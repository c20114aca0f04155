import { describe, expect, test } from 'vitest'
import { SchemaBuilder, Struct } from '../../../src/api/index.ts'
import type { ConnectRecord, ConnectorConfig } from '../../../src/api/index.ts'
import { applied, sourceRecord } from '../support.ts'
import { changeEvent, debezium, envelopeOf } from './support.ts'

const row = SchemaBuilder.struct()
  .optional()
  .field('local', SchemaBuilder.int64().name('io.debezium.time.Timestamp').build())
  .field('zoned', SchemaBuilder.string().name('io.debezium.time.ZonedTimestamp').build())
  .build()

function recordOf(local: string, zoned = '2024-07-01T12:00:00Z'): ConnectRecord {
  const after = new Struct(row, [Date.parse(`${local}Z`), zoned])
  const value = changeEvent(envelopeOf(row), 'c', { after })
  return sourceRecord({ topic: 'orders', schema: value.schema, value })
}

/** The local time as an instant, and the zoned text. */
function shifted(record: ConnectRecord, config: ConnectorConfig): readonly unknown[] {
  const { value } = applied(debezium('TimezoneConverter', config), record)
  const [local, zoned] = (value as Struct).getStruct('after')?.values ?? []
  return [new Date(local as number).toISOString().slice(0, 16), zoned]
}

const losAngeles = { 'converted.timezone': 'America/Los_Angeles' }

describe('TimezoneConverter', () => {
  test.each([
    ['winter', '2024-01-01T12:00', '2024-01-01T20:00'],
    ['summer', '2024-07-01T12:00', '2024-07-01T19:00'],
    ['an hour that there is not', '2024-03-10T02:30', '2024-03-10T10:30'],
    ['an hour that there is twice', '2024-11-03T01:30', '2024-11-03T08:30'],
  ])('takes a local time for one of the zone: %s', (_, local, instant) => {
    expect(shifted(recordOf(local), losAngeles)).toEqual([instant, '2024-07-01T05:00:00-07:00'])
  })

  test('leaves the record that it was given as it was, so that it can be tried again', () => {
    const record = recordOf('2024-01-01T12:00')
    expect(shifted(record, losAngeles)).toEqual(shifted(record, losAngeles))
  })

  test.each([
    [{ 'include.list': 'topic:orders:zoned' }, ['2024-01-01T12:00', '2024-07-01T05:00:00-07:00']],
    [{ 'exclude.list': 'source:t:zoned' }, ['2024-01-01T20:00', '2024-07-01T12:00:00Z']],
    [{ 'exclude.list': 'topic:orders' }, ['2024-01-01T12:00', '2024-07-01T12:00:00Z']],
  ])('shifts what %o says', (lists, expected) => {
    expect(shifted(recordOf('2024-01-01T12:00'), { ...losAngeles, ...lists })).toEqual(expected)
  })

  test.each(['Nowhere', '+25:00', 'z'])('refuses the time zone %s', (zone) => {
    expect(() => debezium('TimezoneConverter', { 'converted.timezone': zone })).toThrow(
      'Invalid timezone format.',
    )
  })

  test('says of a text that is no time what is expected', () => {
    expect(() => shifted(recordOf('2024-01-01T12:00', '2024-02-30T00:00:00Z'), losAngeles)).toThrow(
      "Text '2024-02-30T00:00:00Z' could not be parsed: expected a date that there is.",
    )
  })
})
