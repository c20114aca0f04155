import { describe, expect, test } from 'vitest'
import {
  adminConfigFor,
  consumerConfigFor,
  deadLetterProducerConfigFor,
  producerConfigFor,
  workerClientConfig,
} from '../../src/config/client-config.ts'

const worker = {
  'bootstrap.servers': 'broker:9092',
  'security.protocol': 'SASL_SSL',
  'sasl.jaas.config': 'worker login',
  'retry.backoff.ms': '7',
  'offset.flush.interval.ms': '1000',
  'producer.linger.ms': '3',
  'producer.acks': '1',
  'consumer.max.poll.records': '100',
  'admin.request.timeout.ms': '9',
}
const owner = { connector: 'lines', task: 2 }

describe('the clients of a connector', () => {
  test('have Java’s names, and what the connector needs to be so', () => {
    expect(producerConfigFor({}, {}, owner)).toEqual({
      'client.id': 'connector-producer-lines-2',
      acks: 'all',
      'max.block.ms': '9007199254740991',
      'delivery.timeout.ms': '2147483647',
    })
    expect(consumerConfigFor({}, {}, owner)).toEqual({
      'client.id': 'connector-consumer-lines-2',
      'group.id': 'connect-lines',
      'enable.auto.commit': 'false',
      'auto.offset.reset': 'earliest',
    })
    expect(deadLetterProducerConfigFor({}, {}, owner)['client.id']).toBe(
      'connector-dlq-producer-lines-2',
    )
    expect(adminConfigFor({}, {}, owner)['client.id']).toBe('connector-adminclient-lines-2')
    expect(consumerConfigFor({}, {}, { connector: 'lines' })['client.id']).toBe(
      'connector-consumer-lines',
    )
  })

  test('take the worker’s prefixed keys, and over them the connector’s overrides', () => {
    const overrides = { 'producer.override.linger.ms': '5', 'consumer.override.group.id': 'g' }
    const producer = producerConfigFor(worker, overrides, owner)
    expect(producer).toMatchObject({ 'linger.ms': '5', acks: '1' })
    expect(producer).not.toHaveProperty('max.poll.records')
    const consumer = consumerConfigFor(worker, overrides, owner)
    expect(consumer).toMatchObject({ 'max.poll.records': '100', 'group.id': 'g' })
    expect(consumer).not.toHaveProperty('offset.flush.interval.ms')
  })

  test('reach the worker’s brokers as the worker does', () => {
    expect(producerConfigFor(worker, {}, owner)).toMatchObject({
      'bootstrap.servers': 'broker:9092',
      'security.protocol': 'SASL_SSL',
      'sasl.jaas.config': 'worker login',
    })
    expect(producerConfigFor(worker, {}, owner)).not.toHaveProperty('retry.backoff.ms')
    expect(adminConfigFor(worker, {}, owner)).toMatchObject({
      'security.protocol': 'SASL_SSL',
      'retry.backoff.ms': '7',
      'request.timeout.ms': '9',
    })
  })

  test.each([
    { 'producer.override.bootstrap.servers': 'other:9092' },
    { 'producer.override.security.protocol': 'PLAINTEXT' },
  ])('do not give the worker’s login to other brokers, or in another way: %j', (overrides) => {
    const config = producerConfigFor(worker, overrides, owner)
    expect(config).not.toHaveProperty('sasl.jaas.config')
  })
})

test('the worker’s own clients take its keys without prefix', () => {
  expect(workerClientConfig(worker, 'worker-admin')).toEqual({
    'client.id': 'worker-admin',
    'bootstrap.servers': 'broker:9092',
    'security.protocol': 'SASL_SSL',
    'sasl.jaas.config': 'worker login',
    'retry.backoff.ms': '7',
  })
})
