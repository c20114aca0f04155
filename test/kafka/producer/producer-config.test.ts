import { describe, expect, test } from 'vitest'
import { producerConfig as parse } from '../../../src/kafka/producer/producer-config.ts'
import type { ProducerConfig } from '../../../src/kafka/producer/producer-config.ts'

const producerConfig = (config: Record<string, string>): ProducerConfig =>
  parse({ 'bootstrap.servers': 'broker:9092', ...config })

describe('producer configuration', () => {
  test('is idempotent with five requests in flight where nothing is said', () => {
    expect(producerConfig({})).toMatchObject({
      acks: -1,
      idempotent: true,
      maxInFlight: 5,
      lingerMs: 0,
      bufferBytes: 4_194_304,
      maxRequestBytes: 1_048_576,
      deliveryTimeoutMs: 120_000,
      codec: null,
    })
    expect(producerConfig({}).batchBytes).toBeGreaterThanOrEqual(65_536)
  })

  test.each([
    ['all', -1],
    ['-1', -1],
    ['0', 0],
    [' 1 ', 1],
  ])('acks=%s', (acks, expected) => {
    expect(producerConfig({ acks }).acks).toBe(expected)
  })

  test('keeps to transaction.timeout.ms, linger.ms and batch.size, at least 1 KiB', () => {
    const config = { 'transaction.timeout.ms': '7', 'linger.ms': '8', 'batch.size': '0' }
    expect(producerConfig(config)).toMatchObject({
      transactionTimeoutMs: 7,
      lingerMs: 8,
      batchBytes: 1024,
    })
  })

  test('compresses with compression.type, at compression.gzip.level', () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 997).join())
    const size = (level: string): number => {
      const config = { 'compression.type': 'gzip', 'compression.gzip.level': level }
      return producerConfig(config).codec?.compress(bytes).length ?? 0
    }
    expect(size('9')).toBeGreaterThan(0)
    expect(size('9')).toBeLessThan(size('1'))
  })

  test.each([
    [{ acks: '1' }],
    [{ retries: '0' }],
    [{ 'max.in.flight.requests.per.connection': '6' }],
    [{ 'enable.idempotence': 'false' }],
  ])('%j rules idempotence out', (config) => {
    expect(producerConfig(config).idempotent).toBe(false)
  })

  test('a batch has the time to linger and to be sent once, though nothing is said of it', () => {
    const config = { 'linger.ms': '100000', 'request.timeout.ms': '50000' }
    expect(producerConfig(config).deliveryTimeoutMs).toBe(150_000)
    const longest = { 'linger.ms': '2147483648', 'request.timeout.ms': '2147483647' }
    expect(producerConfig(longest).deliveryTimeoutMs).toBe(2_147_483_647)
  })

  test.each([
    [{ acks: '2' }, 'Invalid value 2 for configuration acks: String must be one of: all, -1, 0, 1'],
    [
      { acks: '1', 'enable.idempotence': 'true' },
      'Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.',
    ],
    [
      { retries: '0', 'enable.idempotence': 'true' },
      'Must set retries to non-zero when using the idempotent producer.',
    ],
    [
      { 'max.in.flight.requests.per.connection': '6', 'enable.idempotence': 'true' },
      'To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current value is 6.',
    ],
    [
      { 'transactional.id': 't', acks: '1' },
      'Cannot set a transactional.id without also enabling idempotence.',
    ],
    [
      { 'delivery.timeout.ms': '30000', 'linger.ms': '1', 'request.timeout.ms': '30000' },
      'delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms',
    ],
    [
      { 'batch.size': '-1' },
      'Invalid value -1 for configuration batch.size: Value must be at least 0',
    ],
    [{ 'linger.ms': 'soon' }, 'Invalid value soon for configuration linger.ms'],
    [{ 'compression.zstd.level': '23' }, 'Value must be no more than 22'],
  ])('%j is refused with Java’s text', (config, message) => {
    expect(() => producerConfig(config)).toThrow(message)
  })
})
