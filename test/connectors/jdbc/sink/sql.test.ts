import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  INT32_SCHEMA,
  INT64_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
} from '../../../../src/api/index.ts'
import type { Schema } from '../../../../src/api/index.ts'
import type { DialectKind } from '../../../../connectors/jdbc/core/dialect.ts'
import { CellFactory } from '../../../../connectors/jdbc/sink/cells.ts'
import { columnType } from '../../../../connectors/jdbc/sink/column-types.ts'
import {
  alterTableSql,
  checkAddable,
  createTableSql,
} from '../../../../connectors/jdbc/sink/ddl.ts'
import type { SqlStyle } from '../../../../connectors/jdbc/sink/ddl.ts'
import { deleteSql, insertSql, updateSql, upsertSql } from '../../../../connectors/jdbc/sink/dml.ts'
import type { SinkField } from '../../../../connectors/jdbc/sink/fields.ts'
import { settingsOf } from './support.ts'

const quotes = {
  postgresql: { open: '"', close: '"', twoParts: 'schema' },
  mysql: { open: '`', close: '`', twoParts: 'catalog' },
  sqlite: { open: '`', close: '`', twoParts: 'schema' },
  sqlserver: { open: '[', close: ']', twoParts: 'catalog', defaultSchema: 'dbo' },
} as const

function style(dialect: DialectKind, quote = true): SqlStyle {
  return { dialect, rules: quotes[dialect], quote }
}

function cells(dialect: DialectKind, props: Readonly<Record<string, string>> = {}): CellFactory {
  return new CellFactory(dialect, settingsOf(props).temporal)
}

const myTable = { catalog: null, schema: null, table: 'myTable' }

function field(name: string, schema: Schema, isKey = false): SinkField {
  return { name, schema, isKey, origin: isKey ? 'keyField' : 'valueField', index: 0 }
}

const ides = Date.UTC(2001, 2, 15)
const fields = [
  field('c1', INT32_SCHEMA, true),
  field('c2', INT64_SCHEMA),
  field('c3', STRING_SCHEMA),
  field('c4', SchemaBuilder.string().optional().build()),
  field('c5', ConnectDate.builder().optional().defaultValue(new Date(ides)).build()),
  field('c6', ConnectTime.builder().defaultValue(new Date(0)).build()),
  field('c7', ConnectTimestamp.builder().defaultValue(new Date(ides)).build()),
  field('c8', Decimal.builder(4).optional().build()),
  field('c9', SchemaBuilder.bool().defaultValue(true).build()),
]

const created: Readonly<Record<DialectKind, string>> = {
  postgresql: `CREATE TABLE "myTable" (
"c1" INT NOT NULL,
"c2" BIGINT NOT NULL,
"c3" TEXT NOT NULL,
"c4" TEXT NULL,
"c5" DATE DEFAULT '2001-03-15',
"c6" TIME DEFAULT '00:00:00.000',
"c7" TIMESTAMP DEFAULT '2001-03-15 00:00:00.000',
"c8" DECIMAL NULL,
"c9" BOOLEAN DEFAULT TRUE,
PRIMARY KEY("c1"))`,
  mysql: `CREATE TABLE \`myTable\` (
\`c1\` INT NOT NULL,
\`c2\` BIGINT NOT NULL,
\`c3\` TEXT NOT NULL,
\`c4\` TEXT NULL,
\`c5\` DATE DEFAULT '2001-03-15',
\`c6\` TIME(3) DEFAULT '00:00:00.000',
\`c7\` DATETIME(3) DEFAULT '2001-03-15 00:00:00.000',
\`c8\` DECIMAL(65,4) NULL,
\`c9\` TINYINT DEFAULT 1,
PRIMARY KEY(\`c1\`))`,
  sqlite: `CREATE TABLE \`myTable\` (
\`c1\` INTEGER NOT NULL,
\`c2\` INTEGER NOT NULL,
\`c3\` TEXT NOT NULL,
\`c4\` TEXT NULL,
\`c5\` NUMERIC DEFAULT '2001-03-15',
\`c6\` NUMERIC DEFAULT '00:00:00.000',
\`c7\` NUMERIC DEFAULT '2001-03-15 00:00:00.000',
\`c8\` NUMERIC NULL,
\`c9\` INTEGER DEFAULT 1,
PRIMARY KEY(\`c1\`))`,
  sqlserver: `CREATE TABLE [myTable] (
[c1] int NOT NULL,
[c2] bigint NOT NULL,
[c3] varchar(max) NOT NULL,
[c4] varchar(max) NULL,
[c5] date DEFAULT '2001-03-15',
[c6] time DEFAULT '00:00:00.000',
[c7] datetime2 DEFAULT '2001-03-15 00:00:00.000',
[c8] decimal(38,4) NULL,
[c9] bit DEFAULT 1,
PRIMARY KEY([c1]))`,
}

describe('a table is created as the connectors of the JVM create it', () => {
  test.each(Object.keys(created) as DialectKind[])('on %s', (dialect) => {
    expect(createTableSql(style(dialect), myTable, fields, cells(dialect))).toBe(created[dialect])
  })

  test('without quotes where identifiers are never quoted', () => {
    const sql = createTableSql(style('postgresql', false), myTable, fields, cells('postgresql'))
    expect(sql).toBe(created.postgresql.replaceAll('"', ''))
  })

  test('with a text that can be a key', () => {
    const request = { field: 'k', schema: STRING_SCHEMA, isKey: true, isTimestamp: false }
    expect(columnType('mysql', request)).toBe('VARCHAR(255)')
    expect(columnType('sqlserver', request)).toBe('varchar(900)')
    expect(columnType('postgresql', request)).toBe('TEXT')
  })

  test.each([
    ['int8', 'SMALLINT[]'],
    ['string', 'TEXT[]'],
    ['bool', 'BOOLEAN[]'],
  ] as const)('with arrays of %s as %s on PostgreSQL', (element, type) => {
    const schema = SchemaBuilder.array(SchemaBuilder[element]().build()).build()
    expect(columnType('postgresql', { field: 'a', schema, isKey: false, isTimestamp: false })).toBe(
      type,
    )
  })

  test('and not where a field has no type there, which is told by name', () => {
    const schema = SchemaBuilder.map(STRING_SCHEMA, STRING_SCHEMA).build()
    const request = { field: 'tags', schema, isKey: false, isTimestamp: false }
    expect(() => columnType('postgresql', request)).toThrow(/"tags".*doesn't have a mapping/)
  })
})

describe('columns are added', () => {
  const added = [
    field('newcol1', SchemaBuilder.int32().optional().build()),
    field('newcol2', SchemaBuilder.int32().defaultValue(42).build()),
  ]

  test.each<[DialectKind, readonly string[]]>([
    [
      'postgresql',
      ['ALTER TABLE "myTable" \nADD "newcol1" INT NULL,\nADD "newcol2" INT DEFAULT 42'],
    ],
    ['mysql', ['ALTER TABLE `myTable` \nADD `newcol1` INT NULL,\nADD `newcol2` INT DEFAULT 42']],
    [
      'sqlite',
      [
        'ALTER TABLE `myTable` ADD `newcol1` INTEGER NULL',
        'ALTER TABLE `myTable` ADD `newcol2` INTEGER DEFAULT 42',
      ],
    ],
    ['sqlserver', ['ALTER TABLE [myTable] ADD\n[newcol1] int NULL,\n[newcol2] int DEFAULT 42']],
  ])('on %s', (dialect, expected) => {
    expect(alterTableSql(style(dialect), myTable, added, cells(dialect))).toEqual(expected)
  })

  test('one of them on one line', () => {
    const [first = field('x', INT32_SCHEMA)] = added
    expect(alterTableSql(style('postgresql'), myTable, [first], cells('postgresql'))).toEqual([
      'ALTER TABLE "myTable" ADD "newcol1" INT NULL',
    ])
  })

  test('unless rows that are there would have nothing in them', () => {
    expect(() => checkAddable('t', [field('must', INT32_SCHEMA)])).toThrow(
      /"must".*not optional and does not have a default value/,
    )
    expect(() => checkAddable('t', added)).not.toThrow()
  })
})

describe('a default that holds quotes stays a value', () => {
  const hostile = "x'); DROP TABLE t; --"

  test.each(['postgresql', 'mysql', 'sqlite', 'sqlserver'] as const)('on %s', (dialect) => {
    const text = field('t', SchemaBuilder.string().defaultValue(hostile).build())
    const sql = createTableSql(style(dialect), myTable, [text], cells(dialect))
    expect(sql).toContain("'x''); DROP TABLE t; --'")
  })

  test('and a backslash ends no literal on MySQL, whichever its mode', () => {
    const text = field('t', SchemaBuilder.string().defaultValue("\\' OR 1").build())
    const sql = createTableSql(style('mysql'), myTable, [text], cells('mysql'))
    expect(sql).toContain(`CONVERT(x'${Buffer.from("\\' OR 1").toString('hex')}' USING utf8mb4)`)
  })

  test.each<[DialectKind, string]>([
    ['postgresql', `'\\x2a'::bytea`],
    ['mysql', `x'2a'`],
    ['sqlserver', '0x2a'],
  ])('bytes are what %s reads as bytes', (dialect, literal) => {
    const bytes = field(
      'b',
      SchemaBuilder.bytes()
        .defaultValue(Buffer.from([42]))
        .build(),
    )
    expect(createTableSql(style(dialect), myTable, [bytes], cells(dialect))).toContain(
      `DEFAULT ${literal}`,
    )
  })
})

describe('statements of a row are those of the connectors of the JVM', () => {
  const customer = {
    table: { catalog: null, schema: null, table: 'Customer' },
    keys: ['id'],
    nonKeys: ['name', 'salary', 'address'],
  }
  const book = {
    table: { catalog: null, schema: null, table: 'Book' },
    keys: ['author', 'title'],
    nonKeys: ['ISBN', 'year', 'pages'],
  }

  test('upsert on PostgreSQL', () => {
    expect(upsertSql(style('postgresql'), customer)).toBe(
      'INSERT INTO "Customer" ("id","name","salary","address") VALUES (?,?,?,?) ON CONFLICT ("id") DO UPDATE SET "name"=EXCLUDED."name","salary"=EXCLUDED."salary","address"=EXCLUDED."address"',
    )
    expect(
      upsertSql(style('postgresql'), { ...customer, keys: ['id', 'name'], nonKeys: [] }),
    ).toMatch(/ ON CONFLICT \("id","name"\) DO NOTHING$/)
  })

  test('insert on PostgreSQL, which casts what needs it', () => {
    const casts = new Map([['name', 'uuid']])
    expect(insertSql(style('postgresql'), { ...customer, casts })).toBe(
      'INSERT INTO "Customer" ("id","name","salary","address") VALUES (?,?::uuid,?,?)',
    )
  })

  test('upsert on MySQL', () => {
    expect(upsertSql(style('mysql'), customer)).toBe(
      'insert into `Customer`(`id`,`name`,`salary`,`address`) values(?,?,?,?) on duplicate key update `name`=values(`name`),`salary`=values(`salary`),`address`=values(`address`)',
    )
    expect(upsertSql(style('mysql'), { ...customer, nonKeys: [] })).toMatch(
      / on duplicate key update `id`=values\(`id`\)$/,
    )
  })

  test('upsert on SQL Server', () => {
    const sql =
      'merge into [Book] with (HOLDLOCK) AS target using (select ? AS [author], ? AS [title], ? AS [ISBN], ? AS [year], ? AS [pages]) AS incoming on (target.[author]=incoming.[author] and target.[title]=incoming.[title]) when matched then update set [ISBN]=incoming.[ISBN],[year]=incoming.[year],[pages]=incoming.[pages] when not matched then insert ([ISBN], [year], [pages], [author], [title]) values (incoming.[ISBN],incoming.[year],incoming.[pages],incoming.[author],incoming.[title]);'
    expect(upsertSql(style('sqlserver'), book)).toBe(sql)
    expect(upsertSql({ ...style('sqlserver'), holdlock: false }, book)).toBe(
      sql.replace(' with (HOLDLOCK)', ''),
    )
    expect(upsertSql(style('sqlserver'), { ...book, nonKeys: [] })).not.toContain('when matched')
  })

  test('update and delete', () => {
    expect(updateSql(style('mysql'), book)).toBe(
      'UPDATE `Book` SET `ISBN` = ?, `year` = ?, `pages` = ? WHERE `author` = ? AND `title` = ?',
    )
    expect(deleteSql(style('sqlserver'), book)).toBe(
      'DELETE FROM [Book] WHERE [author] = ? AND [title] = ?',
    )
  })

  test('upsert changes the row on SQLite, and does not replace it', () => {
    expect(upsertSql(style('sqlite'), { ...customer, nonKeys: ['name'] })).toBe(
      'INSERT INTO `Customer`(`id`,`name`) VALUES(?,?) ON CONFLICT (`id`) DO UPDATE SET `name`=excluded.`name`',
    )
  })

  test.each([upsertSql, updateSql, deleteSql])('%o asks for a key', (sql) => {
    expect(() => sql(style('postgresql'), { ...customer, keys: [] })).toThrow(
      /requires key field names to be known/,
    )
  })

  test('a name that holds a quote is still one name', () => {
    const hostile = { ...customer, keys: ['a"b'], nonKeys: ['c"; DROP TABLE t; --'] }
    expect(insertSql(style('postgresql'), hostile)).toContain('("a""b","c""; DROP TABLE t; --")')
  })
})
