import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseProperties } from '../../src/config/java-properties.ts'

const folder = new URL('../../config/', import.meta.url)
const files = readdirSync(folder)

function textOf(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8')
}

describe('the files in config/', () => {
  test('are those that Kafka ships, one with a dead letter queue, one of a source of objects, and Confluent’s for HDFS', () => {
    expect(files).toEqual([
      'connect-console-sink.properties',
      'connect-console-source.properties',
      'connect-distributed.properties',
      'connect-file-sink-dead-letters.properties',
      'connect-file-sink.properties',
      'connect-file-source.properties',
      'connect-hdfs-sink-hive.properties',
      'connect-s3-source.properties',
      'connect-standalone.properties',
      'quickstart-hdfs.properties',
    ])
  })

  test.each([
    [
      'connect-file-source.properties',
      {
        name: 'local-file-source',
        'connector.class': 'FileStreamSource',
        'tasks.max': '1',
        file: 'test.txt',
        topic: 'connect-test',
      },
    ],
    [
      'connect-file-sink.properties',
      {
        name: 'local-file-sink',
        'connector.class': 'FileStreamSink',
        'tasks.max': '1',
        file: 'test.sink.txt',
        topics: 'connect-test',
      },
    ],
    [
      'connect-console-source.properties',
      {
        name: 'local-console-source',
        'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
        'tasks.max': '1',
        topic: 'connect-test',
      },
    ],
    [
      'connect-console-sink.properties',
      {
        name: 'local-console-sink',
        'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
        'tasks.max': '1',
        topics: 'connect-test',
      },
    ],
    [
      'connect-distributed.properties',
      {
        'bootstrap.servers': 'localhost:9092',
        'group.id': 'connect-cluster',
        'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'key.converter.schemas.enable': 'true',
        'value.converter.schemas.enable': 'true',
        'offset.storage.topic': 'connect-offsets',
        'offset.storage.replication.factor': '1',
        'config.storage.topic': 'connect-configs',
        'config.storage.replication.factor': '1',
        'status.storage.topic': 'connect-status',
        'status.storage.replication.factor': '1',
        'offset.flush.interval.ms': '10000',
      },
    ],
    [
      'connect-standalone.properties',
      {
        'bootstrap.servers': 'localhost:9092',
        'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'key.converter.schemas.enable': 'true',
        'value.converter.schemas.enable': 'true',
        'offset.storage.topic': 'connect-standalone-offsets',
        'offset.flush.interval.ms': '10000',
      },
    ],
    [
      'quickstart-hdfs.properties',
      {
        name: 'hdfs-sink',
        'connector.class': 'io.confluent.connect.hdfs.HdfsSinkConnector',
        'tasks.max': '1',
        topics: 'test_hdfs',
        'hdfs.url': 'hdfs://localhost:9000',
        'flush.size': '3',
      },
    ],
  ])('%s says what the one of that name says', (file, expected) => {
    expect({ ...parseProperties(textOf(file)) }).toEqual(expected)
  })

  test.each(files)('%s explains every key', (file) => {
    const blocks = textOf(file).split('\n\n').slice(1)
    for (const block of blocks) expect(block).toMatch(/^#/)
    const keys = Object.keys(parseProperties(textOf(file)))
    for (const key of keys) expect(blocks.some((block) => block.includes(`\n${key}=`))).toBe(true)
  })

  test('keep the key by which Kafka’s worker stores offsets, ready to be uncommented', () => {
    expect(textOf('connect-standalone.properties')).toContain(
      '\n#offset.storage.file.filename=/tmp/connect.offsets\n',
    )
  })
})
