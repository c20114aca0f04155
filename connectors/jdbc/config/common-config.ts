import { ConfigError, configDef, validator } from 'sluice/api'
import type { ConfigKey, ConnectorConfig, Password, Validator } from 'sluice/api'
import { databaseOf } from '../core/connect.ts'
import type { Database, DatabaseSettings } from '../core/connect.ts'
import { Zone } from '../core/zone.ts'

/** Which of the two families of Java connectors a class name belongs to; it decides keys and defaults. */
export type Vendor = 'confluent' | 'aiven'

const group = 'Database'

/** Keys of the connection, of source and sink, of both vendors. */
export const connectionKeys = configDef({
  'connection.url': {
    type: 'string',
    default: '',
    importance: 'high',
    group,
    doc: 'JDBC URL of the database, e.g. jdbc:postgresql://localhost:5432/shop or jdbc:sqlite:/data/shop.db.',
  },
  'connection.user': {
    type: 'string',
    default: null,
    importance: 'high',
    group,
    doc: 'User to connect as.',
  },
  'connection.password': {
    type: 'password',
    default: null,
    importance: 'high',
    group,
    doc: 'Password of that user.',
  },
  'connection.attempts': {
    type: 'int',
    default: 3,
    min: 1,
    importance: 'low',
    group,
    doc: 'How often to try to connect before giving up.',
  },
  'connection.backoff.ms': {
    type: 'long',
    default: 10000,
    min: 0,
    importance: 'low',
    group,
    doc: 'How long to wait between two attempts to connect, in milliseconds.',
  },
  'dialect.name': {
    type: 'string',
    default: '',
    importance: 'low',
    group,
    doc: 'The dialect to speak, where the URL is not to decide: PostgreSqlDatabaseDialect, MySqlDatabaseDialect, SqliteDatabaseDialect, SqlServerDatabaseDialect.',
  },
})

export const zoneValidator: Validator = validator('Any valid time zone', (name, value) => {
  if (typeof value !== 'string') return
  try {
    new Zone(value)
  } catch (cause) {
    throw new ConfigError(`Invalid value ${value} for configuration ${name}: no such time zone.`, {
      cause,
    })
  }
})

/** One of these, all in lower or all in upper case. */
export function lowerOrUpper(...values: readonly string[]): Validator {
  return validator(`[${values.join(', ')}]`, (name, value) => {
    if (typeof value !== 'string') return
    if (values.some((known) => value === known || value === known.toUpperCase())) return
    throw new ConfigError(
      `Invalid value ${value} for configuration ${name}: expected one of ${values.join(', ')}.`,
    )
  })
}

const credentialsClass = 'jdbc.credentials.provider.class'
const knownProvider = 'io.confluent.connect.jdbc.util.DefaultJdbcCredentialsProvider'

/** Keys of ours that are for the driver though they do not begin with `connection.`. */
const experimentalKeys = ['mysql.experimental', 'sqlserver.experimental']

interface ConnectionValues {
  readonly 'connection.url': string
  readonly 'connection.user': string | null
  readonly 'connection.password': Password | null
  readonly 'connection.attempts': number
  readonly 'connection.backoff.ms': number | bigint
  readonly 'dialect.name': string
}

/** The database that a configuration names; a ConfigError where it cannot be used. `props` are the raw keys. */
export function databaseFrom(
  values: ConnectionValues,
  props: ConnectorConfig,
  known: ReadonlyMap<string, ConfigKey>,
): Database {
  return databaseOf(databaseSettingsFrom(values, props, known))
}

/** How to reach it; keys that are not `known` and begin with `connection.` go to the driver. */
export function databaseSettingsFrom(
  values: ConnectionValues,
  props: ConnectorConfig,
  known: ReadonlyMap<string, ConfigKey>,
): DatabaseSettings {
  const provider = props[credentialsClass]
  if (provider !== undefined && provider !== '' && provider !== knownProvider) {
    throw new ConfigError(
      `Invalid value ${provider} for ${credentialsClass}: a Java class cannot run here. Use connection.user and connection.password, with a config provider where they are kept elsewhere.`,
    )
  }
  if (values['connection.url'] === '') {
    throw new ConfigError(
      'Missing required configuration "connection.url" which has no default value.',
    )
  }
  return {
    url: values['connection.url'],
    user: values['connection.user'],
    password: values['connection.password']?.value ?? null,
    dialectName: values['dialect.name'],
    attempts: values['connection.attempts'],
    backoffMs: Number(values['connection.backoff.ms']),
    extras: driverExtras(props, known),
    applicationName: `sluice ${props.name ?? ''}`.trim(),
  }
}

/** `connection.<x>` that is no key of the connector goes to the driver as `<x>`. */
export function driverExtras(
  props: ConnectorConfig,
  known: ReadonlyMap<string, ConfigKey>,
): ReadonlyMap<string, string> {
  const extras = new Map<string, string>()
  for (const [name, value] of Object.entries(props)) {
    if (experimentalKeys.includes(name)) extras.set(name, value)
    if (!name.startsWith('connection.') || known.has(name)) continue
    extras.set(name.slice('connection.'.length), value)
  }
  return extras
}
