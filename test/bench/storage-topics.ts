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
export const rowSchema = SchemaBuilder.struct()
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

function rowOf(id: number): readonly unknown[] {
  const price = Math.round(id * 7.31) / 100
  return [
    ...[id, id % 1_000_003, `customer ${id}`, cities[id % cities.length], price],
    ...[id % 3 === 0, 1_700_000_000_000 + id * 10, `c-${id % 977}`, id % 101, note],
  ]
}

/** Rows as JSON without a schema. */
export function jsonRows(): Buffer[] {
  const names = (rowSchema.fields ?? []).map(({ name }) => name)
  return Array.from({ length: distinct }, (_, id) => {
    const values = rowOf(id)
    return Buffer.from(
      JSON.stringify(Object.fromEntries(names.map((name, index) => [name, values[index]]))),
    )
  })
}

/** Rows as AvroConverter writes them, with the id that a registry gave to `schemaId`. */
export function avroRows(schemaId: number): Buffer[] {
  const encoder = new AvroData().encoder(rowSchema)
  const prefix = Buffer.alloc(5)
  prefix.writeInt32BE(schemaId, 1)
  return Array.from({ length: distinct }, (_, id) =>
    Buffer.concat([prefix, encoder.encode(new Struct(rowSchema, [...rowOf(id)]))]),
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
