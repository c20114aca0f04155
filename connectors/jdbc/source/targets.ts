import { ConfigError, ConnectError } from 'sluice/api'
import type { Logger, SourcePartition } from 'sluice/api'
import type { Connection, DialectKind, TableDescription } from '../core/dialect.ts'
import { parseTableId, tableName, tableSql } from '../core/identifiers.ts'
import type { TableId } from '../core/identifiers.ts'
import type { Column } from '../core/types.ts'
import { legacyPartition, queryPartition, tablePartition } from './offsets.ts'
import type { SourceSettings } from './settings.ts'
import { Statements } from './statements.ts'
import type { Target } from './statements.ts'
import type { TableSourceParts } from './table-source.ts'

/** All of a source but where it stands, and the partitions that may say so, the first that does winning. */
export interface FoundTarget {
  readonly parts: Omit<TableSourceParts, 'position'>
  readonly partitions: readonly SourcePartition[]
}

/** A table as it is written in a task's `tables`, looked up and checked. */
export async function findTable(
  text: string,
  { connection, settings, log }: Surroundings,
): Promise<FoundTarget> {
  const { identifiers } = connection.dialect
  const id = parseTableId(text, identifiers)
  const found = await connection.describeTable(id)
  if (found === null) {
    throw new ConfigError(
      `The table ${tableName(id)} is not there, or may not be seen by this user.`,
    )
  }
  const fullName = settings.qualifies ? tableName(id) : id.table
  const tracking = settings.mappings.columnsOf(fullName)
  const needed = {
    incrementing: incrementingOf(tracking.incrementing, found, settings),
    timestamps: settings.mode.includes('timestamp') ? tracking.timestamps : [],
  }
  validateColumns(found, needed, settings)
  // A column is quoted as the table has it, in whatever case the configuration names it.
  const spelled = (name: string): string => columnOf(found.columns, name)?.name ?? name
  const incrementing = spelled(needed.incrementing)
  const timestamps = needed.timestamps.map(spelled)
  const bare: TableId = { catalog: null, schema: null, table: id.table }
  const sql = tableSql(settings.qualifies ? id : bare, identifiers, settings.quotes)
  const isBulk = settings.mode === 'bulk'
  const partition = isBulk ? legacyPartition(id.table) : tablePartition(fullName)
  return {
    parts: partsOf(
      { name: `table ${fullName}`, topic: settings.topicPrefix + id.table, partition },
      {
        schemaName: id.table,
        target: { kind: 'table', sql },
        columns: found.columns,
        incrementing,
        timestamps,
      },
      { connection, settings, log },
    ),
    partitions: isBulk ? [] : [partition, legacyPartition(id.table)],
  }
}

/** The query of the configuration. What its columns are is asked where their kind decides about literals. */
export async function findQuery(
  query: string,
  { connection, settings, log }: Surroundings,
): Promise<FoundTarget> {
  const { incrementing, timestamps } = settings.mappings.columnsOf('')
  if (settings.mode.includes('incrementing') && incrementing === '') {
    throw new ConfigError(
      'incrementing.column.name has to be given for a query: it cannot be found out.',
    )
  }
  const { kind } = connection.dialect
  const asks = settings.mode.includes('timestamp') && (kind === 'mysql' || kind === 'sqlserver')
  const columns = asks ? await describeQuery(connection, query) : []
  return {
    parts: partsOf(
      { name: 'the query', topic: settings.topicPrefix, partition: queryPartition },
      {
        ...{ schemaName: null, target: { kind: 'query', sql: query }, columns, incrementing },
        timestamps: settings.mode.includes('timestamp') ? timestamps : [],
      },
      { connection, settings, log },
    ),
    partitions: settings.mode === 'bulk' ? [] : [queryPartition],
  }
}

interface Surroundings {
  readonly connection: Connection
  readonly settings: SourceSettings
  readonly log: Logger
}

interface Names {
  readonly name: string
  readonly topic: string
  readonly partition: SourcePartition
}

interface Reading {
  readonly schemaName: string | null
  readonly target: Target
  readonly columns: readonly Column[]
  readonly incrementing: string
  readonly timestamps: readonly string[]
}

function partsOf(
  names: Names,
  { schemaName, target, columns, incrementing, timestamps }: Reading,
  { connection, settings, log }: Surroundings,
): FoundTarget['parts'] {
  const { kind, identifiers } = connection.dialect
  checkHorizon(connection, settings)
  checkTimestamps(kind, names.name, timestamps, columns)
  const instants = instantTypes[kind]
  const timestampsAreInstants = timestamps.some(
    (name) => instants !== undefined && columnOf(columns, name)?.typeName === instants,
  )
  const { zone, calendar, mode, quotes, suffix } = settings
  return {
    ...names,
    ...{ settings, incrementing, timestamps, timestampsAreInstants, log },
    shape: {
      ...settings,
      kind,
      dialect: kind,
      zeroDates: zeroDatesOf(settings),
      schemaName,
      source: names.name,
    },
    statements: new Statements(target, {
      ...{ kind, identifiers, quotes, mode, incrementing, timestamps, suffix },
      ...{ zone, calendar, timestampsAreInstants },
    }),
  }
}

function checkHorizon({ dialect }: Connection, { horizon, mode }: SourceSettings): void {
  if (!horizon || mode === 'bulk' || dialect.kind === 'postgresql') return
  throw new ConfigError(
    `snapshot.horizon is for PostgreSQL: ${dialect.product} does not tell which transactions are open. Set it to false, and timestamp.delay.interval.ms to more than any transaction takes.`,
  )
}

/** Types of columns that literals are compared with in UTC. PostgreSQL's have their offset with them. */
const instantTypes: Readonly<Partial<Record<DialectKind, string>>> = {
  mysql: 'timestamp',
  sqlserver: 'datetimeoffset',
}

/** A `datetime` counts in 300ths of a second: what was read of it compares as another instant than it is. */
function checkTimestamps(
  kind: DialectKind,
  source: string,
  timestamps: readonly string[],
  columns: readonly Column[],
): void {
  if (kind !== 'sqlserver') return
  const legacy = timestamps.filter((name) => columnOf(columns, name)?.typeName === 'datetime')
  if (legacy.length === 0) return
  throw new ConnectError(
    `Column ${legacy.join(', ')} of ${source} is a datetime, which SQL Server rounds and cannot compare exactly. Change it to datetime2 to follow it.`,
  )
}

function zeroDatesOf({ database }: SourceSettings): 'exception' | 'null' | 'round' {
  const text = database.endpoint.properties.get('zeroDateTimeBehavior')?.toUpperCase()
  if (text === 'CONVERT_TO_NULL' || text === 'CONVERTTONULL') return 'null'
  return text === 'ROUND' ? 'round' : 'exception'
}

async function describeQuery(connection: Connection, query: string): Promise<readonly Column[]> {
  const { columns } = await connection.query(`SELECT * FROM (${query}) AS q WHERE 1 = 0`)
  return columns
}

function columnOf(columns: readonly Column[], name: string): Column | undefined {
  const lower = name.toLowerCase()
  return (
    columns.find((column) => column.name === name) ??
    columns.find((column) => column.name.toLowerCase() === lower)
  )
}

function incrementingOf(
  given: string,
  { id, columns }: TableDescription,
  { mode }: SourceSettings,
): string {
  if (!mode.includes('incrementing')) return ''
  const found = given === '' ? columns.find(({ autoIncrement }) => autoIncrement)?.name : given
  if (found !== undefined) return found
  throw new ConnectError(
    `The table ${tableName(id)} has no column that numbers its rows by itself. Name the one to follow by incrementing.column.name.`,
  )
}

function validateColumns(
  { id, columns }: TableDescription,
  { incrementing, timestamps }: Pick<Reading, 'incrementing' | 'timestamps'>,
  { mode, validateNonNull }: SourceSettings,
): void {
  const named = [...(incrementing === '' ? [] : [incrementing]), ...timestamps]
  const absent = named.filter((name) => columnOf(columns, name) === undefined)
  if (absent.length > 0) {
    throw new ConfigError(
      `The table ${tableName(id)} has no column ${absent.join(', ')}, which mode ${mode} is to follow; it has ${columns.map(({ name }) => name).join(', ')}.`,
    )
  }
  if (!validateNonNull) return
  const isNullable = (name: string): boolean => columnOf(columns, name)?.nullable !== false
  if (incrementing !== '' && isNullable(incrementing)) {
    throw new ConnectError(nullable(id, 'incrementing', incrementing))
  }
  if (timestamps.length > 0 && timestamps.every(isNullable)) {
    throw new ConnectError(nullable(id, 'timestamp', timestamps.join(', ')))
  }
}

function nullable(id: TableId, kind: string, column: string): string {
  return `Cannot make incremental queries using ${kind} column ${column} on ${tableName(id)} because this column is nullable. Declare it NOT NULL, or set validate.non.null=false, whose rows without a value are never read.`
}
