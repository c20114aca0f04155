import { describe, expect, test } from 'vitest'
import {
  Decimal,
  INT32_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../src/api/index.ts'
import { applied, sourceRecord, transformation } from '../support.ts'

const common = (name: string, config: ConnectorConfig = {}) =>
  transformation(`com.github.jcustenborder.kafka.connect.transform.common.${name}`, config)

const names = (struct: unknown): string[] =>
  (struct as Struct).schema.fields?.map(({ name }) => name) ?? []

describe('HeaderToField', () => {
  const schema = SchemaBuilder.struct().name('n').version(2).field('a', INT32_SCHEMA).build()
  const value = new Struct(schema).put('a', 1)
  const headers = [
    ['text', STRING_SCHEMA, '12'],
    ['text', STRING_SCHEMA, '13'],
    ['money', null, '1.50'],
    ['when', null, '2019-08-23T14:34:54.346Z'],
    ['word', STRING_SCHEMA, 'abc'],
  ] as const

  test('adds the values of headers, each as its type', () => {
    const mappings = [
      'text:INT64:count',
      'text:string',
      'money:bytes(decimal[scale=2])',
      'when:INT64(org.apache.kafka.connect.data.Timestamp):at',
      'missing:BOOLEAN',
    ]
    const move = common('HeaderToField$Value', { 'header.mappings': mappings.join() })
    const made = applied(move, sourceRecord({ schema, value, headers })).value as Struct
    expect(made.schema).toMatchObject({ name: 'n', version: 2 })
    expect(names(made)).toEqual(['a', 'count', 'text', 'money', 'at', 'missing'])
    expect(made.values).toEqual([
      ...[1, 13, '13', new Decimal(150n, 2), new Date('2019-08-23T14:34:54.346Z')],
      null,
    ])
  })

  test.each(['text', 'text:x', 'text:INT64:a:b', 'text:BYTES(Decimal[scale=50])'])(
    'the mapping %s is refused',
    (mapping) => {
      expect(() => common('HeaderToField$Value', { 'header.mappings': mapping })).toThrow(
        `Invalid value ${mapping} for configuration header.mappings`,
      )
    },
  )

  test('a header that does not fit fails the record', () => {
    const move = common('HeaderToField$Key', { 'header.mappings': 'word:INT32' })
    expect(() => move.apply(sourceRecord({ keySchema: schema, key: value, headers }))).toThrow(
      /Unable to convert abc/,
    )
  })
})
