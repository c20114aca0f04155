import {
  BOOLEAN_SCHEMA,
  BYTES_SCHEMA,
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import type { FileFormat } from '../../../connectors/storage/index.ts'
import { record } from './support.ts'

const inner = SchemaBuilder.struct()
  .name('com.example.Inner')
  .optional()
  .field('name', STRING_SCHEMA)
  .field('tags', SchemaBuilder.array(STRING_SCHEMA).build())
  .build()

/** A schema with a field of nearly every kind. */
export const richSchema: Schema = SchemaBuilder.struct()
  .name('com.example.Rich')
  .field('b', BOOLEAN_SCHEMA)
  .field('i8', INT8_SCHEMA)
  .field('i16', INT16_SCHEMA)
  .field('i32', INT32_SCHEMA)
  .field('i64', INT64_SCHEMA)
  .field('f', FLOAT32_SCHEMA)
  .field('d', FLOAT64_SCHEMA)
  .field('s', STRING_SCHEMA)
  .field('bytes', BYTES_SCHEMA)
  .field('dec', Decimal.schema(2))
  .field('day', ConnectDate.SCHEMA)
  .field('time', ConnectTime.SCHEMA)
  .field('at', ConnectTimestamp.SCHEMA)
  .field('list', SchemaBuilder.array(OPTIONAL_INT32_SCHEMA).optional().build())
  .field('map', SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build())
  .field('inner', inner)
  .field('pairs', SchemaBuilder.map(INT32_SCHEMA, STRING_SCHEMA).build())
  .build()

export function richValues(): Struct[] {
  return [
    new Struct(richSchema, [
      ...[true, -128, 32767, -2147483648, 9223372036854775807n, 1.5, -0.25, 'grün'],
      ...[Buffer.from([1, 255]), new Decimal(-12345n, 2), new Date(19000 * 86_400_000)],
      ...[new Date(86_399_999), new Date(1_700_000_000_123), [1, null, 3]],
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Struct(inner, ['x', []]),
      new Map([[7, 'seven']]),
    ]),
    new Struct(richSchema, [
      ...[false, 127, -1, 0, -9223372036854775808n, 0, 1e300, ''],
      ...[Buffer.alloc(0), new Decimal(0n, 2), new Date(-86_400_000), new Date(0), new Date(-1)],
      ...[null, new Map(), null, new Map()],
    ]),
  ]
}

/** A file of these values. */
export function fileBytes(
  format: FileFormat,
  schema: Schema | null,
  values: Iterable<unknown>,
): Buffer {
  const file = format.open(schema)
  const parts: Buffer[] = []
  let offset = 0
  for (const value of values) {
    file.write(value, record({ offset: offset++, value }))
    parts.push(...file.take())
  }
  file.finish()
  return Buffer.concat([...parts, ...file.take()])
}
