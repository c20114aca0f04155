import { asError } from 'sluice/api'
import type { ConfigValue, ConnectorConfig } from 'sluice/api'
import { databaseFrom } from '../config/common-config.ts'
import type { Vendor } from '../config/common-config.ts'
import { allSourceKeys, sourceConfigOf } from '../config/source-config.ts'
import { ownSourceKeys } from '../config/source-vendor-keys.ts'
import type { SourceValues } from '../config/source-config.ts'
import type { Connection } from '../core/dialect.ts'
import { tableName } from '../core/identifiers.ts'
import { SqlError } from '../core/sql-error.ts'
import { incrementingMapping, patternOf, timestampMapping } from './column-mappings.ts'
import { queryOf } from './settings.ts'

/** Most time that a validation spends on connecting; what asks for it waits. */
const CONNECT_MS = 15_000

/** Most time that it spends on the query and the tables then: either may wait for a lock. */
const CHECK_MS = 60_000

/** Each key by itself, then what they say together, and only where nothing is wrong so far, the database. */
export async function validateSource(
  config: ConnectorConfig,
  vendor: Vendor,
  signal: AbortSignal,
): Promise<ConfigValue[]> {
  const own = ownSourceKeys.validate(config).filter(({ name }) => name in config)
  const other = allSourceKeys(vendor)
    .validate(config)
    .filter(({ name }) => name in config)
  const listed = sourceConfigOf(vendor).validate(config)
  const names = new Set([...listed, ...own].map(({ name }) => name))
  const values = [...listed, ...own, ...other.filter(({ name }) => !names.has(name))]
  if (hasErrors(values)) return values
  const parsed = allSourceKeys(vendor).parse(config)
  checkTogether(parsed, (keys, message) => {
    for (const key of keys) addError(values, key, message)
  })
  if (!hasErrors(values)) await checkDatabase({ config, vendor, parsed, values, signal })
  return values
}

function hasErrors(values: readonly ConfigValue[]): boolean {
  return values.some(({ errorMessages }) => errorMessages.length > 0)
}

function addError(values: ConfigValue[], key: string, message: string): void {
  values.find(({ name }) => name === key)?.errorMessages.push(message)
}

type Report = (keys: readonly string[], message: string) => void

const old = ['table.whitelist', 'table.blacklist'] as const
const modern = ['table.include.list', 'table.exclude.list'] as const
const columns = ['incrementing.column.name', 'timestamp.column.name'] as const
const mappings = ['incrementing.column.mapping', 'timestamp.columns.mapping'] as const

function checkTogether(values: SourceValues, report: Report): void {
  const given = (key: keyof SourceValues): boolean => {
    const value = values[key]
    return Array.isArray(value) ? value.length > 0 : value !== '' && value !== null
  }
  if (values['connection.url'] === '') {
    report(['connection.url'], 'Missing required configuration "connection.url".')
  }
  if (values.mode === '') report(['mode'], 'Missing required configuration "mode".')
  if (given('table.whitelist') && given('table.blacklist')) {
    report(old, 'table.whitelist and table.blacklist are exclusive: give one of them.')
  }
  const oldGiven = [...old, ...columns].filter(given)
  const modernGiven = [...modern, ...mappings].filter(given)
  const mixes = [...old, ...columns].some(given) && modernGiven.length > 0
  if (mixes) {
    report(
      [...oldGiven, ...modernGiven],
      `${oldGiven.join(', ')} cannot be combined with ${modernGiven.join(', ')}: use the lists and mappings, or the older keys.`,
    )
  }
  if (given('table.exclude.list') && !given('table.include.list')) {
    report(['table.exclude.list'], 'table.exclude.list needs table.include.list.')
  }
  checkQuery(values, report, given)
  checkMappings(values, report, given)
}

function checkQuery(
  values: SourceValues,
  report: Report,
  given: (key: keyof SourceValues) => boolean,
): void {
  const masked = values['query.masked']?.value ?? ''
  const key = values.query !== '' || masked === '' ? 'query' : 'query.masked'
  const query = queryOf(values)
  if (values.query !== '' && masked !== '') {
    report(['query', 'query.masked'], 'query and query.masked are exclusive: give one of them.')
  }
  if (query === null) return
  if (!/^\(?\s*(?:select|with)\b/i.test(query)) {
    report([key], 'Only SELECT (or WITH … SELECT) can be read; this query is another statement.')
  }
  if ([...old, ...modern].some(given)) {
    report([key], 'A query cannot be combined with table filters: it says itself what is read.')
  }
  const mode = values.mode.toLowerCase()
  if (mode.includes('incrementing') && !given('incrementing.column.name')) {
    report(['incrementing.column.name'], 'A query needs the name of its incrementing column.')
  }
  if (mode.includes('timestamp') && !given('timestamp.column.name')) {
    report(['timestamp.column.name'], 'A query needs the names of its timestamp columns.')
  }
}

function checkMappings(
  values: SourceValues,
  report: Report,
  given: (key: keyof SourceValues) => boolean,
): void {
  const mode = values.mode.toLowerCase()
  const attempt = (key: string, check: () => unknown): void => {
    try {
      check()
    } catch (error) {
      report([key], asError(error).message)
    }
  }
  for (const key of modern) {
    for (const text of values[key]) attempt(key, () => patternOf(text, key))
  }
  for (const text of values['incrementing.column.mapping']) {
    attempt('incrementing.column.mapping', () => incrementingMapping(text))
  }
  for (const text of values['timestamp.columns.mapping']) {
    attempt('timestamp.columns.mapping', () => timestampMapping(text))
  }
  const needsTimestamp = mode.includes('timestamp')
  if (needsTimestamp && !given('timestamp.column.name') && !given('timestamp.columns.mapping')) {
    report(['timestamp.column.name'], `mode ${mode} needs the names of timestamp columns.`)
  }
  if (given('timestamp.columns.mapping') && !needsTimestamp) {
    report(['timestamp.columns.mapping'], `mode ${mode} follows no timestamp.`)
  }
  if (given('incrementing.column.mapping') && !mode.includes('incrementing')) {
    report(['incrementing.column.mapping'], `mode ${mode} follows no incrementing column.`)
  }
}

interface DatabaseCheck {
  readonly config: ConnectorConfig
  readonly vendor: Vendor
  readonly parsed: SourceValues
  readonly values: ConfigValue[]
  readonly signal: AbortSignal
}

/** What is wrong with the way to it is said of the URL alone, never of user or password. */
async function checkDatabase(check: DatabaseCheck): Promise<void> {
  const { parsed, values } = check
  const connecting = AbortSignal.any([check.signal, AbortSignal.timeout(CONNECT_MS)])
  const connection = await openOnce(check, connecting)
  if (connection === null) return
  const signal = AbortSignal.any([check.signal, AbortSignal.timeout(CHECK_MS)])
  const close = (): void => {
    connection.close().catch(() => undefined)
  }
  signal.addEventListener('abort', close, { once: true })
  try {
    check.signal.throwIfAborted()
    await checkQueryRuns(connection, parsed, values)
    await recommendTables(connection, parsed, values)
    check.signal.throwIfAborted()
  } finally {
    signal.removeEventListener('abort', close)
    await connection.close()
  }
}

/** Null where it cannot be opened, which is then said. */
async function openOnce(check: DatabaseCheck, signal: AbortSignal): Promise<Connection | null> {
  const { config, vendor, parsed, values } = check
  try {
    const once = { ...parsed, 'connection.attempts': 1 }
    const database = databaseFrom(once, config, allSourceKeys(vendor).keys)
    checkIsolation(check, database.dialect.kind)
    return await database.connect(signal)
  } catch (error) {
    check.signal.throwIfAborted()
    const why = asError(error).message
    const text = error instanceof SqlError ? why : `Could not connect to database. ${why}`
    addError(values, 'connection.url', text)
    return null
  }
}

function checkIsolation({ parsed, values }: DatabaseCheck, kind: string): void {
  const isSnapshot = parsed['transaction.isolation.mode'].toUpperCase() === 'SQL_SERVER_SNAPSHOT'
  if (!isSnapshot || kind === 'sqlserver') return
  addError(
    values,
    'transaction.isolation.mode',
    'SQL_SERVER_SNAPSHOT is an isolation of SQL Server, and the URL names another database.',
  )
}

/** The database reads the query and answers what is wrong with it, without a row of it being read. */
async function checkQueryRuns(
  connection: Connection,
  parsed: SourceValues,
  values: ConfigValue[],
): Promise<void> {
  const query = queryOf(parsed)
  if (query === null) return
  const key = parsed.query !== '' ? 'query' : 'query.masked'
  try {
    await connection.query(`SELECT * FROM (${query}) AS q WHERE 1 = 0`)
  } catch (error) {
    if (error instanceof SqlError && error.failure !== 'retry') addError(values, key, error.message)
  }
}

async function recommendTables(
  connection: Connection,
  parsed: SourceValues,
  values: ConfigValue[],
): Promise<void> {
  const tables = await connection
    .listTables({
      catalogPattern: parsed['catalog.pattern'],
      schemaPattern: parsed['schema.pattern'],
      types: parsed['table.types'].map((type) => type.trim().toUpperCase()),
    })
    .catch(() => [])
  const names = tables.slice(0, 1000).map(tableName)
  for (const value of values) {
    if (old.some((key) => key === value.name)) value.recommendedValues = names
  }
}
