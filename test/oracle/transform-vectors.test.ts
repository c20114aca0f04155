import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BOOLEAN_SCHEMA,
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  STRING_SCHEMA,
} from '../../src/api/index.ts'
import type { ConnectRecord, ConnectorConfig, Schema, Transformation } from '../../src/api/index.ts'
import { instanceOf, sourceRecord } from '../transforms/support.ts'
import { isFailure, outcomeOf } from './failures.ts'
import { JavaOracle } from './java-oracle.ts'
import { shown } from './shown.ts'
import { encodeRecord } from './wire.ts'

/** Results known one by one, of the transformations of Kafka 4.3.1 and of ours. */

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('TransformOracle')
})

afterAll(() => oracle[Symbol.dispose]())

const fourth = new Date(3 * 86_400_000)
const instant = 1566570894346
const iso = "yyyy-MM-dd'T'HH:mm:ss.SSS"
const outOfRange = (text: string): string =>
  `! Value (${text}) was out of range for requested data type`
const known = 'supported types are [INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING]'
const noCast = `! Cast transformation does not support casting to BYTES; ${known}`
const none = 'No enum constant org.apache.kafka.connect.data.Schema.Type'

describe('a transformation', () => {
  test.each<[name: string, props: ConnectorConfig, Schema | null, unknown, expected: string]>([
    ['Cast$Value', { spec: 'int8' }, INT64_SCHEMA, 3000000000, 'INT8 0'],
    ['Cast$Value', { spec: 'int8' }, FLOAT64_SCHEMA, -1.9, 'INT8 -1'],
    ['Cast$Value', { spec: 'int8' }, FLOAT64_SCHEMA, NaN, 'INT8 0'],
    ['Cast$Value', { spec: 'int8' }, FLOAT64_SCHEMA, 1e30, 'INT8 -1'],
    ['Cast$Value', { spec: 'int8' }, BOOLEAN_SCHEMA, true, 'INT8 1'],
    ['Cast$Value', { spec: 'int8' }, null, '+12', 'INT8 12'],
    ['Cast$Value', { spec: 'int8' }, null, ' 12', outOfRange(' 12')],
    ['Cast$Value', { spec: 'int8' }, null, '1.5', outOfRange('1.5')],
    ['Cast$Value', { spec: 'int8' }, null, '', outOfRange('')],
    ['Cast$Value', { spec: 'int16' }, STRING_SCHEMA, '300', 'INT16 300'],
    ['Cast$Value', { spec: 'int32' }, FLOAT64_SCHEMA, 1e30, 'INT32 2147483647'],
    ['Cast$Value', { spec: 'int32' }, Decimal.schema(2), new Decimal(12345n, 2), 'INT32 123'],
    [
      'Cast$Value',
      { spec: 'int32' },
      ConnectTimestamp.SCHEMA,
      new Date(instant),
      'INT32 -1092168694',
    ],
    ['Cast$Value', { spec: 'int64' }, FLOAT64_SCHEMA, 1e30, 'INT64 9223372036854775807'],
    ['Cast$Value', { spec: 'float32' }, STRING_SCHEMA, ' 12', 'FLOAT32 12.0'],
    ['Cast$Value', { spec: 'float32' }, STRING_SCHEMA, 'Infinity', 'FLOAT32 Infinity'],
    [
      'Cast$Value',
      { spec: 'float64' },
      FLOAT32_SCHEMA,
      Math.fround(1.1),
      'FLOAT64 1.100000023841858',
    ],
    ['Cast$Value', { spec: 'boolean' }, FLOAT64_SCHEMA, 0.5, 'BOOLEAN false'],
    ['Cast$Value', { spec: 'boolean' }, STRING_SCHEMA, 'yes', 'BOOLEAN false'],
    ['Cast$Value', { spec: 'string' }, FLOAT64_SCHEMA, 1e30, 'STRING 1.0E30'],
    [
      'Cast$Value',
      { spec: 'string' },
      ConnectTimestamp.SCHEMA,
      new Date(instant),
      'STRING 2019-08-23T14:34:54.346Z',
    ],
    [
      'Cast$Value',
      { spec: 'string' },
      ConnectTime.SCHEMA,
      new Date(52494346),
      'STRING 14:34:54.346Z',
    ],
    ['Cast$Value', { spec: 'string' }, ConnectDate.SCHEMA, fourth, 'STRING 1970-01-04'],
    ['Cast$Value', { spec: '' }, null, 1, '! Must specify at least one field to cast.'],
    [
      'Cast$Value',
      { spec: 'int8,a:int8' },
      null,
      1,
      '! Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec',
    ],
    [
      'Cast$Value',
      { spec: 'a:b:c' },
      null,
      1,
      '! Invalid value [a:b:c] for configuration renames: Invalid rename mapping: a:b:c',
    ],
    [
      'Cast$Value',
      { spec: 'a:int9' },
      null,
      1,
      `! Invalid value java.lang.IllegalArgumentException: ${none}.INT9 for configuration Invalid type found in casting spec: int9`,
    ],
    ['Cast$Value', { spec: 'bytes' }, null, 1, noCast],
    [
      'Cast$Value',
      { spec: ' a : int8 ' },
      null,
      'x',
      '! Only Map objects supported in absence of schema for [cast types], found: java.lang.String',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'string', format: iso },
      ConnectDate.SCHEMA,
      new Date(1566518400000),
      'STRING 2019-08-23T00:00:00.000',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'string', format: iso },
      ConnectTime.SCHEMA,
      new Date(52494346),
      'STRING 1970-01-01T14:34:54.346',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix', format: iso },
      STRING_SCHEMA,
      '2019-08-23T14:34:54.346',
      `INT64 ${instant}`,
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'Date' },
      INT64_SCHEMA,
      instant,
      'Date 1566518400000',
    ],
    ['TimestampConverter$Value', { 'target.type': 'Time' }, INT64_SCHEMA, instant, 'Date 52494346'],
    [
      'TimestampConverter$Value',
      { 'target.type': 'Timestamp', 'unix.precision': 'seconds' },
      INT64_SCHEMA,
      -1,
      'Date -1000',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix', 'unix.precision': 'seconds' },
      ConnectTimestamp.SCHEMA,
      new Date(-1),
      'INT64 0',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'Timestamp', 'unix.precision': 'microseconds' },
      INT64_SCHEMA,
      -1,
      'Date 0',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'Timestamp', 'unix.precision': 'nanoseconds' },
      INT64_SCHEMA,
      1566570894,
      'Date 1566',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix', 'unix.precision': 'nanoseconds' },
      ConnectTimestamp.SCHEMA,
      new Date(instant),
      `INT64 ${instant}000000`,
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'foo' },
      null,
      1,
      '! Invalid value foo for configuration target.type: String must be one of: string, unix, Date, Time, Timestamp',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix', 'unix.precision': 'x' },
      null,
      1,
      '! Invalid value x for configuration unix.precision: String must be one of: nanoseconds, microseconds, milliseconds, seconds',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'string' },
      null,
      1,
      '! TimestampConverter requires format option to be specified when using string timestamps',
    ],
    [
      'TimestampConverter$Value',
      { 'target.type': 'unix' },
      INT32_SCHEMA,
      1,
      '! Schema Schema{INT32} does not correspond to a known timestamp type format',
    ],
    [
      'SetSchemaMetadata$Value',
      { 'schema.name': 'n' },
      INT32_SCHEMA,
      1,
      '! Cannot list fields on non-struct type',
    ],
    [
      'SetSchemaMetadata$Value',
      { 'schema.name': 'n' },
      null,
      1,
      '! Schema required for [updating schema metadata]',
    ],
    ['SetSchemaMetadata$Value', {}, null, 1, '! Neither schema name nor version configured'],
    [
      'ReplaceField$Value',
      { include: 'a,b', exclude: 'b', renames: 'a:x' },
      null,
      { a: 1, b: 2, c: 3 },
      'MAP [[["STRING","x"],["INT64","1"]]]',
    ],
    [
      'ReplaceField$Value',
      { renames: 'a' },
      null,
      1,
      '! Invalid value [a] for configuration renames: Invalid rename mapping: a',
    ],
    ['Flatten$Value', {}, null, { a: { b: 1 } }, 'MAP [[["STRING","a.b"],["INT64","1"]]]'],
  ])('%s with %j of %s %s is %s', async (name, props, schema, value, expected) => {
    const record = sourceRecord({ schema, value, topic: 't' })
    const java = (await oracle.ask({
      op: 'apply',
      class: `org.apache.kafka.connect.transforms.${name}`,
      props,
      records: [encodeRecord(record)],
    })) as { readonly results?: readonly unknown[] }
    expect(shownRecord(java.results?.[0] ?? java)).toBe(expected)
    const ours = outcomeOf(() => {
      const made = instanceOf(name) as Transformation
      made.configure(props)
      return encodeRecord(made.apply(record) as ConnectRecord)
    })
    expect(shownRecord(ours)).toBe(expected)
  })
})

function shownRecord(answer: unknown): string {
  return shown(isFailure(answer) ? answer : (answer as { readonly value: unknown }).value)
}
