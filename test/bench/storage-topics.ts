import { setTimeout as delay } from 'node:timers/promises'
import { AvroData } from '../../src/converters/avro/index.ts'
import {
  BOOLEAN_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { openProducer } from '../../src/kafka/producer/kafka-producer.ts'
import type { ProducerListener } from '../../src/kafka/types.ts'
import { MemoryAccount, MemoryBudget } from '../../src/util/memory-budget.ts'

const never = new AbortController().signal
const budgetBytes = 256 * 1024 * 1024
/** Records are given out again after so many: enough for no dictionary to hold them all. */
const distinct = 20_000

const cities = ['Lisbon', 'Kraków', 'Kathmandu', 'Quito', 'Oslo', 'Nairobi', 'Kyoto', 'Perth']
const note = 'the quick brown fox jumps over the lazy dog'

/** Ten columns; as JSON some 200 bytes. */
const rowSchema = SchemaBuilder.struct()
  .name('row')
  .field('id', INT64_SCHEMA)
  .field('num', INT32_SCHEMA)
  .field('name', STRING_SCHEMA)
  .field('city', STRING_SCHEMA)
  .field('price', FLOAT64_SCHEMA)
  .field('active', BOOLEAN_SCHEMA)
  .field('created', INT64_SCHEMA)
  .field('code', STRING_SCHEMA)
  .field('count', INT32_SCHEMA)
  .field('note', STRING_SCHEMA)
  .build()

/** The same for JsonConverter's `schema.content`. */
export const rowSchemaContent = JSON.stringify({
  type: 'struct',
  name: 'row',
  optional: false,
  fields: (rowSchema.fields ?? []).map(({ name, schema }) => ({
    field: name,
    type: schema.type === 'FLOAT64' ? 'double' : schema.type.toLowerCase(),
    optional: false,
  })),
})

/** What the topics hold: rows of ten columns, and small records of four. */
export type TopicKind = 'json' | 'avro' | 'smalljson' | 'smallavro'

/** Four columns; as JSON some 75 bytes. */
const smallSchema = SchemaBuilder.struct()
  .name('small')
  .field('registertime', INT64_SCHEMA)
  .field('userid', STRING_SCHEMA)
  .field('regionid', STRING_SCHEMA)
  .field('gender', STRING_SCHEMA)
  .build()

/** The schema of a topic's records. */
export function schemaOf(kind: TopicKind): Schema {
  return kind.startsWith('small') ? smallSchema : rowSchema
}

/** The records of a topic; those in Avro as AvroConverter writes them, with the id that a registry gave to {@link schemaOf}. */
export function rowsOf(kind: TopicKind, schemaId: number): readonly Buffer[] {
  const schema = schemaOf(kind)
  const make = schema === smallSchema ? smallRowOf : rowOf
  const rows = Array.from({ length: distinct }, (_, id) => make(id))
  return kind.endsWith('json') ? inJson(schema, rows) : inAvro(schema, rows, schemaId)
}

function rowOf(id: number): readonly unknown[] {
  const price = Math.round(id * 7.31) / 100
  return [
    ...[id, id % 1_000_003, `customer ${id}`, cities[id % cities.length], price],
    ...[id % 3 === 0, 1_700_000_000_000 + id * 10, `c-${id % 977}`, id % 101, note],
  ]
}

function smallRowOf(id: number): readonly unknown[] {
  const gender = ['MALE', 'FEMALE', 'OTHER'][id % 3]
  return [1_700_000_000_000 + id * 10, `User_${id % 997}`, `Region_${id % 9}`, gender]
}

function inJson(schema: Schema, rows: readonly (readonly unknown[])[]): readonly Buffer[] {
  const names = (schema.fields ?? []).map(({ name }) => name)
  return rows.map((values) =>
    Buffer.from(
      JSON.stringify(Object.fromEntries(names.map((name, index) => [name, values[index]]))),
    ),
  )
}

function inAvro(
  schema: Schema,
  rows: readonly (readonly unknown[])[],
  schemaId: number,
): readonly Buffer[] {
  const encoder = new AvroData().encoder(schema)
  const prefix = Buffer.alloc(5)
  prefix.writeInt32BE(schemaId, 1)
  return rows.map((values) =>
    Buffer.concat([prefix, encoder.encode(new Struct(schema, [...values]))]),
  )
}

/** Fills a topic, all partitions alike. */
export async function fill(
  bootstrapServers: string,
  topic: string,
  rows: readonly Buffer[],
  { records, partitions }: { readonly records: number; readonly partitions: number },
): Promise<void> {
  const failures: unknown[] = []
  const listener: ProducerListener = {
    acknowledged: () => undefined,
    failed: (_from, _to, _partition, error) => failures.push(error),
  }
  const budget = new MemoryBudget(budgetBytes)
  const memory = new MemoryAccount(budget.shared, budget.newAccount()).open()
  const producer = await openProducer({ 'bootstrap.servers': bootstrapServers }, listener, {
    memory,
  })
  await producer.partitionCount(topic, never)
  const now = Date.now()
  for (let index = 0; index < records; index++) {
    const appender = producer.appender(topic, index % partitions)
    appender.append(index, now, null, rows[index % rows.length] ?? null, null)
    if (!producer.hasRoom) await producer.room(never)
    if (index % 2000 === 0) await delay(0)
  }
  await producer.flush(never)
  await producer.close(never)
  if (failures.length > 0) throw new Error('The topic could not be filled.', { cause: failures[0] })
}
