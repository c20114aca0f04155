import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bareIdentifier,
  cutToBytes,
  parseTableId,
  quoteIdentifier,
  splitIdentifier,
  tableName,
  tableSql,
} from '../../../connectors/jdbc/core/identifiers.ts'
import { mySqlDialect } from '../../../connectors/jdbc/drivers/mysql.ts'
import { postgresDialect } from '../../../connectors/jdbc/drivers/pg.ts'
import { sqliteDialect } from '../../../connectors/jdbc/drivers/sqlite.ts'
import { sqlServerDialect } from '../../../connectors/jdbc/drivers/sqlserver.ts'

const dialects = [postgresDialect, mySqlDialect, sqliteDialect, sqlServerDialect]
const [pg, mysql, , mssql] = dialects.map(({ identifiers }) => identifiers)

describe('the name of a table', () => {
  test.each([
    ['orders', pg, [null, null, 'orders']],
    ['public.orders', pg, [null, 'public', 'orders']],
    ['"a.b"', pg, [null, null, 'a.b']],
    ['"a""b".c', pg, [null, 'a"b', 'c']],
    ['pg.public.orders', pg, ['pg', 'public', 'orders']],
    ['shop.orders', mysql, ['shop', null, 'orders']],
    ['`a.b`.c', mysql, ['a.b', null, 'c']],
    ['sales.orders', mssql, ['sales', 'dbo', 'orders']],
    ['sales.own.orders', mssql, ['sales', 'own', 'orders']],
    ['[a]]b].c', mssql, ['a]b', 'dbo', 'c']],
  ])('%s is split as its dialect has it', (text, rules, expected) => {
    const { catalog, schema, table } = parseTableId(text, rules ?? postgresDialect.identifiers)
    expect([catalog, schema, table]).toEqual(expected)
  })

  test.each([
    ['a.b.c.d', 'has 4 parts'],
    ['a..b', 'a part of it is empty'],
    ['"a', 'a quote " that is not closed'],
  ])('%s is refused', (text, message) => {
    expect(() => parseTableId(text, postgresDialect.identifiers)).toThrow(message)
  })

  test.each(dialects)('$product: whatever it holds, quoted it is one identifier', (dialect) => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }), {
          minLength: 1,
          maxLength: 4,
        }),
        (parts) => {
          const quoted = parts.map((part) => quoteIdentifier(part, dialect.identifiers)).join('.')
          expect(splitIdentifier(quoted, dialect.identifiers)).toEqual(parts)
        },
      ),
    )
  })

  test('is written with and without quotes', () => {
    const id = { catalog: null, schema: 's', table: 'T"x' }
    const rules = postgresDialect.identifiers
    expect([tableSql(id, rules, true), tableSql(id, rules, false), tableName(id)]).toEqual([
      '"s"."T""x"',
      's."T""x"',
      's.T"x',
    ])
  })

  test.each([
    ['plain_1', 'plain_1'],
    ['Größe', 'Größe'],
    ['a b', '"a b"'],
    ['1st', '"1st"'],
    ['a int); DROP TABLE x; --', '"a int); DROP TABLE x; --"'],
    ['', '""'],
  ])('%s stands without quotes only where it can: %s', (name, expected) => {
    expect(bareIdentifier(name, postgresDialect.identifiers)).toBe(expected)
  })

  test('is cut between characters to as many bytes as fit', () => {
    expect(['abcd', 'aß€', 'a😀b'].map((text) => cutToBytes(text, 3))).toEqual(['abc', 'aß', 'a'])
    expect(cutToBytes('any', null)).toBe('any')
  })
})
