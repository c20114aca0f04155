import fc from 'fast-check'
import {
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  normalizeInt64,
} from '../../src/api/index.ts'
import type { ConnectRecord, ConnectorConfig } from '../../src/api/index.ts'
import { changeRecords, columnNames } from './arbitrary-envelopes.ts'
import { primitive } from './arbitrary-records.ts'
import type { SchemaAndValues } from './arbitrary-records.ts'
import { times, timezoneConfigs } from './debezium-times.ts'

/** One of Debezium's transformations, with configurations and records for it. */
export interface DebeziumCase {
  readonly name: string
  readonly configs: fc.Arbitrary<ConnectorConfig>
  readonly records: fc.Arbitrary<ConnectRecord>
  /** Java's remembers of one record what is not right for the next: each gets an instance of its own. */
  readonly isFresh?: boolean
}

const flag = fc.constantFrom('true', 'false')
const maybe = (
  keys: Record<string, fc.Arbitrary<string>>,
  requiredKeys: string[] = [],
): fc.Arbitrary<ConnectorConfig> => fc.record(keys, { requiredKeys })
const listOf = (parts: fc.Arbitrary<string>, maxLength = 3): fc.Arbitrary<string> =>
  fc.uniqueArray(parts, { maxLength }).map((list) => list.join(','))

const references = listOf(
  fc.constantFrom(
    ...[
      'op',
      'source.ts_ms',
      'table',
      'ts_ms',
      'transaction.id',
      'total_order',
      'note',
      'op:action',
    ],
    ...['source.table:tbl', 'nothing', 'source.nothing', ' connector ', 'a:b:c', 'source'],
  ),
)

/** Java takes equal bytes for others where they lie elsewhere. */
const withoutBytes = primitive.filter(
  ({ schema }) => schema.type !== 'BYTES' || schema.name !== null,
)

const outboxConfigs = maybe({
  'table.field.event.id': fc.constantFrom('id', 'name'),
  'table.field.event.key': fc.constantFrom('aggregateid', 'amount'),
  'table.field.event.payload': fc.constantFrom('payload', 'body'),
  'table.field.event.timestamp': fc.constantFrom('ts', 'at', 'none'),
  'table.field.event.schema.version': fc.constantFrom('version', 'name'),
  'table.fields.additional.placement': listOf(
    fc.constantFrom(
      ...[
        'name:header',
        'version:header:v',
        'part:partition',
        'ts:envelope',
        ' id : envelope : no',
      ],
      ...['none:header', 'name', 'a:b:c:d', 'name:envelope:payload'],
    ),
    2,
  ),
  'table.fields.additional.error.on.missing': flag,
  'table.op.invalid.behavior': fc.constantFrom('warn', 'error', 'fatal', 'stop'),
  'table.expand.json.payload': flag,
  'table.json.payload.null.behavior': fc.constantFrom('ignore', 'optional_bytes', 'x'),
  'route.by.field': fc.constantFrom('aggregatetype', 'name'),
  'route.topic.regex': fc.constantFrom('(?<routedByValue>.*)', '(.*)er', '('),
  'route.topic.replacement': fc.constantFrom('outbox.event.${routedByValue}', 'x-$1'),
  'route.tombstone.on.empty.payload': flag,
})

/** Arrays of objects that differ are left out: which of their fields comes first is chance in Java. */
const payloads = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'text',
    '{}',
    '{"a":1} more',
    '{"a":',
    '{"a":{"b":[1,2],"c":[]},"d":null}',
  ),
  fc.constantFrom(
    '{"a":[{"b":1},{"b":2}],"n":12345678901}',
    '{"a":[1,2.5]}',
    '{"x y":1.0,"x":true}',
  ),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify({ value })),
)

const outboxColumns = {
  id: fc.constant({ schema: STRING_SCHEMA, values: fc.constantFrom('e1', 'e2') }),
  aggregatetype: fc.constant({ schema: STRING_SCHEMA, values: fc.constantFrom('order', 'user') }),
  aggregateid: fc.constant({ schema: STRING_SCHEMA, values: fc.constantFrom('7', '8') }),
  payload: fc.constant({ schema: OPTIONAL_STRING_SCHEMA, values: fc.option(payloads) }),
  version: fc.constant({ schema: OPTIONAL_INT32_SCHEMA, values: fc.option(fc.constantFrom(1, 2)) }),
  part: fc.constant({ schema: OPTIONAL_INT32_SCHEMA, values: fc.option(fc.constantFrom(3, 4)) }),
  ts: fc.constantFrom('Timestamp', 'MicroTimestamp', 'NanoTimestamp', 'Other').map((name) => ({
    schema: SchemaBuilder.int64().optional().name(`io.debezium.time.${name}`).build(),
    values: fc.option(fc.bigInt({ min: -(10n ** 18n), max: 2n * 10n ** 18n }).map(normalizeInt64)),
  })),
} satisfies Record<string, fc.Arbitrary<SchemaAndValues>>

export const debeziumCases: readonly DebeziumCase[] = [
  {
    name: 'ExtractNewRecordState',
    configs: maybe({
      'delete.tombstone.handling.mode': fc.constantFrom(
        ...[
          'tombstone',
          'drop',
          'rewrite',
          'rewrite-with-tombstone',
          'delete-to-tombstone',
          'Rewrite ',
        ],
      ),
      'route.by.field': fc.constantFrom('', 'name', 'id'),
      'add.fields': references,
      'add.fields.prefix': fc.constantFrom('__', '', 'x.'),
      'add.headers': references,
      'add.headers.prefix': fc.constantFrom('__', ''),
      'replace.null.with.default': flag,
    }),
    records: changeRecords(),
    isFresh: true,
  },
  {
    name: 'ExtractNewRecordState',
    configs: maybe(
      {
        'delete.tombstone.handling.mode': fc.constantFrom('tombstone', 'rewrite'),
        'add.fields': fc.constantFrom('op', 'source.table', ''),
        'drop.fields.header.name': fc.constantFrom('changed', 'missing'),
        'drop.fields.from.key': flag,
        'drop.fields.keep.schema.compatible': flag,
      },
      ['drop.fields.header.name'],
    ),
    records: changeRecords(),
    isFresh: true,
  },
  {
    name: 'ByLogicalTableRouter',
    configs: maybe(
      {
        'topic.regex': fc.constantFrom('(.*)db.*\\.(.*)', 'srv.*', '.*', '(', ''),
        'topic.replacement': fc.constantFrom('$1all', 'one-topic', '9$0'),
        'key.enforce.uniqueness': flag,
        'key.field.name': fc.constantFrom('table', 'id'),
        'key.field.regex': fc.constantFrom('(.*)\\.(.*)', ' ', 'x'),
        'key.field.replacement': fc.constantFrom('$2', 'const', ' '),
        'schema.name.adjustment.mode': fc.constantFrom('none', 'avro', 'AVRO_UNICODE', 'other'),
        'logical.table.cache.size': fc.constantFrom('16', '1', 'x'),
      },
      ['topic.regex', 'topic.replacement'],
    ),
    records: changeRecords(),
    isFresh: true,
  },
  {
    name: 'HeaderToValue',
    configs: maybe({
      headers: fc.constantFrom('h1', 'h1,h2', 'h2,changed', 'h1,', 'h1, h2', 'a b'),
      fields: fc.constantFrom(
        'f',
        'f,g',
        'after.f,g',
        'after.f,source.g',
        'op',
        'none.f',
        'op.f',
        'f,after.g',
      ),
      operation: fc.constantFrom('move', 'copy', 'copied'),
    }),
    records: changeRecords(),
    isFresh: true,
  },
  {
    name: 'ExtractChangedRecordState',
    configs: maybe({
      'header.changed.name': fc.constantFrom('Changed', 'h1', ' '),
      'header.unchanged.name': fc.constantFrom('Unchanged', ''),
    }),
    records: changeRecords({ columns: withoutBytes }),
  },
  {
    name: 'partitions.PartitionRouting',
    configs: maybe(
      {
        'partition.payload.fields': listOf(
          fc.oneof(
            columnNames.map((name) => `change.${name}`),
            fc.constantFrom(
              'source.table',
              'op',
              'change',
              'source.ts_ns',
              ' after . id',
              'source.none',
              '',
            ),
          ),
        ),
        'partition.topic.num': fc.constantFrom('3', '100', '0', 'x'),
        'partition.hash.function': fc.constantFrom('java', 'murmur', 'Murmur', 'other'),
      },
      ['partition.payload.fields', 'partition.topic.num'],
    ),
    records: changeRecords({
      columns: withoutBytes,
      isSource: true,
      operations: ['c', 'u', 'd', 'r', 't', 'm'],
    }),
  },
  {
    name: 'SchemaChangeEventFilter',
    configs: maybe({
      'schema.change.event.exclude.list': fc.constantFrom(
        'CREATE',
        'ALTER, DROP',
        '',
        'create',
        'DATABASE,,ALTER',
      ),
    }),
    records: changeRecords(),
  },
  {
    name: 'outbox.EventRouter',
    configs: outboxConfigs,
    records: changeRecords({
      isSource: true,
      fixed: outboxColumns,
      operations: ['c', 'c', 'r', 'u', 'd'],
    }),
    isFresh: true,
  },
  {
    name: 'TimezoneConverter',
    configs: timezoneConfigs,
    records: changeRecords({ columns: times }),
  },
]
