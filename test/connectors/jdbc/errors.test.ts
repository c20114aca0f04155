import { describe, expect, test } from 'vitest'
import type { Failure } from '../../../connectors/jdbc/core/sql-error.ts'
import { SqlError } from '../../../connectors/jdbc/core/sql-error.ts'
import { mySqlError } from '../../../connectors/jdbc/drivers/mysql-error.ts'
import { pgError } from '../../../connectors/jdbc/drivers/pg-error.ts'
import { sqliteError } from '../../../connectors/jdbc/drivers/sqlite-connection.ts'
import { sqlServerError } from '../../../connectors/jdbc/drivers/sqlserver-error.ts'

/** What happened, by what is done about it, and the codes of each database for it. */
interface Cases {
  readonly failure: Failure
  readonly what: string
  readonly postgres?: readonly string[]
  readonly mysql?: readonly (readonly [number, string])[]
  readonly sqlite?: readonly string[]
  readonly sqlserver?: readonly number[]
}

const cases: readonly Cases[] = [
  {
    failure: 'retry',
    what: 'a deadlock, a serialization failure, a lock that was not to be had',
    postgres: ['40P01', '40001', '55P03'],
    mysql: [
      [1213, '40001'],
      [1205, 'HY000'],
      [1020, '40001'],
      [3572, 'HY000'],
    ],
    sqlite: ['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_LOCKED'],
    sqlserver: [1205, 1222, 3960],
  },
  {
    failure: 'retry',
    what: 'a full disk, no memory, too many connections',
    postgres: ['53100', '53200', '53300'],
    mysql: [
      [1021, 'HY000'],
      [1114, 'HY000'],
      [1030, 'HY000'],
      [3, 'HY000'],
      [1040, '08004'],
      [1203, '42000'],
    ],
    sqlite: ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_NOMEM'],
    sqlserver: [1105, 9002, 1101, 701, 8645],
  },
  {
    failure: 'retry',
    what: 'a server that stops, ends the session or may only be read for now',
    postgres: [
      '57P01',
      '57P02',
      '57P03',
      '57014',
      '08006',
      '58030',
      '25006',
      'XX000',
      '25P03',
      '25P04',
    ],
    mysql: [
      [1053, '08S01'],
      [1317, '70100'],
      [1927, '70100'],
      [2006, 'HY000'],
      [2013, 'HY000'],
      [1290, 'HY000'],
    ],
    sqlserver: [6005, 17142, 596, 3906, 40613],
  },
  {
    failure: 'data',
    what: 'a key that is there, a null, a reference, a check',
    postgres: ['23505', '23502', '23503', '23514', '44000'],
    mysql: [
      [1062, '23000'],
      [1048, '23000'],
      [1364, 'HY000'],
      [1452, '23000'],
      [4025, '23000'],
      [3819, 'HY000'],
    ],
    sqlite: ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_NOTNULL', 'SQLITE_CONSTRAINT_CHECK'],
    sqlserver: [2627, 2601, 515, 547],
  },
  {
    failure: 'data',
    what: 'a value of the wrong type, too long, too large, not of its character set',
    postgres: ['22P02', '22003', '22001', '22021', '22007', '42804', '428C9', '21000', '54000'],
    mysql: [
      [1264, '22003'],
      [1406, '22001'],
      [1366, '22007'],
      [1292, '22007'],
      [1265, '01000'],
      [1118, '42000'],
    ],
    sqlite: ['SQLITE_MISMATCH', 'SQLITE_TOOBIG'],
    sqlserver: [245, 8114, 241, 8115, 220, 2628, 8152, 544, 271, 8672],
  },
  {
    failure: 'data',
    what: 'a trigger that wants no such row',
    postgres: ['P0001', 'P0002', 'P0003', 'P0004'],
    mysql: [[1644, '45000']],
    sqlite: ['SQLITE_CONSTRAINT_TRIGGER'],
    sqlserver: [50_000, 51_234],
  },
  {
    failure: 'schema',
    what: 'a table or a column that is not there, or is already',
    postgres: ['42P01', '42703', '42701', '42P07', '0A000'],
    mysql: [
      [1146, '42S02'],
      [1054, '42S22'],
      [1060, '42S21'],
      [1050, '42S01'],
    ],
    sqlite: ['SQLITE_SCHEMA'],
    sqlserver: [208, 207, 2705, 2714],
  },
  {
    failure: 'fatal',
    what: 'a privilege, a password, a database that is not there, a wrong statement',
    postgres: ['42501', '28P01', '28000', '3D000', '3F000', '42601', '42P10', '42883'],
    mysql: [
      [1142, '42000'],
      [1143, '42000'],
      [1044, '42000'],
      [1045, '28000'],
      [1049, '42000'],
      [1064, '42000'],
      [1227, '42000'],
    ],
    sqlite: ['SQLITE_ERROR', 'SQLITE_READONLY', 'SQLITE_NOTADB', 'SQLITE_CANTOPEN'],
    sqlserver: [229, 230, 262, 18456, 4060, 102],
  },
]

const postgres = (code: string): Error =>
  pgError(Object.assign(new Error('no'), { code, severity: 'ERROR' }))
const mysql = (errno: number, sqlState: string): Error =>
  mySqlError(Object.assign(new Error('no'), { code: 'ER_SOME', errno, sqlState }))
const sqlite = (code: string): Error => sqliteError(Object.assign(new Error('no'), { code }))
const sqlserver = (number: number): Error =>
  sqlServerError(Object.assign(new Error('no'), { code: 'EREQUEST', number }))

const rows = cases.flatMap((entry) =>
  [
    ...(entry.postgres ?? []).map((code) => ({
      code: `PostgreSQL ${code}`,
      error: postgres(code),
    })),
    ...(entry.mysql ?? []).map(([number, state]) => {
      return { code: `MariaDB ${number}`, error: mysql(number, state) }
    }),
    ...(entry.sqlite ?? []).map((code) => ({ code, error: sqlite(code) })),
    ...(entry.sqlserver ?? []).map((code) => {
      return { code: `SQL Server ${code}`, error: sqlserver(code) }
    }),
  ].map((row) => ({ ...row, what: entry.what, failure: entry.failure })),
)

describe('an error of a database', () => {
  test.each(rows)('$code is $what: $failure', ({ error, failure }) => {
    expect(error).toBeInstanceOf(SqlError)
    expect(error).toMatchObject({ failure })
  })

  test.each([
    ['ECONNRESET', 'read ECONNRESET'],
    ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'],
    ['ETIMEDOUT', 'connect ETIMEDOUT'],
    ['EPIPE', 'write EPIPE'],
    ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN db'],
  ])('%s is a connection that was lost, whichever driver says it', (code, message) => {
    const error = Object.assign(new Error(message), { code })
    for (const read of [pgError, mySqlError, sqlServerError]) {
      expect(read(error)).toMatchObject({ failure: 'retry' })
    }
  })

  test.each(['ECLOSE', 'ECANCEL', 'ESOCKET', 'ETIMEOUT', 'EINVALIDSTATE', 'EABORT'])(
    '%s of the driver of SQL Server is a connection that was lost',
    (code) => {
      const error = Object.assign(new Error('no'), { code })
      expect(sqlServerError(error)).toMatchObject({ failure: 'retry' })
    },
  )

  test('names table and column where the server does, and its own code', () => {
    const error = pgError(
      Object.assign(new Error('null value'), {
        ...{ code: '23502', severity: 'ERROR', schema: 'public', table: 'orders', column: 'id' },
        detail: 'Failing row contains (null).',
      }),
    )
    expect(error.message).toBe(
      'null value: Failing row contains (null). [public.orders.id] (SQLState 23502)',
    )
  })

  test('shows no password of a URL that the driver quotes', () => {
    const text = 'cannot parse jdbc:postgresql://u:Secret-1@h/db?password=Secret-1&a=b now'
    for (const read of [pgError, mySqlError, sqlServerError, sqliteError]) {
      expect(read(new Error(text)).message).not.toContain('Secret-1')
    }
  })
})
