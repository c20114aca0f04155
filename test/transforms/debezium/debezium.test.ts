import { describe, expect, test } from 'vitest'
import {
  OPTIONAL_BYTES_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  javaToString,
} from '../../../src/api/index.ts'
import type { ConnectRecord, ConnectorConfig, Schema } from '../../../src/api/index.ts'
import { applied, sinkRecord, sourceRecord } from '../support.ts'
import { changeEvent, debezium, envelopeOf } from './support.ts'

const row = SchemaBuilder.struct()
  .optional()
  .name('srv.db.t.Value')
  .field('id', STRING_SCHEMA)
  .field('name', OPTIONAL_STRING_SCHEMA)
  .build()
const schema = envelopeOf(row)
const rowOf = (id: string, name: string | null = null): Struct => new Struct(row, [id, name])
const update = changeEvent(schema, 'u', { before: rowOf('1', 'a'), after: rowOf('1', 'b') })
const removal = changeEvent(schema, 'd', { before: rowOf('1', 'a') })

describe('ExtractNewRecordState', () => {
  test('makes the row of the event, with what is added', () => {
    const unwrap = debezium('ExtractNewRecordState', {
      'add.fields': 'op,source.table:from',
      'add.headers': 'source.ts_ms',
    })
    const { value, headers } = applied(unwrap, sourceRecord({ schema, value: update }))
    expect(String(value)).toBe('Struct{id=1,name=b,__op=u,__from=t}')
    expect(headers?.lastWithName('__source_ts_ms')?.value).toBe(5)
  })

  test.each([
    ['drop', undefined, undefined],
    ['tombstone', null, undefined],
    ['delete-to-tombstone', null, undefined],
    ['rewrite', 'Struct{id=1,name=a,__deleted=true}', undefined],
    ['rewrite-with-tombstone', 'Struct{id=1,name=a,__deleted=true}', null],
  ])('with %s a delete becomes %s, and its tombstone %s', (mode, ofDelete, ofTombstone) => {
    const unwrap = debezium('ExtractNewRecordState', { 'delete.tombstone.handling.mode': mode })
    const shown = (record: ConnectRecord): unknown => {
      const result = unwrap.apply(record) as ConnectRecord | null
      if (result === null) return undefined
      return result.value === null ? null : javaToString(result.value)
    }
    expect(shown(sinkRecord({ schema, value: removal }))).toBe(ofDelete)
    expect(shown(sinkRecord({ value: null }))).toBe(ofTombstone)
  })

  test('leaves the record that it was given as it was, so that it can be tried again', () => {
    const unwrap = debezium('ExtractNewRecordState', { 'add.headers': 'op' })
    const record = sinkRecord({ schema, value: update, headers: [] })
    expect(applied(unwrap, record).headers?.size).toBe(1)
    expect(applied(unwrap, record).headers?.size).toBe(1)
  })

  test('tells lists of fields to drop apart, whatever the names hold', () => {
    const unwrap = debezium('ExtractNewRecordState', { 'drop.fields.header.name': 'drop' })
    const shown = (...names: readonly string[]): string => {
      const headers = [['drop', null, names]] as const
      return javaToString(applied(unwrap, sourceRecord({ schema, value: update, headers })).value)
    }
    expect(shown('x\0name')).toBe('Struct{id=1,name=b}')
    expect(shown('x', 'name')).toBe('Struct{id=1}')
  })

  test('says what is wrong with its configuration', () => {
    const configure = (): unknown => {
      return debezium('ExtractNewRecordState', { 'delete.tombstone.handling.mode': 'keep' })
    }
    expect(configure).toThrow(
      /^Unable to validate config\. The 'delete.tombstone.handling.mode' value 'keep' is invalid: Value must be one of .*\.$/,
    )
  })

  test('adds no field under a name that there is', () => {
    const unwrap = debezium('ExtractNewRecordState', {
      'add.fields': 'op:name',
      'add.fields.prefix': '',
    })
    expect(() => unwrap.apply(sinkRecord({ schema, value: update }))).toThrow(
      'Cannot create field because of field name duplication name',
    )
  })

  test('names a part of the event that is not there', () => {
    const unwrap = debezium('ExtractNewRecordState', { 'add.fields': 'transaction.id' })
    expect(() => unwrap.apply(sinkRecord({ schema, value: update }))).toThrow(
      'The change event has no field "transaction"',
    )
  })
})

describe('what another topic or header says of a schema is no reason to call this one so', () => {
  test('ByLogicalTableRouter', () => {
    const merge = debezium('ByLogicalTableRouter', {
      'topic.regex': '(.*)-\\d',
      'topic.replacement': '$1',
    })
    const names = ['a-1', 'b-1', 'a-2'].map((topic) => {
      return applied(merge, sourceRecord({ topic, schema, value: update })).valueSchema?.name
    })
    expect(names).toEqual(['a.Envelope', 'b.Envelope', 'a.Envelope'])
  })

  test('HeaderToValue', () => {
    const move = debezium('HeaderToValue', { headers: 'a,b', fields: 'x,y', operation: 'move' })
    const texts = [['a'], ['b', 'a'], ['a']].map((names) => {
      const headers = names.map((name) => [name, STRING_SCHEMA, name] as const)
      const moved = applied(move, sourceRecord({ schema: row, value: rowOf('1'), headers }))
      return `${String(moved.value)} ${moved.headers?.size ?? 0}`
    })
    expect(texts).toEqual(['Struct{id=1,x=a} 0', 'Struct{id=1,y=b,x=a} 0', 'Struct{id=1,x=a} 0'])
  })

  test('EventRouter', () => {
    const route = debezium('outbox.EventRouter', {
      'table.fields.additional.placement': 'type:envelope',
    })
    const names = ['order', 'user'].map((topic) => {
      return applied(route, outboxRecord('{}', topic)).valueSchema?.name
    })
    expect(names).toEqual(['srv.outbox.order.Value', 'srv.outbox.user.Value'])
  })
})

describe('EventRouter', () => {
  test('sends an event of the row to its topic, with its id, key and time', () => {
    const routed = applied(debezium('outbox.EventRouter', {}), outboxRecord('{"n":1}', 'order'))
    const { topic, key, value, timestamp, headers } = routed
    expect({ topic, key, value, timestamp }).toEqual({
      topic: 'outbox.event.order',
      key: '7',
      value: '{"n":1}',
      timestamp: 9,
    })
    expect(headers?.lastWithName('id')?.value).toBe('e1')
  })

  const expand: ConnectorConfig = { 'table.expand.json.payload': 'true' }

  test('makes a struct of JSON', () => {
    const json = '{"a":{"b":[1,2]},"n":12345678901,"x":1.0,"y":null}'
    const { value, valueSchema } = applied(
      debezium('outbox.EventRouter', expand),
      outboxRecord(json),
    )
    expect(String(value)).toBe('Struct{a=Struct{b=[1, 2]},n=12345678901,x=1.0}')
    expect(valueSchema?.field('n')?.schema.type).toBe('INT64')
    expect(valueSchema?.field('a')?.schema.name).toBe('payload.a')
  })

  test.each([
    ['an array', '[{"a":1}]'],
    ['an array of what does not fit one schema', '{"a":[{"b":1},{"b":"x"}]}'],
    ['an integer that no int64 holds', '{"a":123456789012345678901234567890}'],
    ['what ends too soon', '{"a":'],
  ])('leaves a payload as it is, schema and all: %s', (_, json) => {
    const { value, valueSchema } = applied(
      debezium('outbox.EventRouter', expand),
      outboxRecord(json),
    )
    expect(value).toBe(json)
    expect(valueSchema).toBe(OPTIONAL_STRING_SCHEMA)
  })

  test('keeps the values of fields whose names are adjusted', () => {
    const route = debezium('outbox.EventRouter', {
      ...expand,
      'field.name.adjustment.mode': 'avro',
    })
    expect(String(applied(route, outboxRecord('{"a b":1,"9":2}')).value)).toBe('Struct{a_b=1,_9=2}')
  })

  test('refuses a placement that there is none of', () => {
    const configure = (): unknown => {
      return debezium('outbox.EventRouter', { 'table.fields.additional.placement': 'a:footer' })
    }
    expect(configure).toThrow(
      'found the placement "footer", expected header, envelope or partition',
    )
  })

  test('names the column that would be the topic and is null', () => {
    const route = debezium('outbox.EventRouter', { 'route.by.field': 'type' })
    expect(() => route.apply(outboxRecord('{}'))).toThrow(
      'The column "type" of the outbox row is null',
    )
  })
})

test('ExtractChangedRecordState compares bytes by what they hold', () => {
  const bytes = SchemaBuilder.struct().optional().field('b', OPTIONAL_BYTES_SCHEMA).build()
  const image = (text: string): Struct => new Struct(bytes).put('b', Buffer.from(text))
  const compare = debezium('ExtractChangedRecordState', { 'header.changed.name': 'changed' })
  const changed = (after: string): unknown => {
    const event = changeEvent(envelopeOf(bytes), 'u', { before: image('a'), after: image(after) })
    const record = sourceRecord({ schema: event.schema, value: event })
    return applied(compare, record).headers?.lastWithName('changed')?.value
  }
  expect([changed('a'), changed('b')]).toEqual([[], ['b']])
})

describe('PartitionRouting', () => {
  const config = { 'partition.payload.fields': 'change.id', 'partition.topic.num': '1000' }

  test('takes the row before a delete, and that after any other change', () => {
    const route = debezium('partitions.PartitionRouting', config)
    const partitions = [update, removal].map((value) => {
      return applied(route, sourceRecord({ schema, value })).kafkaPartition
    })
    // Of the text "1", by `String.hashCode`.
    expect(partitions).toEqual([49, 49])
  })

  test('is for sources', () => {
    const route = debezium('partitions.PartitionRouting', config)
    expect(() => route.apply(sinkRecord({ schema, value: update }))).toThrow(
      'Use PartitionRouting with a source connector.',
    )
  })

  test('says why the row of a delete has no such field', () => {
    const route = debezium('partitions.PartitionRouting', {
      ...config,
      'partition.payload.fields': 'after.id',
    })
    expect(() => route.apply(sourceRecord({ schema, value: removal }))).toThrow(
      'Begin with "change" for the row that an event has.',
    )
  })
})

const outboxRow: Schema = SchemaBuilder.struct()
  .optional()
  .name('srv.outbox.Value')
  .field('id', STRING_SCHEMA)
  .field('aggregatetype', STRING_SCHEMA)
  .field('aggregateid', STRING_SCHEMA)
  .field('type', OPTIONAL_STRING_SCHEMA)
  .field('payload', OPTIONAL_STRING_SCHEMA)
  .build()

function outboxRecord(payload: string, topic = 'order'): ConnectRecord {
  const after = new Struct(outboxRow, ['e1', topic, '7', null, payload])
  const value = changeEvent(envelopeOf(outboxRow), 'c', { after })
  return sourceRecord({ schema: value.schema, value })
}
