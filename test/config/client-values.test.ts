import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readClientConfig } from '../../src/config/client-values.ts'
import type { LogEntry } from '../../src/util/logger.ts'
import { formatEntry, setLogSink } from '../../src/util/logger.ts'

const servers = { 'bootstrap.servers': 'broker:9092' }

let entries: LogEntry[] = []
const messages = (): string[] => entries.map(({ message }) => message)
beforeEach(() => {
  entries = []
  setLogSink((entry) => entries.push(entry))
})
afterEach(() => setLogSink((entry) => process.stdout.write(formatEntry(entry))))

describe('the values of a client', () => {
  test('are ours where nothing is said', () => {
    const values = readClientConfig('producer', servers)
    expect(values.number('linger.ms')).toBe(0)
    expect(values.text('acks')).toBe('all')
    expect(values.flag('enable.idempotence')).toBe(true)
    expect(values.text('transactional.id')).toBeNull()
  })

  test('are trimmed, and Java’s largest long is as large as can be', () => {
    const given = { ...servers, acks: ' 1 ', 'max.block.ms': '9223372036854775807' }
    const values = readClientConfig('producer', { ...given, 'enable.idempotence': ' FALSE ' })
    expect(values.text('acks')).toBe('1')
    expect(values.number('max.block.ms')).toBe(Number.MAX_SAFE_INTEGER)
    expect(values.flag('enable.idempotence')).toBe(false)
  })

  test('of another type than asked for are a mistake of ours', () => {
    const values = readClientConfig('admin', servers)
    expect(() => values.number('linger.ms')).toThrow('linger.ms')
    expect(() => values.text('retries')).toThrow('retries')
    expect(() => values.flag('client.id')).toThrow('client.id')
  })
})

test.each([
  ['linger.ms', 'soon', 'Not a number of type LONG'],
  ['linger.ms', '-1', 'Value must be at least 0'],
  ['linger.ms', '', 'Not a number of type LONG'],
  ['batch.size', '1.5', 'Not a number of type INT'],
  ['batch.size', '2147483648', 'Not a number of type INT'],
  ['acks', '2', 'String must be one of: all, -1, 0, 1'],
  ['enable.idempotence', 'maybe', 'Expected value to be either true or false'],
  ['transactional.id', '', 'String must be non-empty'],
  ['compression.gzip.level', '0', 'Value must be between 1 and 9 or equal to -1'],
])('%s=%s is refused with Java’s text', (key, value, reason) => {
  expect(() => readClientConfig('producer', { ...servers, [key]: value })).toThrow(
    `Invalid value ${value} for configuration ${key}: ${reason}`,
  )
})

test('a producer without brokers misses a key', () => {
  expect(() => readClientConfig('producer', {})).toThrow(
    'Missing required configuration "bootstrap.servers" which has no default value.',
  )
})

describe('what cannot be had', () => {
  test.each([
    ['producer', 'transaction.two.phase.commit.enable', 'true'],
    ['producer', 'interceptor.classes', 'com.example.Masking'],
    ['producer', 'ssl.engine.factory.class', 'com.example.Engines'],
    ['consumer', 'group.protocol', 'consumer'],
    ['admin', 'bootstrap.controllers', 'controller:9093'],
  ] as const)('of a %s, %s=%s is refused', (kind, key, value) => {
    expect(() => readClientConfig(kind, { ...servers, [key]: value })).toThrow(
      `Invalid value ${value} for configuration ${key}: `,
    )
  })

  test.each([
    ['producer', 'transaction.two.phase.commit.enable', 'FALSE'],
    ['producer', 'interceptor.classes', ''],
    ['consumer', 'group.protocol', 'CLASSIC'],
    [
      'producer',
      'sasl.oauthbearer.jwt.retriever.class',
      'org.apache.kafka.common.security.oauthbearer.FileJwtRetriever',
    ],
  ] as const)('of a %s, %s=%s is what there is', (kind, key, value) => {
    expect(() => readClientConfig(kind, { ...servers, [key]: value })).not.toThrow()
  })
})

describe('what has no effect', () => {
  test('is warned about once, keys that are not known in Java’s words', () => {
    const config = { ...servers, 'my.key': 'secret', another: '1', 'ssl.provider': 'SunJSSE' }
    readClientConfig('producer', config)
    readClientConfig('producer', config)
    expect(messages()).toEqual([
      "These configurations '[another, my.key]' were supplied but are not used yet.",
      "The configuration 'ssl.provider' of a producer has no effect: it configures a JVM.",
    ])
    expect(entries[0]).toMatchObject({
      level: 'WARN',
      logger: 'org.apache.kafka.common.config.AbstractConfig',
    })
    readClientConfig('consumer', config)
    expect(messages().length).toBe(4)
  })

  test('is not worth a word where it is the default, or nobody can tell', () => {
    const config = {
      'compression.lz4.level': '9',
      'metadata.recovery.strategy': 'Rebootstrap',
      'key.serializer': 'org.apache.kafka.common.serialization.ByteArraySerializer',
      'enable.metrics.push': 'false',
    }
    readClientConfig('producer', { ...servers, ...config })
    readClientConfig('consumer', { ...servers, 'enable.auto.commit': 'false' })
    expect(messages()).toEqual([])
  })
})
