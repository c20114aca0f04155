import { ConnectError } from 'sluice/api'

/** A column, with its type as Hive writes it. */
export interface HiveColumn {
  readonly name: string
  readonly type: string
}

/** A partition of a table: the values of its columns, and the directory, as a URL. */
export interface HivePartition {
  readonly values: readonly string[]
  readonly location: string
}

export interface HiveTableName {
  readonly database: string
  readonly table: string
}

/** How a table is kept: what follows its columns, from ROW FORMAT on. */
export interface HiveStorage {
  readonly serde: string
  readonly inputFormat: string
  readonly outputFormat: string
}

/**
 * A name in backticks. Throws a ConnectError for one with `${`: HiveServer2 puts a variable there wherever it stands, and in names nothing can be written
 * in its place.
 */
export function identifier(name: string): string {
  if (name.includes('${')) {
    throw new ConnectError(`Hive takes no name with \${ in it, as ${name}. Give the field another.`)
  }
  return `\`${name.replaceAll('`', '``')}\``
}

/** A text in quotes, in which Hive finds nothing but the text: no end of it, no escape, no variable, no second statement. */
export function literal(text: string): string {
  const escaped = text.replace(/[^ -~]|['\\$;]/g, (char) => {
    if (char === '\\') return '\\\\'
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return `'${escaped}'`
}

export function tableText({ database, table }: HiveTableName): string {
  return `${identifier(database)}.${identifier(table)}`
}

export function createDatabase(database: string): string {
  return `CREATE DATABASE IF NOT EXISTS ${identifier(database)}`
}

export interface CreateTable {
  readonly name: HiveTableName
  /** None where Hive takes them from the properties. */
  readonly columns: readonly HiveColumn[]
  readonly partitionColumns: readonly string[]
  readonly storage: HiveStorage
  /** A URL. */
  readonly location: string
  readonly properties: Readonly<Record<string, string>>
}

/** An external table: dropping it leaves the files. */
export function createTable(create: CreateTable): string {
  const { name, columns, partitionColumns, storage, location, properties } = create
  const partitions = partitionColumns.map((column) => `${identifier(column)} string`)
  const pairs = propertiesText(properties)
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${tableText(name)}`,
    ...(columns.length === 0 ? [] : [`(${columnsText(columns)})`]),
    `PARTITIONED BY (${partitions.join(', ')})`,
    `ROW FORMAT SERDE ${literal(storage.serde)}`,
    `STORED AS INPUTFORMAT ${literal(storage.inputFormat)} OUTPUTFORMAT ${literal(storage.outputFormat)}`,
    `LOCATION ${literal(location)}`,
    ...(pairs === '' ? [] : [`TBLPROPERTIES (${pairs})`]),
  ].join(' ')
}

export function setProperties(
  name: HiveTableName,
  properties: Readonly<Record<string, string>>,
): string {
  return `ALTER TABLE ${tableText(name)} SET TBLPROPERTIES (${propertiesText(properties)})`
}

/** Also for the partitions there are, which would give no value of them else. */
export function addColumns(name: HiveTableName, columns: readonly HiveColumn[]): string {
  return `ALTER TABLE ${tableText(name)} ADD COLUMNS (${columnsText(columns)}) CASCADE`
}

export function changeColumn(name: HiveTableName, column: HiveColumn): string {
  const quoted = identifier(column.name)
  return `ALTER TABLE ${tableText(name)} CHANGE COLUMN ${quoted} ${quoted} ${column.type} CASCADE`
}

export function addPartitions(
  name: HiveTableName,
  columns: readonly string[],
  partitions: readonly HivePartition[],
): string {
  const added = partitions.map(({ values, location }) => {
    const spec = columns.map(
      (column, index) => `${identifier(column)}=${literal(values[index] ?? '')}`,
    )
    return `PARTITION (${spec.join(', ')}) LOCATION ${literal(location)}`
  })
  return `ALTER TABLE ${tableText(name)} ADD IF NOT EXISTS ${added.join(' ')}`
}

function columnsText(columns: readonly HiveColumn[]): string {
  return columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ')
}

function propertiesText(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${literal(key)}=${literal(value)}`)
    .join(', ')
}
