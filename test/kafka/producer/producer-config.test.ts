import { describe, expect, test } from 'vitest'
import { producerConfig } from '../../../src/kafka/producer/producer-config.ts'

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
    [{ acks: '1' }],
    [{ retries: '0' }],
    [{ 'max.in.flight.requests.per.connection': '6' }],
    [{ 'enable.idempotence': 'false' }],
  ])('%j rules idempotence out', (config) => {
    expect(producerConfig(config).idempotent).toBe(false)
  })

  test.each([
    [{ acks: '2' }, 'Invalid value 2 for "acks": expected all, -1, 0 or 1.'],
    [{ acks: '1', 'enable.idempotence': 'true' }, 'it needs acks=all'],
    [{ retries: '0', 'enable.idempotence': 'true' }, 'it needs "retries" above 0'],
    [
      { 'max.in.flight.requests.per.connection': '6', 'enable.idempotence': 'true' },
      '"max.in.flight.requests.per.connection" of at most 5',
    ],
    [{ 'enable.idempotence': 'maybe' }, 'expected true or false'],
    [
      { 'batch.size': '-1' },
      'Invalid value -1 for "batch.size": expected an integer of at least 0.',
    ],
    [{ 'linger.ms': 'soon' }, 'Invalid value soon for "linger.ms"'],
  ])('%j is refused with the key and what was expected', (config, message) => {
    expect(() => producerConfig(config)).toThrow(message)
  })
})
