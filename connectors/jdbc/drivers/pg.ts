import type { ConnectOptions, Dialect } from '../core/dialect.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { connectPg } from './pg-connect.ts'
import { PgConnection } from './pg-connection.ts'
import { pgError } from './pg-error.ts'
import { parsePostgresUrl } from './pg-url.ts'

export const postgresDialect = {
  kind: 'postgresql',
  className: 'PostgreSqlDatabaseDialect',
  product: 'PostgreSQL',
  identifiers: { open: '"', close: '"', twoParts: 'schema' },
  maxNameBytes: 63,
  tableTypes: ['PARTITIONED TABLE', 'FOREIGN TABLE', 'MATERIALIZED VIEW', 'SYSTEM TABLE'],
  nowSql: `SELECT to_char(CURRENT_TIMESTAMP AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`,
  parseUrl: parsePostgresUrl,
  async connect(endpoint: Endpoint, options: ConnectOptions): Promise<PgConnection> {
    const link = await connectPg(endpoint, options)
    const version = await link.client
      .query<{ server_version: string }>('SHOW server_version')
      .catch((error: unknown) => {
        throw pgError(error)
      })
    const serverVersion = `PostgreSQL ${version.rows[0]?.server_version ?? ''}`
    return new PgConnection(postgresDialect, serverVersion, link)
  },
} as const satisfies Dialect
