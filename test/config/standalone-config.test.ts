import { afterEach, describe, expect, test } from 'vitest'
import { setClassResolver } from '../../src/config/parse-type.ts'
import { internalTopicConfigs } from '../../src/config/internal-topic-keys.ts'
import { readStandaloneConfig } from '../../src/config/standalone-config.ts'

const string = 'org.apache.kafka.connect.storage.StringConverter'
const least = {
  'bootstrap.servers': 'broker:9092',
  'key.converter': string,
  'value.converter': string,
}
const source = 'worker.properties'

afterEach(() => {
  setClassResolver((name) => (name === '' ? null : name))
})

describe('the file of a standalone worker', () => {
  test('needs brokers and converters only', () => {
    const { config, warnings } = readStandaloneConfig(least, { source })
    expect(config).toMatchObject({
      'bootstrap.servers': ['broker:9092'],
      'header.converter': 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
      'offset.flush.interval.ms': 60000,
      'offset.storage.file.filename': null,
      'offset.storage.topic': 'connect-offsets',
      'offset.storage.partitions': 1,
      'offset.storage.replication.factor': -1,
      'plugin.path': null,
      listeners: ['http://:8083'],
    })
    expect(warnings).toEqual([])
  })

  test.each<[Record<string, string>, RegExp]>([
    [
      { 'key.converter': string, 'value.converter': string },
      /^Missing required configuration "bootstrap\.servers" which has no default value\. Set bootstrap\.servers: Brokers/,
    ],
    [
      { ...least, 'bootstrap.servers': '' },
      /^Configuration 'bootstrap\.servers' must not be empty\. Valid values include: any non-empty value\. Set/,
    ],
    [
      { 'bootstrap.servers': 'broker:9092', 'key.converter': string },
      /^Missing required configuration "value\.converter" which has no default value\. Set value\.converter: Converter of record values, .* \(in worker\.properties\)$/,
    ],
    [
      { ...least, 'offset.flush.interval.ms': 'soon' },
      /^Invalid value soon for configuration offset\.flush\.interval\.ms: Not a number of type LONG\. Set offset/,
    ],
    [
      { ...least, 'offset.storage.partitions': '0' },
      /^Invalid value 0 for configuration offset\.storage\.partitions: Number of partitions must be positive, or -1 to use the broker's default\./,
    ],
    [
      { ...least, 'offset.storage.replication.factor': '-2' },
      /Replication factor must be positive and not larger than the number of brokers/,
    ],
    [{ ...least, 'offset.storage.topic': ' ' }, /^Offset storage topic must be specified\. Set/],
    [
      { ...least, listeners: '' },
      /^Invalid value for listeners, at least one URL is expected, ex: http:\/\/localhost:8080/,
    ],
    [{ ...least, listeners: 'http://:1,,' }, /^Empty URL found when parsing listeners list\./],
    [
      { ...least, 'admin.listeners': 'http://:1,' },
      /^Empty URL found when parsing admin\.listeners list\./,
    ],
    [
      { ...least, 'plugin.discovery': 'x' },
      /one of \(case insensitive\): ONLY_SCAN, SERVICE_LOAD, HYBRID_WARN, HYBRID_FAIL\./,
    ],
  ])('is refused with Java’s sentence and what to do: %j', (props, message) => {
    expect(() => readStandaloneConfig(props, { source })).toThrow(message)
  })

  test('tells everything that is wrong at once', () => {
    const read = (): unknown => readStandaloneConfig({ 'metrics.num.samples': 'x' }, { source })
    expect(read).toThrow(
      /^worker\.properties has 4 errors:\nMissing .*"key\.c.*\nMissing .*\nMissing .*"bootstrap.*\nInvalid/,
    )
  })

  test('names the classes near an unknown one', () => {
    setClassResolver((name) => (name.startsWith('org.apache') ? name : null))
    const adviseClass = (name: string): string => `${name} is near ${string}.`
    expect(() =>
      readStandaloneConfig({ ...least, 'key.converter': 'Strng' }, { source, adviseClass }),
    ).toThrow(
      `Invalid value Strng for configuration key.converter: Class Strng could not be found. Strng is near ${string}.`,
    )
  })

  test('may hold old internal converters, warned about once, and keys of others', () => {
    const { warnings } = readStandaloneConfig(
      {
        ...least,
        'internal.key.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'internal.value.converter.schemas.enable': 'false',
        'key.converter.schemas.enable': 'false',
        'producer.linger.ms': '5',
        'ssl.truststore.location': '/x',
        'retry.backoff.ms': '5',
        'group.id': 'connect-cluster',
      },
      { source },
    )
    expect(warnings).toEqual([
      expect.stringContaining(
        '([internal.key.converter, internal.value.converter.schemas.enable])',
      ),
      "These configurations '[group.id]' were supplied but are not used yet.",
    ])
  })

  test('gives the offsets topic its own settings, but always compaction', () => {
    const originals = {
      ...least,
      'offset.storage.topic': 'o',
      'offset.storage.partitions': '3',
      'offset.storage.segment.bytes': '1000',
      'offset.storage.cleanup.policy': 'delete',
    }
    expect(internalTopicConfigs(originals, 'offset.storage.')).toEqual({
      'segment.bytes': '1000',
      'cleanup.policy': 'compact',
    })
    expect(readStandaloneConfig(originals, { source }).warnings).toEqual([
      "Ignoring 'offset.storage.cleanup.policy=delete' setting, since compaction is always used",
    ])
  })
})
