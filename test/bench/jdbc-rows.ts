import type { KafkaClient } from '../support/kafka-client.ts'

/** Below the largest request that a broker takes. */
const batch = 1000
const cities = ['Lisbon', 'Kraków', 'Kathmandu', 'Quito', 'Oslo', 'Nairobi', 'Kyoto', 'Perth']

const schema = {
  type: 'struct',
  optional: false,
  fields: [
    { field: 'id', type: 'int64', optional: false },
    { field: 'num', type: 'int32', optional: false },
    { field: 'name', type: 'string', optional: false },
    { field: 'city', type: 'string', optional: false },
    { field: 'price', type: 'double', optional: false },
    { field: 'active', type: 'boolean', optional: false },
    {
      field: 'created',
      type: 'int64',
      optional: false,
      name: 'org.apache.kafka.connect.data.Timestamp',
      version: 1,
    },
    { field: 'note', type: 'string', optional: false },
  ],
}
const schemaText = JSON.stringify(schema)
const note = 'the quick brown fox jumps over the lazy dog and on'

/** A record with its schema, as JsonConverter writes it: some 200 bytes of payload. */
function rowText(id: number): string {
  const payload = {
    id,
    num: id % 1_000_003,
    name: `customer ${id}`,
    city: cities[id % cities.length],
    price: Math.round(id * 7.31) / 100,
    active: id % 3 === 0,
    created: 1_700_000_000_000 + id * 10,
    note,
  }
  return `{"schema":${schemaText},"payload":${JSON.stringify(payload)}}`
}

export async function sendRows(kafka: KafkaClient, topic: string, records: number): Promise<void> {
  for (let from = 0; from < records; from += batch) {
    const count = Math.min(batch, records - from)
    await kafka.send(
      topic,
      Array.from({ length: count }, (_, at) => rowText(from + at)),
    )
  }
}
