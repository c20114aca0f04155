import { describe, expect, test } from 'vitest'
import type { TableId } from '../../../connectors/jdbc/core/identifiers.ts'
import { splitIdentifiers } from '../../../connectors/jdbc/core/identifiers.ts'
import { postgresDialect } from '../../../connectors/jdbc/drivers/pg.ts'
import { allSourceKeys } from '../../../connectors/jdbc/config/source-config.ts'
import { checkOffsetChange } from '../../../connectors/jdbc/source/offset-changes.ts'
import { incrementingValue, positionOf } from '../../../connectors/jdbc/source/offsets.ts'
import { PageSize } from '../../../connectors/jdbc/source/page-size.ts'
import { queryOf } from '../../../connectors/jdbc/source/settings.ts'
import {
  groupTables,
  rejectSameNames,
  selectTables,
} from '../../../connectors/jdbc/source/table-filter.ts'
import { validateSource } from '../../../connectors/jdbc/source/validate.ts'
import { Decimal } from '../../../src/api/index.ts'

const signal = new AbortController().signal
const ids = (...names: readonly string[]): TableId[] =>
  names.map((name) => {
    const [schema = '', table = ''] = name.split('.')
    return { catalog: null, schema, table }
  })

const select = (props: Readonly<Record<string, string>>, tables: readonly TableId[]): string[] =>
  selectTables(tables, allSourceKeys('confluent').parse(props), postgresDialect).map(
    ({ schema, table }) => `${schema ?? ''}.${table}`,
  )

describe('the tables of a source', () => {
  const all = ids('dup1.dup', 'x.foo', 'dup2.dup', 'x.bar', 'x.baz')

  test.each([
    [{ 'table.whitelist': 'dup1.dup,foo' }, ['dup1.dup', 'x.foo']],
    [{ 'table.whitelist': '"dup1"."dup"' }, ['dup1.dup']],
    [{ 'table.blacklist': 'dup1.dup,foo' }, ['dup2.dup', 'x.bar', 'x.baz']],
    [{ 'table.include.list': 'x\\..*' }, ['x.bar', 'x.baz', 'x.foo']],
    [{ 'table.include.list': 'x\\..*', 'table.exclude.list': '.*ba[rz]' }, ['x.foo']],
    [{ 'table.include.list': 'x' }, []],
  ])('are those that %o says', (props, expected) => {
    expect(select(props, all)).toEqual(expected)
  })

  test('of one name are refused: they would share a topic', () => {
    expect(() => rejectSameNames(all)).toThrow('two tables of one name: dup1.dup and dup2.dup')
    expect(() => rejectSameNames(all.slice(0, 2))).not.toThrow()
  })

  test.each([
    [['1', '2', '3', '4'], 3, [['1', '2'], ['3'], ['4']]],
    [['1'], 10, [['1']]],
    [[], 3, []],
  ])('%o in %i tasks are %o', (tables, groups, expected) => {
    expect(groupTables(tables, groups)).toEqual(expected)
  })

  test('are told to a task between commas, whatever their names hold', () => {
    const names = ['"a,b"."c"', '"d""e"']
    expect(splitIdentifiers(names.join(','), postgresDialect.identifiers)).toEqual(names)
    expect(splitIdentifiers('', postgresDialect.identifiers)).toEqual([])
  })
})

describe('a stored offset', () => {
  test.each([
    [{}, [null, null, 0]],
    [{ incrementing: 5 }, [5, null, 0]],
    [{ timestamp: 1500 }, [null, 1000, 500_000_000]],
    [{ timestamp: -1 }, [null, -1000, 999_000_000]],
    [{ timestamp: 1500, timestamp_nanos: 500_000_001 }, [null, 1000, 500_000_001]],
  ])('%o is read', (offset, expected) => {
    const { id, secondsMs, nanos } = positionOf(offset)
    expect([id, secondsMs, nanos]).toEqual(expected)
  })

  test.each([
    [42, 42],
    [new Decimal(42n, 0), 42],
    [2n ** 62n, 2n ** 62n],
  ])('of the value %s', (value, expected) => {
    expect(incrementingValue(value, 'id')).toBe(expected)
  })

  test.each([
    [new Decimal(2n ** 63n, 0), 'exceeded Long.MAX_VALUE'],
    [new Decimal(4242n, 2), 'must be 0'],
    [null, 'Null value for incrementing column'],
    ['x', 'holds no integer'],
  ])('is not made of %s', (value, message) => {
    expect(() => incrementingValue(value, 'id')).toThrow(message)
  })

  test('may be altered to what can be read again', () => {
    const table = { table: 'public.t', protocol: '1' }
    expect(() => checkOffsetChange({ partition: table, offset: { incrementing: 5 } })).not.toThrow()
    expect(() => checkOffsetChange({ partition: { a: 1 }, offset: null })).not.toThrow()
    expect(() => checkOffsetChange({ partition: { a: 1 }, offset: {} })).toThrow('is none of this')
    expect(() => checkOffsetChange({ partition: table, offset: { id: 1 } })).toThrow('member id')
    expect(() => checkOffsetChange({ partition: table, offset: { incrementing: 'x' } })).toThrow(
      'no integer',
    )
  })
})

test('pages hold as many rows as fit, once it is known how wide they are', () => {
  const size = new PageSize(5000)
  expect(size.rows).toBe(100)
  size.learn([['x'.repeat(1 << 20)]])
  expect(size.rows).toBe(7)
  size.learn([[1, 2]])
  expect(size.rows).toBe(5000)
})

test.each([
  ['SELECT 1;', 'SELECT 1'],
  ['SELECT 1 -- why', 'SELECT 1'],
  ['SELECT 1 /* a */ ; /* b */', 'SELECT 1'],
  ['  ', null],
])('the query "%s" is put into others as %s', (query, expected) => {
  expect(queryOf(allSourceKeys('confluent').parse({ query }))).toBe(expected)
})

describe('a validation', () => {
  const url = 'jdbc:sqlite::memory:'
  const errors = async (config: Readonly<Record<string, string>>): Promise<unknown> => {
    const values = await validateSource(
      { 'connection.url': url, mode: 'bulk', ...config },
      'confluent',
      signal,
    )
    return Object.fromEntries(
      values
        .filter(({ errorMessages }) => errorMessages.length > 0)
        .map(({ name, errorMessages }) => [name, errorMessages[0]]),
    )
  }

  test.each<[Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
    [{}, {}],
    [{ 'connection.url': '' }, { 'connection.url': 'Missing required' }],
    [{ mode: '' }, { mode: 'Missing required' }],
    [{ mode: 'often' }, { mode: 'expected one of' }],
    [
      { 'table.whitelist': 'a', 'table.blacklist': 'b' },
      { 'table.whitelist': 'exclusive', 'table.blacklist': 'exclusive' },
    ],
    [
      { 'table.whitelist': 'a', 'table.include.list': 'b' },
      { 'table.whitelist': 'cannot be combined', 'table.include.list': 'cannot be combined' },
    ],
    [{ 'table.exclude.list': 'a' }, { 'table.exclude.list': 'needs table.include.list' }],
    [{ query: 'SELECT 1', 'table.whitelist': 'a' }, { query: 'cannot be combined' }],
    [{ query: 'UPDATE t SET a = 1' }, { query: 'Only SELECT' }],
    [{ query: 'WITH x AS (SELECT 1 AS a) SELECT a FROM x' }, {}],
    [{ query: 'SELECT * FROM nowhere' }, { query: 'no such table' }],
    [
      { query: 'SELECT 1', 'query.masked': 'SELECT 2' },
      { query: 'exclusive', 'query.masked': 'exclusive' },
    ],
    [{ query: 'SELECT 1', mode: 'incrementing' }, { 'incrementing.column.name': 'needs the name' }],
    [{ mode: 'timestamp' }, { 'timestamp.column.name': 'needs the names' }],
    [
      { 'timestamp.columns.mapping': 'a:[b]', 'table.include.list': 'a' },
      { 'timestamp.columns.mapping': 'follows no timestamp' },
    ],
    [
      { mode: 'timestamp', 'timestamp.columns.mapping': 'a:b', 'table.include.list': 'a' },
      { 'timestamp.columns.mapping': 'expected regex:[column|column]' },
    ],
    [{ 'table.include.list': '(' }, { 'table.include.list': 'not a regular expression' }],
    [{ 'db.timezone': 'Mars' }, { 'db.timezone': 'no such time zone' }],
    [
      { 'connection.url': 'jdbc:postgresql://127.0.0.1:1/x', 'connection.password': 'secret99' },
      { 'connection.url': 'Could not connect' },
    ],
    [
      { 'connection.url': 'jdbc:oracle:thin:@h' },
      { 'connection.url': 'no driver outside of a JVM' },
    ],
    [
      { 'transaction.isolation.mode': 'SQL_SERVER_SNAPSHOT' },
      { 'transaction.isolation.mode': 'isolation of SQL Server' },
    ],
    [{ 'jdbc.credentials.provider.class': 'com.x.Y' }, { 'connection.url': 'cannot run here' }],
  ])('of %o says %o', async (config, expected) => {
    const found = (await errors(config)) as Readonly<Record<string, string>>
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort())
    for (const [name, part] of Object.entries(expected)) expect(found[name]).toContain(part)
    expect(JSON.stringify(found)).not.toContain('secret99')
  })
})
