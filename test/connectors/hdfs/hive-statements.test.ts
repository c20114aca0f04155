import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConnectDate, ConnectTimestamp, Decimal, SchemaBuilder } from '../../../src/api/index.ts'
import { hiveEndpoint } from '../../../connectors/hdfs/hive/hive-endpoint.ts'
import { hiveType } from '../../../connectors/hdfs/hive/hive-types.ts'
import { identifier, literal } from '../../../connectors/hdfs/hive/statements.ts'
import { AvroTableFormat, withoutFields } from '../../../connectors/hdfs/hive/table-format.ts'
import { TableLayout } from '../../../connectors/hdfs/hive/table-layout.ts'
import { partitionerConfig } from '../../../connectors/storage/index.ts'

describe('a text in a statement', () => {
  /** As Hive reads it (`BaseSemanticAnalyzer.unescapeSQLString`), of which no more is written. */
  const read = (quoted: string): string =>
    quoted
      .slice(1, -1)
      .replace(/\\(?:u([0-9a-f]{4})|(\\))/g, (_whole, hex: string | undefined) =>
        hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
      )

  const unit = fc.oneof(
    fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    fc.constantFrom('\\', "'", '$', ';', 'u', '{', '0', '\n'),
  )

  test('is read as it was, and is neither an end, nor a variable, nor another statement', () => {
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const text = units.join('')
        const quoted = literal(text)
        expect(quoted).toMatch(/^'(?:[ -&(-:<-[\]-~]|\\\\|\\u[0-9a-f]{4})*'$/)
        expect(quoted).not.toContain('$')
        expect(read(quoted)).toBe(text)
      }),
    )
  })

  test('and a name is, in backticks; one that HiveServer2 would fill in is refused', () => {
    expect(identifier('a`; DROP')).toBe('`a``; DROP`')
    expect(() => identifier('${x}')).toThrow('Hive takes no name with ${ in it')
  })
})

const string = SchemaBuilder.string().build()
const int64 = SchemaBuilder.int64().build()
const place = SchemaBuilder.struct().field('city', string).field('Id', int64).build()

describe('the type of a column of Parquet', () => {
  test.each([
    [SchemaBuilder.int8().build(), 'tinyint'],
    [SchemaBuilder.int16().build(), 'smallint'],
    [SchemaBuilder.float32().optional().build(), 'float'],
    [SchemaBuilder.bytes().build(), 'binary'],
    [ConnectDate.SCHEMA, 'date'],
    [ConnectTimestamp.SCHEMA, 'timestamp'],
    [Decimal.schema(2), 'decimal(38,2)'],
    [Decimal.builder(2).parameter('connect.decimal.precision', '10').build(), 'decimal(10,2)'],
    [SchemaBuilder.array(place).build(), 'array<struct<`city`:string,`Id`:bigint>>'],
    [SchemaBuilder.map(string, place).build(), 'map<string,struct<`city`:string,`Id`:bigint>>'],
    [SchemaBuilder.map(int64, string).build(), 'array<struct<`key`:bigint,`value`:string>>'],
  ])('of %s is %s', (schema, expected) => {
    expect(hiveType(schema)).toBe(expected)
  })
})

test('a decimal of more digits than Hive has is binary in a schema of Avro', () => {
  const schema = SchemaBuilder.struct()
    .name('n')
    .field('long', Decimal.schema(2))
    .field('short', Decimal.builder(2).parameter('connect.decimal.precision', '9').build())
    .build()
  const { properties } = new AvroTableFormat({}).describe(schema)
  const { fields } = JSON.parse(properties['avro.schema.literal'] ?? '') as {
    readonly fields: readonly { readonly type: object }[]
  }
  expect(fields.map(({ type }) => 'logicalType' in type)).toEqual([false, true])
})

test('a schema without some of its fields keeps all else', () => {
  const schema = SchemaBuilder.struct()
    .name('n')
    .version(3)
    .doc('text')
    .parameter('a', 'b')
    .field('Gone', string)
    .field('kept', int64)
    .build()
  const left = withoutFields(schema, ['gone', 'other'])
  const { name, version, doc, parameters, fields } = left
  expect({ name, version, doc, parameters }).toEqual({
    ...{ name: 'n', version: 3, doc: 'text', parameters: new Map([['a', 'b']]) },
  })
  expect(fields).toEqual([{ name: 'kept', index: 0, schema: int64 }])
  expect(withoutFields(schema, ['other'])).toBe(schema)
})

const partitioner = (name: string, more: Record<string, string> = {}): TableLayout =>
  new TableLayout(
    partitionerConfig.parse({
      'partitioner.class': `io.confluent.connect.storage.partitioner.${name}Partitioner`,
      ...more,
    }),
  )

describe('the columns of directories', () => {
  const fields = { 'partition.field.name': 'user.City,b' }
  const pattern = { 'path.format': "'year'=YYYY/'the month='MM/" }

  test.each([
    [partitioner('Default'), ['partition'], 'partition=3', ['3']],
    [partitioner('Daily'), ['year', 'month', 'day'], 'year=1/month=2/day=3', ['1', '2', '3']],
    [partitioner('TimeBased', pattern), ['year', 'the month'], 'year=1/the month=2', ['1', '2']],
    [partitioner('Field', fields), ['user_city', 'b'], 'user.City=x/y=/b=z=', ['x/y=', 'z=']],
    [
      partitioner('Field', fields),
      ['user_city', 'b'],
      'user.City=null/b=',
      ['null', '__HIVE_DEFAULT_PARTITION__'],
    ],
    [partitioner('Field', fields), ['user_city', 'b'], 'b=1/user.City=2', null],
    [partitioner('Field', fields), ['user_city', 'b'], 'user.City=2', null],
  ])('%#', (layout, columns, directory, values) => {
    expect(layout.columns).toEqual(columns)
    expect(layout.valuesOf(directory)).toEqual(values)
  })

  test('have names, or Hive has none', () => {
    expect(() => partitioner('TimeBased', { 'path.format': "'year'=YYYY/MM" })).toThrow(
      "path.format: MM has no name, which Hive needs for its column, as in 'year'=YYYY.",
    )
  })
})

describe('HiveServer2', () => {
  const none = new Map<string, string>()
  const plain = { httpPath: null, tls: false, sasl: true, user: null, password: null }

  test.each([
    ['jdbc:hive2://a/', '', none, { ...plain, hosts: [{ host: 'a', port: 10_000 }] }],
    [
      'jdbc:hive2://a:1,b/db;auth=noSasl;ssl=true;user=me;password=a=b?x=1#y=2',
      ...(['', none] as const),
      {
        ...{ httpPath: null, tls: true, sasl: false, user: 'me', password: 'a=b' },
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 10_000 },
        ],
      },
    ],
    [
      'jdbc:hive2://[::1]:2;transportMode=HTTP;httpPath=/gateway/hive',
      ...(['', none] as const),
      { ...plain, httpPath: '/gateway/hive', hosts: [{ host: '::1', port: 2 }] },
    ],
    [
      '',
      'thrift://m1:9083, thrift://m2:9083',
      none,
      {
        ...plain,
        hosts: [
          { host: 'm1', port: 10_000 },
          { host: 'm2', port: 10_000 },
        ],
      },
    ],
    [
      '',
      '',
      new Map([
        ['hive.metastore.uris', 'thrift://m'],
        ['hive.server2.transport.mode', 'http'],
        ['hive.server2.use.SSL', 'true'],
        ['hive.server2.authentication', 'NoSasl'],
      ]),
      {
        ...{ ...plain, tls: true, sasl: false, httpPath: '/cliservice' },
        hosts: [{ host: 'm', port: 10_001 }],
      },
    ],
  ])('of %j and %j', (url, metastoreUris, conf, expected) => {
    expect(hiveEndpoint({ url, metastoreUris, conf })).toEqual(expected)
  })

  test.each([
    ['', 'hive.server2.url: it is needed with hive.integration=true'],
    ['hive:10000', 'hive.server2.url: expected jdbc:hive2://host:10000/default'],
    ['jdbc:hive2://a;principal=hive/_HOST@R;password=secret', 'HiveServer2 asks for Kerberos'],
    ['jdbc:hive2://a;zooKeeperNamespace=x;password=secret', 'zooKeeperNamespace is not known here'],
  ])('is refused as %j, and no password is repeated', (url, text) => {
    const find = (): unknown => hiveEndpoint({ url, metastoreUris: '', conf: none })
    expect(find).toThrow(text)
    expect(find).not.toThrow('secret')
  })
})
