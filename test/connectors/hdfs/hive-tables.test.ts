import { describe, expect, test } from 'vitest'
import { SchemaBuilder, Struct } from '../../../src/api/index.ts'
import type { ConnectorConfig, Schema, SinkRecord } from '../../../src/api/index.ts'
import { hiveTables } from '../../../connectors/hdfs/hive/open-hive-tables.ts'
import { HdfsPaths } from '../../../connectors/hdfs/sink/hdfs-paths.ts'
import { parseHdfsSinkConfig } from '../../../connectors/hdfs/sink/hdfs-sink-config.ts'
import { waitFor } from '../../support/wait-for.ts'
import { record, schemaV1, schemaV2, struct } from '../storage/support.ts'
import { FakeHive } from './fake-hive.ts'
import { MemoryHdfs } from './memory-hdfs.ts'
import { RunningSink, baseConfig, formatOf, quiet } from './running-sink.ts'

const hiveConfig = {
  'hive.integration': 'true',
  'schema.compatibility': 'BACKWARD',
  'hive.database': 'lake',
  'flush.size': '1',
}
const parquet = { ...hiveConfig, 'format.class': formatOf('Parquet') }
const avro = { ...hiveConfig, 'format.class': formatOf('Avro') }
const byInt = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.FieldPartitioner',
  'partition.field.name': 'int',
}
const table = '`lake`.`test_topic`'
const root = 'hdfs://localhost:9000/topics/test-topic'

const added = (...ints: readonly number[]): string =>
  `ALTER TABLE ${table} ADD IF NOT EXISTS ${ints
    .map((int) => `PARTITION (\`int\`='${int}') LOCATION '${root}/int=${int}'`)
    .join(' ')}`

const withInts = (ints: readonly number[], schema: Schema = schemaV1, first = 0): SinkRecord[] =>
  ints.map((int, index) => record({ offset: first + index, value: struct(int, schema) }))

async function start(
  config: ConnectorConfig,
  hive: FakeHive,
  records: readonly SinkRecord[],
  hdfs = new MemoryHdfs(),
): Promise<RunningSink> {
  return await RunningSink.start(config, hdfs, records, 0, hive.open)
}

/** What Hive is told, once a sink has taken `records`. */
async function toldOf(
  config: ConnectorConfig,
  records: readonly SinkRecord[],
  hive = new FakeHive(),
): Promise<readonly string[]> {
  const sink = await start(config, hive, records)
  await sink.run(1)
  await sink.close()
  expect(hive.sessions).toBe(0)
  return hive.statements
}

describe('the first file of a topic', () => {
  test('makes the database, a table of Parquet with the columns of its schema, and a partition', async () => {
    expect(await toldOf(parquet, withInts([12]))).toEqual([
      'CREATE DATABASE IF NOT EXISTS `lake`',
      `CREATE EXTERNAL TABLE IF NOT EXISTS ${table} (\`boolean\` boolean, \`int\` int, \`long\` bigint, \`float\` float, \`double\` double) PARTITIONED BY (\`partition\` string) ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat' OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat' LOCATION '${root}'`,
      `ALTER TABLE ${table} ADD IF NOT EXISTS PARTITION (\`partition\`='12') LOCATION '${root}/partition=12'`,
    ])
  })

  test('makes a table of Avro with its schema, without the fields that the directories hold', async () => {
    const [, create = '', partition] = await toldOf({ ...avro, ...byInt }, withInts([7]))
    expect(create).toContain(
      "PARTITIONED BY (`int` string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.avro.AvroSerDe'",
    )
    const literal = /TBLPROPERTIES \('avro.schema.literal'='(.*)'\)$/.exec(create)?.[1] ?? ''
    expect(JSON.parse(literal)).toMatchObject({
      ...{ type: 'record', name: 'record', 'connect.version': 1 },
      fields: [{ name: 'boolean' }, { name: 'long' }, { name: 'float' }, { name: 'double' }],
    })
    expect(partition).toBe(added(7))
  })

  test('makes no database of the one that is always there', async () => {
    const [first = ''] = await toldOf({ ...parquet, 'hive.database': 'default' }, withInts([1]))
    expect(first).toContain('CREATE EXTERNAL TABLE IF NOT EXISTS `default`.`test_topic` ')
  })
})

test('a directory is added once, however many files it gets', async () => {
  const told = await toldOf({ ...avro, ...byInt }, withInts([1, 2, 1, 2, 1]))
  const partitions = told.filter((statement) => statement.includes('PARTITION ('))
  expect(partitions.join(' ').match(/PARTITION \(/g)).toHaveLength(2)
})

test('what comes together goes in one statement', async () => {
  const hive = new FakeHive()
  const told = await toldOf({ ...avro, ...byInt, 'flush.size': '3' }, withInts([1, 2, 3]), hive)
  expect(told.at(-1)).toBe(added(1, 2, 3))
})

describe('another schema', () => {
  test('gets into the properties of a table of Avro', async () => {
    const told = await toldOf({ ...avro, ...byInt }, [
      ...withInts([1]),
      ...withInts([1], schemaV2, 1),
    ])
    const all = told.filter((statement) => statement.includes('avro.schema.literal'))
    expect(all.at(-1)).toContain('"name":"string"')
  })

  test('adds columns to a table of Parquet, and widens them; what it lacks stays', async () => {
    const hive = new FakeHive()
    hive.columns = [
      ...[
        ['gone', 'string'],
        ['boolean', 'boolean'],
        ['long', 'int'],
        ['float', 'double'],
      ],
      ...[
        ['partition', 'string'],
        ['', null],
        ['# Partition Information', null],
        ['int', 'x'],
      ],
    ]
    const told = await toldOf(parquet, withInts([1], schemaV2), hive)
    expect(told.slice(0, -1)).toEqual([
      `ALTER TABLE ${table} CHANGE COLUMN \`long\` \`long\` bigint CASCADE`,
      `ALTER TABLE ${table} ADD COLUMNS (\`int\` int, \`double\` double, \`string\` string) CASCADE`,
    ])
  })

  test('that Hive refuses keeps no partition out, and is tried again', async () => {
    const hive = new FakeHive()
    hive.columns = []
    hive.refuses = (statement) => statement.includes('ADD COLUMNS')
    const sink = await start({ ...parquet, ...byInt }, hive, withInts([1]))
    await sink.run(1)
    await waitFor('the partition', () => hive.statements.includes(added(1)))
    hive.refuses = () => false
    await waitFor('the columns', () => hive.statements.some((each) => each.includes('ADD COLUMNS')))
    await sink.close()
  })

  test('of a partition of the topic that is behind takes nothing back', async () => {
    const hive = new FakeHive()
    const config = parseHdfsSinkConfig({ ...baseConfig, ...avro })
    const place = { config, hdfs: new MemoryHdfs(), log: quiet }
    const paths = HdfsPaths.of(config, '/')
    const tables = hiveTables({ ...place, paths, root: 'hdfs://nn' }, hive.open)
    tables.completed('t', 'partition=0', schemaV2)
    await waitFor('the table', () => hive.statements.length === 3)
    tables.completed('t', 'partition=1', schemaV1)
    await tables.stop(60_000)
    expect(hive.statements.at(1)).toContain('"name":"string"')
    expect(hive.statements.slice(2).join()).not.toContain('avro.schema.literal')
    expect(hive.statements.at(-1)).toContain("PARTITION (`partition`='1')")
  })
})

describe('Hive that is away', () => {
  test('keeps no record from HDFS, and is told all of it later', async () => {
    const hive = new FakeHive()
    hive.away = true
    const hdfs = new MemoryHdfs()
    const sink = await start({ ...avro, ...byInt }, hive, withInts([1, 2, 3]), hdfs)
    await sink.run(1)
    expect(sink.committed).toBe(3)
    expect(Object.keys(hdfs.below('/topics'))).toHaveLength(3)
    await waitFor('Hive to be asked again and again', () => hive.knocks > 2)
    expect(hive.statements).toEqual([])
    hive.away = false
    await waitFor('the partitions', () => hive.statements.at(-1) === added(1, 2, 3))
    await sink.close()
  })

  test('does not hold up the end of a task, nor does one that says nothing', async () => {
    for (const how of ['away', 'silent'] as const) {
      const hive = new FakeHive()
      hive[how] = true
      const config = parseHdfsSinkConfig({ ...baseConfig, ...avro })
      const place = { config, hdfs: new MemoryHdfs(), log: quiet }
      const paths = HdfsPaths.of(config, '/')
      const tables = hiveTables({ ...place, paths, root: 'hdfs://nn' }, hive.open)
      tables.completed('t', 'partition=0', schemaV1)
      if (how === 'away') await waitFor('the first attempt', () => hive.knocks > 0)
      await tables.stop(50)
      expect(hive.statements).toEqual([])
      expect(hive.sessions).toBe(0)
    }
  })

  test('and has lost the table since gets it again, with all there is in HDFS', async () => {
    const hive = new FakeHive()
    const hdfs = new MemoryHdfs()
    const sink = await start({ ...avro, ...byInt }, hive, withInts([1, 2]), hdfs)
    await sink.put(1)
    await waitFor('the first partition', () => hive.statements.at(-1) === added(1))
    hive.columns = null
    hive.refuses = (statement) => hive.columns === null && statement.includes('ADD IF NOT')
    await sink.run(1)
    await waitFor('both', () => hive.statements.at(-1) === added(2, 1))
    expect(hive.statements.filter((each) => each.startsWith('CREATE EXTERNAL'))).toHaveLength(2)
    await sink.close()
  })
})

test('a task that starts adds the directories that another one has left, and asks for no schema', async () => {
  const hdfs = new MemoryHdfs()
  const list = withInts([1, 2, 3])
  const first = await RunningSink.start({ ...avro, ...byInt }, hdfs, list)
  await first.run(1)
  await first.close()
  const hive = new FakeHive()
  hive.columns = []
  hive.partitions = ['int=2']
  const next = await start({ ...avro, ...byInt }, hive, list, hdfs)
  await next.put(0)
  await waitFor('the partitions', () => hive.statements.length > 0)
  await next.close()
  expect(hive.statements).toEqual([added(1, 3)])
})

test('two topics of one table: the second has none', async () => {
  const hive = new FakeHive()
  const config = parseHdfsSinkConfig({ ...baseConfig, ...avro })
  const place = { config, hdfs: new MemoryHdfs() }
  const errors: unknown[] = []
  const log = { ...quiet, error: (message: unknown) => errors.push(message) }
  const paths = HdfsPaths.of(config, '/')
  const tables = hiveTables({ ...place, log, paths, root: 'hdfs://nn' }, hive.open)
  tables.completed('a.b', 'partition=0', schemaV1)
  tables.completed('a-b', 'partition=1', schemaV1)
  tables.completed('a-b', 'partition=2', schemaV1)
  await tables.stop(60_000)
  expect(hive.statements.join()).toContain('hdfs://nn/topics/a.b/partition=0')
  expect(hive.statements.join()).not.toContain('a-b')
  expect(errors).toEqual([
    'The table a_b of Hive is that of a.b already: a-b has none. Write one of them by a connector with another hive.table.name or hive.database.',
  ])
})

test('a value of a field is but a value, whatever it holds', async () => {
  const schema = SchemaBuilder.struct()
    .name('text')
    .version(1)
    .field('text', SchemaBuilder.string().build())
    .field('id', SchemaBuilder.int32().build())
    .build()
  const text = "'); DROP TABLE x; -- ${system} \\'"
  const value = new Struct(schema).put('text', text).put('id', 1)
  const config = { ...parquet, ...byInt, 'partition.field.name': 'text' }
  const told = await toldOf(config, [record({ offset: 0, value })])
  const quoted = `'\\u0027)\\u003b DROP TABLE x\\u003b -- \\u0024{system} \\\\\\u0027'`
  const location = quoted.replace("'", `'${root}/text=`)
  expect(told.at(-1)).toBe(
    `ALTER TABLE ${table} ADD IF NOT EXISTS PARTITION (\`text\`=${quoted}) LOCATION ${location}`,
  )
})
