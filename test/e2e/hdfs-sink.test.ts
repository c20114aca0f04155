import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { readAvroFile } from '../../connectors/storage/index.ts'
import { isStruct } from '../../src/api/index.ts'
import { startHdfs } from '../services/hadoop/mini-hdfs.ts'
import type { MiniHdfs } from '../services/hadoop/mini-hdfs.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

let hdfs: MiniHdfs

beforeAll(async () => {
  hdfs = await startHdfs({ nameNodes: 2 })
}, 600_000)
afterAll(() => hdfs[Symbol.asyncDispose]())

const schema = {
  type: 'struct',
  optional: false,
  name: 'number',
  fields: [{ field: 'n', type: 'int64', optional: false }],
}

test(
  'files of Avro lie where Confluent puts them, while one NameNode takes over from the other, and are read back',
  { timeout: 240_000 },
  async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const topic = `${topicPrefix('hdfs')}test_hdfs`
    await kafka.createTopic(topic)
    let count = 0
    const add = async (more: number): Promise<void> => {
      const values = Array.from({ length: more }, (_, index) =>
        JSON.stringify({ schema, payload: { n: count + index } }),
      )
      await kafka.send(topic, values)
      count += more
    }
    const sink = await dir.properties('sink.properties', {
      ...{ name: 'hdfs-sink', topics: topic, 'tasks.max': '1', 'flush.size': '3' },
      'connector.class': 'io.confluent.connect.hdfs.HdfsSinkConnector',
      'hdfs.url': hdfs.url,
      'hadoop.conf.dir': hdfs.confDir,
      'webhdfs.user': 'root',
      'retry.backoff.ms': '500',
    })
    await add(4)
    await using sluice = await Sluice.start({
      ...{ dir, connectorFiles: [sink], bootstrapServers: inject('bootstrapServers') },
      properties: {
        'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'offset.storage.file.filename': dir.file('offsets'),
      },
    })
    const names = ['0000000000+0000000002', '0000000003+0000000005', '0000000006+0000000008'].map(
      (offsets) => `/topics/${topic}/partition=0/${topic}+0+${offsets}.avro`,
    )
    const written = async (files: number): Promise<ReadonlyMap<string, Buffer>> =>
      await waitFor(
        `${files} files in HDFS`,
        async () => {
          const found = await hdfs.files(`/topics/${topic}`)
          return found.size >= files ? found : undefined
        },
        { timeoutMs: 90_000 },
      )
    await written(1)
    await hdfs.control('/ha/failover/1')
    await add(5)
    const files = await written(3)
    expect([...files.keys()]).toEqual(names)
    const numbers: unknown[] = []
    for (const bytes of files.values()) {
      for await (const { value } of readAvroFile(bytes)) {
        if (isStruct(value)) numbers.push(value.get('n'))
      }
    }
    expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(await hdfs.files('/topics/+tmp')).toEqual(new Map())
    await sluice.request('POST', '/connectors', {
      name: 'hdfs-source',
      config: {
        ...{
          'connector.class': 'io.confluent.connect.hdfs3.Hdfs3SourceConnector',
          'tasks.max': '2',
        },
        ...{ 'store.url': hdfs.url, 'hadoop.conf.dir': hdfs.confDir, 'webhdfs.user': 'root' },
        'format.class': 'io.confluent.connect.hdfs3.avro.AvroFormat',
        'record.batch.max.size': '2',
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
        'value.converter.schemas.enable': 'false',
        transforms: 'copy',
        'transforms.copy.type': 'org.apache.kafka.connect.transforms.RegexRouter',
        'transforms.copy.regex': '(.*)',
        'transforms.copy.replacement': 'copy_of_$1',
      },
    })
    const copies = await waitFor(
      'the records to come back',
      async () => {
        const found = await kafka.readValues(`copy_of_${topic}`).catch(() => [])
        return found.length >= 9 ? found : undefined
      },
      { timeoutMs: 60_000 },
    )
    expect(copies.map(String)).toEqual(Array.from({ length: 9 }, (_, n) => JSON.stringify({ n })))
    expect(await sluice.process.stop()).toBe(143)
  },
)
