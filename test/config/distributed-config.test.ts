import { describe, expect, test } from 'vitest'
import { readDistributedConfig } from '../../src/config/distributed-config.ts'
import { internalTopicConfigs } from '../../src/config/internal-topic-keys.ts'

const string = 'org.apache.kafka.connect.storage.StringConverter'
const least = {
  'bootstrap.servers': 'broker:9092',
  'key.converter': string,
  'value.converter': string,
  'group.id': 'g',
  'config.storage.topic': 'c',
  'offset.storage.topic': 'o',
  'status.storage.topic': 's',
}
const source = 'worker.properties'

function messageOf(changes: Readonly<Record<string, string | null>>): string {
  const given: Record<string, string> = { ...least }
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) Reflect.deleteProperty(given, key)
    else given[key] = value
  }
  try {
    readDistributedConfig(given, { source })
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('the file of a worker of a cluster', () => {
  test('has Java’s defaults', () => {
    const { config, warnings } = readDistributedConfig(least, { source })
    expect(config).toMatchObject({
      'session.timeout.ms': 10000,
      'heartbeat.interval.ms': 3000,
      'rebalance.timeout.ms': 60000,
      'connect.protocol': 'sessioned',
      'scheduled.rebalance.max.delay.ms': 300000,
      'worker.sync.timeout.ms': 3000,
      'worker.unsync.backoff.ms': 300000,
      'exactly.once.source.support': 'disabled',
      'inter.worker.key.ttl.ms': 3600000,
      'inter.worker.key.generation.algorithm': 'HmacSHA256',
      'inter.worker.key.size': null,
      'inter.worker.signature.algorithm': 'HmacSHA256',
      'inter.worker.verification.algorithms': ['HmacSHA256'],
      'offset.storage.partitions': 25,
      'offset.storage.replication.factor': 3,
      'config.storage.replication.factor': 3,
      'status.storage.partitions': 5,
      'status.storage.replication.factor': 3,
      'request.timeout.ms': 40000,
      'receive.buffer.bytes': 32768,
      'group.instance.id': null,
    })
    expect(warnings).toEqual([])
  })

  test.each([
    ['connect.protocol', 'EAGER'],
    ['exactly.once.source.support', 'Enabled'],
    ['inter.worker.key.size', '40'],
    ['inter.worker.key.generation.algorithm', 'hmacsha1'],
    ['inter.worker.key.generation.algorithm', 'AES'],
    ['worker.unsync.backoff.ms', '-1'],
    ['offset.storage.partitions', '-1'],
  ])('may say %s=%s', (key, value) => {
    expect(messageOf({ [key]: value })).toBe('')
  })

  // What DistributedConfig of Kafka 4.3.1 says to the same.
  test.each([
    [
      { 'bootstrap.servers': null },
      'Missing required configuration "bootstrap.servers" which has no default value.',
    ],
    [{ 'group.id': null }, 'Missing required configuration "group.id" which has no default value.'],
    [
      { 'config.storage.topic': null },
      'Missing required configuration "config.storage.topic" which has no default value.',
    ],
    [
      { 'connect.protocol': 'x' },
      'Invalid value x for configuration connect.protocol: Invalid Connect protocol compatibility.',
    ],
    [
      { 'exactly.once.source.support': 'x' },
      'Invalid value x for configuration exactly.once.source.support: String must be one of (case insensitive): DISABLED, ENABLED, PREPARING.',
    ],
    [
      { 'inter.worker.verification.algorithms': '' },
      'Invalid value [] for configuration inter.worker.verification.algorithms: At least one signature verification algorithm must be provided.',
    ],
    [
      { 'inter.worker.signature.algorithm': 'HmacSHA512' },
      'Invalid value HmacSHA512 for configuration inter.worker.signature.algorithm: Signature algorithm must be present in inter.worker.verification.algorithms list.',
    ],
    [
      { 'inter.worker.key.size': '39' },
      'Unable to create key generator with algorithm HmacSHA256 and key size 39: Key length must be at least 40 bits.',
    ],
    [
      { 'inter.worker.key.generation.algorithm': 'AES', 'inter.worker.key.size': '100' },
      'Unable to create key generator with algorithm AES and key size 100: Wrong keysize: must be equal to 128, 192 or 256.',
    ],
    [
      { 'offset.storage.partitions': '0' },
      "Invalid value 0 for configuration offset.storage.partitions: Number of partitions must be positive, or -1 to use the broker's default.",
    ],
    [
      { 'status.storage.replication.factor': '0' },
      "Invalid value 0 for configuration status.storage.replication.factor: Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default.",
    ],
    [
      { 'scheduled.rebalance.max.delay.ms': '-1' },
      'Invalid value -1 for configuration scheduled.rebalance.max.delay.ms: Value must be at least 0.',
    ],
    [
      { 'socket.connection.setup.timeout.ms': '-1' },
      'Invalid value -1 for configuration socket.connection.setup.timeout.ms: Value must be at least 0.',
    ],
    [
      { 'security.protocol': 'x' },
      'Invalid value x for configuration security.protocol: String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT.',
    ],
    [{ 'config.storage.topic': ' ' }, 'Must specify topic for connector configuration.'],
    [{ 'status.storage.topic': '' }, 'Must specify topic for connector status.'],
    [{ 'offset.storage.topic': '' }, 'Offset storage topic must be specified.'],
  ])('is refused in Java’s words: %j', (changes, message) => {
    expect(messageOf(changes)).toContain(message)
  })

  test.each([
    [{ 'group.id': '' }, 'group.id: String must be non-empty. Set group.id: Name of the cluster'],
    [{ 'heartbeat.interval.ms': '10000' }, 'Heartbeat must be set lower than the session timeout.'],
    [
      { 'inter.worker.verification.algorithms': 'HmacSHA256,Rot13' },
      'Invalid value Rot13 for configuration inter.worker.verification.algorithms: the algorithm is not supported here; the supported algorithms are: [HmacMD5,',
    ],
    [
      { 'inter.worker.key.generation.algorithm': 'RC2' },
      'Invalid value RC2 for configuration inter.worker.key.generation.algorithm: the algorithm is not supported here',
    ],
  ])('is refused with what to do: %j', (changes, message) => {
    expect(messageOf(changes)).toContain(message)
  })

  test('gives each topic settings of its own, but always compaction, and the configurations one partition', () => {
    const originals = {
      ...least,
      'config.storage.min.insync.replicas': '2',
      'config.storage.partitions': '7',
      'config.storage.replication.factor': '1',
      'config.storage.cleanup.policy': 'delete',
      'status.storage.segment.bytes': '1000',
    }
    expect(internalTopicConfigs(originals, 'config.storage.')).toEqual({
      'min.insync.replicas': '2',
      'cleanup.policy': 'compact',
    })
    expect(internalTopicConfigs(originals, 'status.storage.')).toEqual({
      'segment.bytes': '1000',
      'cleanup.policy': 'compact',
    })
    expect(readDistributedConfig(originals, { source }).warnings).toEqual([
      "Ignoring 'config.storage.cleanup.policy=delete' setting, since compaction is always used",
      "Ignoring 'config.storage.partitions=7' setting, since config topic partitions is always 1",
    ])
  })

  test('warns of a session that is over before a task has to have stopped', () => {
    const warningsWith = (graceMs: string): readonly string[] =>
      readDistributedConfig({ ...least, 'task.shutdown.graceful.timeout.ms': graceMs }, { source })
        .warnings
    expect(warningsWith('9999')).toEqual([])
    expect(warningsWith('10000')).toEqual([
      'task.shutdown.graceful.timeout.ms=10000 is not less than session.timeout.ms=10000: while a task of one worker takes longer than a session to stop, those of all others pause. Set a longer session.',
    ])
  })
})
