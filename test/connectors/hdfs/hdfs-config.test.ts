import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { Hdfs3SinkConnector, HdfsSinkConnector } from '../../../connectors/hdfs/index.ts'
import { openHdfs } from '../../../connectors/hdfs/config/open-hdfs.ts'
import { parseHdfsSinkConfig } from '../../../connectors/hdfs/sink/hdfs-sink-config.ts'
import { findAddresses } from '../../../connectors/hdfs/webhdfs/find-addresses.ts'
import { readHadoopConf } from '../../../connectors/hdfs/webhdfs/hadoop-conf.ts'

const base = { name: 'hdfs', topics: 'test_hdfs', 'flush.size': '3' }
const hive = { 'hive.integration': 'true', 'schema.compatibility': 'FULL' }
const byTime = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.TimeBasedPartitioner',
}
const url = { 'hdfs.url': 'hdfs://localhost:9000' }

function problems(
  config: Readonly<Record<string, string>>,
  connector = new HdfsSinkConnector(),
): string[] {
  const values = connector.validate({ ...base, ...config })
  return values.flatMap(({ name, errorMessages }) =>
    errorMessages.map((text) => `${name}: ${text}`),
  )
}

describe('a configuration', () => {
  test('may ask for tables of Hive', () => {
    expect(problems({ ...url, ...hive, ...byTime, 'path.format': "'year'=YYYY/" })).toEqual([])
  })

  test.each([new HdfsSinkConnector(), new Hdfs3SinkConnector()])(
    'needs a URL and a size, and nothing else',
    (connector) => {
      expect(problems(url, connector)).toEqual([])
      expect(problems({}, connector)).toEqual([
        'store.url: Configuration store.url cannot be empty.',
      ])
    },
  )

  test.each([
    [
      { 'format.class': 'io.confluent.connect.hdfs.orc.OrcFormat' },
      'format.class: ORC files cannot',
    ],
    [
      { 'hdfs.authentication.kerberos': 'true', 'connect.hdfs.keytab': '/a' },
      'connect.hdfs.principal: Kerberos needs a principal',
    ],
    [
      { 'hdfs.authentication.kerberos': 'true', 'connect.hdfs.principal': 'a@A' },
      'connect.hdfs.keytab: Kerberos needs the keytab',
    ],
    [
      { 'hive.integration': 'true' },
      'schema.compatibility: Hive Integration requires schema compatibility to be BACKWARD, FORWARD or FULL',
    ],
    [{ ...hive, 'format.class': 'io.confluent.connect.hdfs.json.JsonFormat' }, 'format.class: tab'],
    [{ ...hive, 'hdfs.url': 'http://nn:9870' }, 'store.url: tables are to lie at http://nn:9870'],
    [{ ...hive, 'hive.table.name': 'all' }, 'hive.table.name: all has to contain ${topic}'],
    [{ ...hive, ...byTime, 'path.format': 'YYYY' }, 'path.format: Invalid value for'],
    [{ 'rotate.schedule.interval.ms': '1000' }, 'timezone: timezone configuration must be set'],
    [{ 'topics.dir': '${1}' }, 'topics.dir: Invalid value ${1} for configuration topics.dir'],
    [{ 'logs.dir': '${other}' }, 'topics.dir: Invalid value ${other} for configuration logs.dir'],
  ])('is refused for %j', (config, text) => {
    const [first, ...others] = problems({ ...url, ...config })
    expect(first).toContain(text)
    expect(others).toEqual([])
  })
})

describe('with Kerberos', () => {
  const kerberos = {
    'hdfs.authentication.kerberos': 'true',
    'connect.hdfs.principal': 'connect/_HOST@EXAMPLE.COM',
    'connect.hdfs.keytab': '/no/such/keytab',
  }
  const opened = (more: Readonly<Record<string, string>>): Promise<unknown> =>
    openHdfs(parseHdfsSinkConfig({ ...base, ...url, ...kerberos, ...more }))

  test.each([new HdfsSinkConnector(), new Hdfs3SinkConnector()])(
    'a principal and its keytab are enough',
    (connector) => expect(problems({ ...url, ...kerberos }, connector)).toEqual([]),
  )

  test('a keytab that cannot be read is named', async () => {
    await expect(opened({})).rejects.toThrow(
      'Invalid value /no/such/keytab for configuration connect.hdfs.keytab',
    )
  })

  test('a token beside it is one thing too many', async () => {
    await expect(opened({ 'webhdfs.delegation.token': 'secret' })).rejects.toThrow(
      'webhdfs.delegation.token is set as well',
    )
  })
})

const none = new Map<string, string>()
const ha = new Map([
  ['dfs.nameservices', 'other, sluice'],
  ['dfs.ha.namenodes.sluice', 'nn1,nn2'],
  ['dfs.namenode.http-address.sluice.nn1', 'one:9870'],
  ['dfs.namenode.rpc-address.sluice.nn2', 'two:8020'],
])

describe('the addresses of HTTP', () => {
  test.each([
    ['hdfs://nn:9000', none, ['http://nn:9870', 'http://nn:50070']],
    ['hdfs://nn', none, ['http://nn:9870', 'http://nn:50070']],
    ['webhdfs://nn:9999/base', none, ['http://nn:9999']],
    ['swebhdfs://nn:9999', none, ['https://nn:9999']],
    ['http://httpfs:14000', none, ['http://httpfs:14000']],
    ['hdfs://sluice', ha, ['http://one:9870', 'http://two:9870']],
    [
      'hdfs://nn:8020',
      new Map([
        ['fs.defaultFS', 'hdfs://nn:8020'],
        ['dfs.namenode.http-address', 'nn:1234'],
      ]),
      ['http://nn:1234'],
    ],
    [
      'hdfs:///base',
      new Map([['fs.defaultFS', 'hdfs://nn:1']]),
      ['http://nn:9870', 'http://nn:50070'],
    ],
    [
      'hdfs://nn',
      new Map([['dfs.http.policy', 'HTTPS_ONLY']]),
      ['https://nn:9871', 'https://nn:50470'],
    ],
  ])('of %s', (from, conf, expected) => {
    const { http } = findAddresses({ url: from, webHdfsUrls: [], conf })
    expect(http.map(({ origin }) => origin)).toEqual(expected)
  })

  test('are those of webhdfs.url before all else, and the path is the directory of all', () => {
    const { root, base, http } = findAddresses({
      ...{ url: 'hdfs://sluice/data/lake', conf: ha },
      webHdfsUrls: ['http://a:1', 'https://b:2'],
    })
    expect({ root, base, http: http.map(({ origin }) => origin) }).toEqual({
      ...{ root: 'hdfs://sluice', base: '/data/lake', http: ['http://a:1', 'https://b:2'] },
    })
  })

  test.each(['file:///tmp', 'nn:9000', 'hdfs://'])('%s has none', (from) => {
    const find = (): unknown => findAddresses({ url: from, webHdfsUrls: [], conf: none })
    expect(find).toThrow(`Invalid value ${from} for configuration store.url`)
  })
})

test("Hadoop's files are read, with comments, entities and values that name each other", async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-conf-'))
  try {
    await writeFile(
      path.join(dir, 'hdfs-site.xml'),
      `<configuration><!-- <property><name>gone</name><value>1</value></property> -->
       <property><name>host</name><value>nn</value></property>
       <property><final>true</final><name>address</name> <value>\${host}:1 &amp; \${unknown}</value></property>
       </configuration>`,
    )
    expect(Object.fromEntries(await readHadoopConf(dir))).toEqual({
      ...{ host: 'nn', address: 'nn:1 & ${unknown}' },
    })
    await expect(readHadoopConf(`${dir}/none`)).rejects.toThrow('hadoop.conf.dir')
  } finally {
    await rm(dir, { recursive: true })
  }
})
