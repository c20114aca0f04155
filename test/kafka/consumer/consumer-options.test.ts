import { expect, test } from 'vitest'
import { ConfigError } from '../../../src/errors/connect-error.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'

test("Java's defaults", () => {
  expect(consumerOptions({})).toEqual({
    fetchMinBytes: 1,
    fetchMaxWaitMs: 500,
    fetchMaxBytes: 52_428_800,
    maxPartitionFetchBytes: 1_048_576,
    maxPollRecords: 500,
    checkCrcs: true,
    autoOffsetReset: { kind: 'latest', durationMs: 0, text: 'latest' },
    isolationLevel: 0,
    rackId: '',
    apiTimeoutMs: 60_000,
  })
})

test('the keys of a consumer reach what they configure', () => {
  const options = consumerOptions({
    'fetch.min.bytes': '2',
    'fetch.max.wait.ms': '3',
    'fetch.max.bytes': '4',
    'max.partition.fetch.bytes': '5',
    'max.poll.records': '6',
    'check.crcs': 'false',
    'isolation.level': 'read_committed',
    'default.api.timeout.ms': '7',
  })
  expect(options).toMatchObject({
    fetchMinBytes: 2,
    fetchMaxWaitMs: 3,
    fetchMaxBytes: 4,
    maxPartitionFetchBytes: 5,
    maxPollRecords: 6,
    checkCrcs: false,
    isolationLevel: 1,
    apiTimeoutMs: 7,
  })
})

test.each([
  ['isolation.level', 'serializable'],
  ['max.poll.records', '0'],
  ['fetch.max.bytes', 'many'],
  ['check.crcs', 'yes'],
])('%s=%s is refused by name', (key, value) => {
  expect(() => consumerOptions({ [key]: value })).toThrow(ConfigError)
  expect(() => consumerOptions({ [key]: value })).toThrow(`"${key}"`)
})
