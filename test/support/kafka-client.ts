import { randomUUID } from 'node:crypto'
import { Kafka, Partitioners, logLevel } from 'kafkajs'
import type { Admin, Message } from 'kafkajs'
import { waitFor } from './wait-for.ts'

/** A record as an independent client reads it. */
export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string])[]
}

export interface KeyValue {
  readonly key: string
  readonly value: string | null
}

/** A client that is not ours, to look at what ours has done. */
export interface KafkaClient extends AsyncDisposable {
  readonly admin: Admin
  createTopic(
    topic: string,
    options?: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> },
  ): Promise<void>
  /** The sum of the end offsets of all partitions: without compaction and transactions the number of records. */
  endOffset(topic: string): Promise<number>
  /** Every record up to the end as it is now, ordered by partition and offset. Not for compacted topics. */
  read(topic: string): Promise<ReadRecord[]>
  /** Values of `read`. */
  readValues(topic: string): Promise<(string | null)[]>
  /** Values without a key, or pairs; partitioned as Java's default partitioner does. */
  send(topic: string, values: readonly (string | Buffer | KeyValue)[]): Promise<void>
  /** Values, each to a partition, and each once. */
  sendTo(
    topic: string,
    values: readonly { readonly value: string; readonly partition: number }[],
  ): Promise<void>
  /** Committed offset of `group` per partition, -1 where there is none. */
  committed(group: string, topic: string): Promise<number[]>
}

export async function openKafkaClient(bootstrapServers: string): Promise<KafkaClient> {
  const kafka = new Kafka({
    clientId: 'test',
    brokers: bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
  })
  const admin = kafka.admin()
  await admin.connect()
  const ends = async (topic: string): Promise<Map<number, number>> => {
    const offsets = await admin.fetchTopicOffsets(topic)
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]))
  }
  const read = async (topic: string): Promise<ReadRecord[]> =>
    await readUntil(kafka, topic, await ends(topic))
  return {
    admin,
    read,
    createTopic: async (topic, { partitions = 1, config = {} } = {}) => {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
      await admin.createTopics({
        topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
        // kafkajs would give up at the first answer of a broker that does not know the topic yet.
        waitForLeaders: false,
      })
      await waitFor(`topic ${topic} to have leaders`, () => hasLeaders(admin, topic, partitions))
    },
    endOffset: async (topic) =>
      [...(await ends(topic)).values()].reduce((sum, end) => sum + end, 0),
    readValues: async (topic) => (await read(topic)).map((record) => record.value),
    send: (topic, values) => sendAll(kafka, topic, values.map(toMessage)),
    sendTo: (topic, values) => sendAll(kafka, topic, [...values], true),
    committed: async (group, topic) => {
      // A broker that has just started reads its groups first.
      const found = await waitFor(`the offsets of ${group}`, async () => {
        const [offsets] = await admin
          .fetchOffsets({ groupId: group, topics: [topic] })
          .catch(ifNotLoading)
        return offsets
      })
      const partitions = [...found.partitions].sort((a, b) => a.partition - b.partition)
      return partitions.map(({ offset }) => Number(offset))
    },
    [Symbol.asyncDispose]: () => admin.disconnect(),
  }
}

async function sendAll(
  kafka: Kafka,
  topic: string,
  messages: Message[],
  idempotent = false,
): Promise<void> {
  const createPartitioner = Partitioners.DefaultPartitioner
  const producer = kafka.producer({ createPartitioner, idempotent })
  await producer.connect()
  try {
    await producer.send({ topic, messages })
  } finally {
    await producer.disconnect()
  }
}

function toMessage(value: string | Buffer | KeyValue): {
  key?: string
  value: string | Buffer | null
} {
  return typeof value === 'string' || Buffer.isBuffer(value) ? { value } : value
}

const notReady = [
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
]

function ifNotLoading(error: unknown): [] {
  if (error instanceof Error && 'type' in error && notReady.includes(String(error.type))) return []
  throw error
}

async function hasLeaders(admin: Admin, topic: string, partitions: number): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const found = topics[0]?.partitions ?? []
    return found.length === partitions && found.every(({ leader }) => leader >= 0)
  } catch (error) {
    const { type } = error as { type?: unknown }
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE') return false
    throw error
  }
}

async function readUntil(
  kafka: Kafka,
  topic: string,
  ends: ReadonlyMap<number, number>,
): Promise<ReadRecord[]> {
  const records: ReadRecord[] = []
  const missing = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition))
  if (missing.size === 0) return records
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 50 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      // It goes on by itself after what is worth another try, as a coordinator that is loading.
      consumer.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) reject(payload.error)
      })
      const eachMessage = ({ partition, message }: EachMessage): Promise<void> => {
        const end = ends.get(partition) ?? 0
        const record = toRecord(partition, message)
        if (record.offset < end) records.push(record)
        if (record.offset >= end - 1) missing.delete(partition)
        if (missing.size === 0) resolve()
        return Promise.resolve()
      }
      consumer.run({ autoCommit: false, eachMessage }).catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}

interface EachMessage {
  readonly partition: number
  readonly message: {
    readonly offset: string
    readonly timestamp: string
    readonly key: Buffer | null
    readonly value: Buffer | null
    readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>
  }
}

function toRecord(partition: number, message: EachMessage['message']): ReadRecord {
  const headers = Object.entries(message.headers ?? {}).flatMap(([key, value]) =>
    [value ?? ''].flat().map((one) => [key, one.toString()] as const),
  )
  return {
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key?.toString() ?? null,
    value: message.value?.toString() ?? null,
    headers,
  }
}
