import { Kafka, logLevel } from 'kafkajs'
import { expect, inject, test } from 'vitest'
import { cleanUp } from '../../../src/kafka/clean-up.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { configOf } from './support.ts'

const prefix = topicPrefix('clean-up')
const signal = AbortSignal.timeout(60_000)

test('an open transaction of a producer that is gone is aborted, and the producer fenced', async () => {
  const [topic, transactionalId] = [`${prefix}fenced`, `${prefix}transaction`]
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  await kafka.createTopic(topic)
  const brokers = inject('bootstrapServers').split(',')
  const producer = new Kafka({
    brokers,
    logLevel: logLevel.NOTHING,
  }).producer({
    ...{ transactionalId, idempotent: true, maxInFlightRequests: 1 },
    transactionTimeout: 600_000,
  })
  await producer.connect()
  try {
    const open = await producer.transaction()
    await open.send({ topic, messages: [{ value: 'never committed' }] })
    await cleanUp(configOf(), [{ transactionalId }], signal)
    await expect(open.commit()).rejects.toThrow(/epoch|fenced/i)
    // Who reads what is committed gets past the transaction.
    await kafka.send(topic, ['after it'])
    expect(await kafka.readValues(topic)).toEqual(['after it'])
  } finally {
    await producer.disconnect()
  }
})
