import { readFileSync } from 'node:fs'
import kafkajs from 'kafkajs'
import type { Kafka, Message, Transaction } from 'kafkajs'
import { codecByName, loadCodec } from '../../src/kafka/records/compression.ts'
import { payloadAt, pollRecords, Stopwatch, transactionMs } from './client-task.ts'
import type { ClientReport, ClientTask } from './client-task.ts'

// By default alone: of its names only some can be imported.
const { CompressionCodecs, CompressionTypes, Partitioners, logLevel } = kafkajs

const types = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const

/** A thousand messages a call, as its documentation would have it: it gathers none by itself. */
export async function produce(task: ClientTask): Promise<ClientReport> {
  const { topic, records } = task
  const payloads = readFileSync(task.payloadFile, 'utf8').trimEnd().split('\n')
  const values = payloads.map((line) => Buffer.from(line))
  const watch = new Stopwatch(records)
  const producer = (await open(task)).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
    ...(task.transactional && { transactionalId: topic }),
  })
  await producer.connect()
  watch.start()
  let transaction: Transaction | null = task.transactional ? await producer.transaction() : null
  let begunAt = performance.now()
  for (let from = 0; from < records; from += pollRecords) {
    const messages: Message[] = []
    for (let i = from; i < Math.min(from + pollRecords, records); i++) {
      messages.push({ value: payloadAt(values, i) })
    }
    const sent = { topic, messages, acks: -1, compression: types[task.codec] }
    await (transaction ?? producer).send(sent)
    watch.passed(from + messages.length)
    if (transaction !== null && performance.now() - begunAt >= transactionMs) {
      await transaction.commit()
      transaction = await producer.transaction()
      begunAt = performance.now()
    }
  }
  await transaction?.commit()
  const report = watch.stop(records)
  await producer.disconnect()
  return report
}

export async function fetch(task: ClientTask): Promise<ClientReport> {
  const { topic, records, transactional } = task
  const watch = new Stopwatch(records)
  const consumer = (await open(task)).consumer({
    groupId: `${topic}-${process.pid}`,
    readUncommitted: !transactional,
  })
  consumer.on(consumer.events.GROUP_JOIN, () => watch.start())
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  let count = 0
  const done = new Promise<ClientReport>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
    const eachBatch = ({
      batch,
    }: {
      readonly batch: { readonly messages: readonly Pick<Message, 'value'>[] }
    }): Promise<void> => {
      for (const { value } of batch.messages) if (value !== null) count++
      watch.passed(count)
      if (count >= records) resolve(watch.stop(count))
      return Promise.resolve()
    }
    consumer.run({ eachBatch }).catch(reject)
  })
  const report = await done
  await consumer.disconnect()
  return report
}

/** With our codecs, where it has none of its own. */
async function open({ codec, bootstrapServers }: ClientTask): Promise<Kafka> {
  if (codec !== 'none' && codec !== 'gzip') {
    await loadCodec(codec)
    const ours = codecByName(codec)
    CompressionCodecs[types[codec]] = () => ({
      compress: ({ buffer }: { readonly buffer: Buffer }) => Promise.resolve(ours.compress(buffer)),
      decompress: (buffer: Buffer) => Promise.resolve(ours.decompress(buffer)),
    })
  }
  return new kafkajs.Kafka({
    clientId: 'bench',
    brokers: bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
  })
}
