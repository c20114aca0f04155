import { ConfigError } from 'sluice/api'
import type { Connection, Dialect } from '../core/dialect.ts'
import { parseSqlServerUrl } from './sqlserver-url.ts'

/** SQL Server: its addresses and names are known, a driver is not part of this release. */
export const sqlServerDialect = {
  kind: 'sqlserver',
  className: 'SqlServerDatabaseDialect',
  product: 'SQL Server',
  identifiers: { open: '[', close: ']', twoParts: 'catalog', defaultSchema: 'dbo' },
  maxNameBytes: null,
  tableTypes: ['SYNONYM'],
  nowSql: `SELECT CONVERT(varchar(27), SYSUTCDATETIME(), 121)`,
  parseUrl: parseSqlServerUrl,
  connect(): Promise<Connection> {
    return Promise.reject(
      new ConfigError(
        'SQL Server cannot be reached: no server of it could be tested against, so its driver (tedious) is not part of this release.',
      ),
    )
  },
} as const satisfies Dialect
