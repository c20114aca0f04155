import fc from 'fast-check'
import {
  Headers,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  INT64_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  SinkRecord,
  SourceRecord,
  Struct,
} from '../../src/api/index.ts'
import type { ConnectRecord, Schema } from '../../src/api/index.ts'
import { half, primitive } from './arbitrary-records.ts'
import type { SchemaAndValues } from './arbitrary-records.ts'

/** Few names, so that configurations and rows meet. */
export const columnNames = fc.constantFrom('id', 'name', 'amount', 'at')

interface Row {
  readonly schema: Schema
  readonly values: fc.Arbitrary<Struct>
}

export interface EnvelopeOptions {
  /** Of what the columns are. */
  readonly columns?: fc.Arbitrary<SchemaAndValues>
  /** Names of the columns that are always there, and what they are of. */
  readonly fixed?: Readonly<Record<string, fc.Arbitrary<SchemaAndValues>>>
  readonly operations?: readonly string[]
  /** Sinks have no use for some. */
  readonly isSource?: boolean
}

function structOf(
  members: readonly (readonly [string, SchemaAndValues])[],
  name: string,
  optional: boolean,
): Row {
  const builder = SchemaBuilder.struct().name(name).version(1)
  if (optional) builder.optional()
  for (const [field, { schema }] of members) builder.field(field, schema)
  const schema = builder.build()
  const values = fc
    .tuple(...members.map(([, { values }]) => values))
    .map((list) => new Struct(schema, [...list]))
  return { schema, values }
}

function rows({ columns = primitive, fixed = {} }: EnvelopeOptions): fc.Arbitrary<Row> {
  return fc
    .tuple(
      fc.uniqueArray(columnNames, { maxLength: 3 }),
      fc.array(columns, { minLength: 3, maxLength: 3 }),
      fc.tuple(...Object.values(fixed)),
    )
    .map(([names, types, fixedTypes]) => {
      const members = [
        ...Object.keys(fixed).flatMap((name, i) =>
          fixedTypes.slice(i, i + 1).map((type) => [name, type] as const),
        ),
        ...names
          .filter((name) => !Object.hasOwn(fixed, name))
          .flatMap((name, i) => types.slice(i, i + 1).map((type) => [name, type] as const)),
      ]
      return structOf(members, 'srv.db.t.Value', true)
    })
}

const sourceSchema = SchemaBuilder.struct()
  .name('io.debezium.connector.Source')
  .field('connector', STRING_SCHEMA)
  .field('ts_ms', INT64_SCHEMA)
  .field('ts_us', OPTIONAL_INT64_SCHEMA)
  .field('ts_ns', OPTIONAL_INT64_SCHEMA)
  .field('table', OPTIONAL_STRING_SCHEMA)
  .build()
const transactionSchema = SchemaBuilder.struct()
  .name('event.block')
  .field('id', STRING_SCHEMA)
  .field('total_order', INT64_SCHEMA)
  .optional()
  .build()

const ms = fc.integer({ min: -1e12, max: 4e12 })
const sources = fc.tuple(fc.option(fc.constantFrom('t', 'orders')), ms).map(([table, at]) => {
  return new Struct(sourceSchema, ['pg', at, at * 1000 + 7, BigInt(at) * 1_000_000n + 5n, table])
})
const transactions = fc.option(
  fc.integer({ min: 0, max: 9 }).map((n) => new Struct(transactionSchema, [`tx${n}`, n])),
)

function envelopeSchema(row: Schema, hasMore: boolean): Schema {
  const builder = SchemaBuilder.struct()
    .name('srv.db.t.Envelope')
    .field('before', row)
    .field('after', row)
    .field('source', sourceSchema)
    .field('op', STRING_SCHEMA)
    .field('ts_ms', OPTIONAL_INT64_SCHEMA)
    .field('transaction', transactionSchema)
  if (hasMore) builder.version(2).field('note', OPTIONAL_STRING_SCHEMA)
  return builder.build()
}

/** Which rows an event of each kind has; now and then another. */
function rowsFor(operation: string, rest: number): readonly [before: boolean, after: boolean] {
  if (rest === 0) return [true, true]
  if (operation === 'd') return [true, false]
  if (operation === 'u') return [true, true]
  return [false, operation !== 't' && operation !== 'm']
}

function events(options: EnvelopeOptions): fc.Arbitrary<readonly [Schema, Struct]> {
  const operations = options.operations ?? ['c', 'u', 'd', 'r', 't']
  return fc.tuple(rows(options), fc.boolean()).chain(([row, hasMore]) => {
    const schema = envelopeSchema(row.schema, hasMore)
    return fc
      .tuple(
        fc.constantFrom(...operations),
        fc.tuple(row.values, row.values, fc.integer({ min: 0, max: 2 })),
        sources,
        fc.option(ms),
        transactions,
        fc.integer({ min: 0, max: 12 }),
      )
      .map(([operation, [one, other, same], source, at, transaction, rest]) => {
        const [hasBefore, hasAfter] = rowsFor(operation, rest)
        const values: unknown[] = [
          hasBefore ? (same === 0 ? other : one) : null,
          hasAfter ? other : null,
          source,
          operation,
          at,
          transaction,
        ]
        if (hasMore) values.push(rest > 6 ? 'noted' : null)
        return [schema, new Struct(schema, values)] as const
      })
  })
}

const keySchema = SchemaBuilder.struct()
  .name('srv.db.t.Key')
  .field('id', STRING_SCHEMA)
  .field('at', OPTIONAL_STRING_SCHEMA)
  .build()
const keys: fc.Arbitrary<readonly [Schema | null, unknown]> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom('1', '2')
      .map((id) => [keySchema, new Struct(keySchema, [id, 'x'])] as const),
  },
  { weight: 1, arbitrary: fc.constant([null, null] as const) },
  { weight: 1, arbitrary: fc.constant([null, { id: 1 }] as const) },
)

const namesSchema = SchemaBuilder.array(OPTIONAL_STRING_SCHEMA).optional().name('changed').build()
const headers = fc.array(
  fc.oneof(
    fc
      .uniqueArray(columnNames, { maxLength: 2 })
      .map((list) => ['changed', list, namesSchema] as const),
    fc.constantFrom('x', 'y').map((text) => ['h1', text, STRING_SCHEMA] as const),
    fc.option(fc.integer({ min: 0, max: 9 })).map((n) => ['h2', n, OPTIONAL_INT64_SCHEMA] as const),
  ),
  { maxLength: 3 },
)

/** Change events, the tombstones behind them, and now and then what is none. */
export function changeRecords(options: EnvelopeOptions = {}): fc.Arbitrary<ConnectRecord> {
  const values: fc.Arbitrary<readonly [Schema | null, unknown]> = fc.oneof(
    { weight: 10, arbitrary: events(options) },
    { weight: 1, arbitrary: fc.constant([null, null] as const) },
    { weight: 1, arbitrary: events(options).map(([schema]) => [schema, null] as const) },
    { weight: 2, arbitrary: half },
  )
  const topics = fc.constantFrom('srv.db.t', 'srv.db1.t_2', 'orders', 't')
  const places = fc.tuple(topics, fc.integer({ min: 0, max: 3 }), fc.option(ms.map(Math.abs)))
  return fc
    .tuple(keys, values, places, headers, fc.boolean())
    .map(([[ofKey, key], [ofValue, value], [topic, partition, timestamp], list, isSink]) => {
      const made = new Headers()
      for (const [name, header, schema] of list) made.add(name, header, schema)
      return isSink && options.isSource !== true
        ? new SinkRecord(
            topic,
            partition,
            ofKey,
            key,
            ofValue,
            value,
            7,
            timestamp,
            'CreateTime',
            made,
          )
        : new SourceRecord(
            null,
            null,
            topic,
            partition,
            ofKey,
            key,
            ofValue,
            value,
            timestamp,
            made,
          )
    })
}
