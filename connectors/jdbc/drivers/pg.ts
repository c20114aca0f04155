import type { ConnectOptions, Dialect } from '../core/dialect.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { connectPg } from './pg-connect.ts'
import { PgConnection } from './pg-connection.ts'
import { parsePostgresUrl } from './pg-url.ts'

export const postgresDialect = {
  kind: 'postgresql',
  className: 'PostgreSqlDatabaseDialect',
  product: 'PostgreSQL',
  identifiers: { open: '"', close: '"', twoParts: 'schema' },
  maxNameBytes: 63,
  tableTypes: ['PARTITIONED TABLE', 'FOREIGN TABLE', 'MATERIALIZED VIEW', 'SYSTEM TABLE'],
  nowSql: `SELECT to_char(CURRENT_TIMESTAMP AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`,
  properties: [
    ...['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'currentSchema'],
    ...['targetServerType', 'loadBalanceHosts', 'options', 'ApplicationName', 'PGDBNAME'],
    ...['connectTimeout', 'loginTimeout', 'queryTimeout', 'tcpKeepAlive'],
  ],
  parseUrl: parsePostgresUrl,
  async connect(endpoint: Endpoint, options: ConnectOptions): Promise<PgConnection> {
    const link = await connectPg(endpoint, options)
    return new PgConnection(postgresDialect, `PostgreSQL ${link.version}`, link)
  },
} as const satisfies Dialect
