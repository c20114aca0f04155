import type { Column, SqlType } from '../core/types.ts'

/** Of a field as the protocol tells it (`COM_QUERY` response, column definition 41). */
export interface MySqlField {
  readonly name: string
  readonly columnType?: number
  readonly columnLength?: number
  readonly characterSet?: number
  readonly flags?: number | readonly string[]
  readonly decimals?: number
}

/** Flags of a column definition. */
const notNull = 1
const unsigned = 32
const autoIncrement = 512
/** The character set of what is no text. */
const binary = 63

interface WireType {
  readonly name: string
  readonly type: SqlType
}

/** By the protocol's number. */
const wireTypes: ReadonlyMap<number, WireType> = new Map([
  [0, { name: 'decimal', type: 'DECIMAL' }],
  [1, { name: 'tinyint', type: 'TINYINT' }],
  [2, { name: 'smallint', type: 'SMALLINT' }],
  [3, { name: 'int', type: 'INTEGER' }],
  [4, { name: 'float', type: 'REAL' }],
  [5, { name: 'double', type: 'DOUBLE' }],
  [6, { name: 'null', type: 'OTHER' }],
  [7, { name: 'timestamp', type: 'TIMESTAMP' }],
  [8, { name: 'bigint', type: 'BIGINT' }],
  [9, { name: 'mediumint', type: 'INTEGER' }],
  [10, { name: 'date', type: 'DATE' }],
  [11, { name: 'time', type: 'TIME' }],
  [12, { name: 'datetime', type: 'TIMESTAMP' }],
  [13, { name: 'year', type: 'DATE' }],
  [16, { name: 'bit', type: 'BIT' }],
  [245, { name: 'json', type: 'VARCHAR' }],
  [246, { name: 'decimal', type: 'DECIMAL' }],
])

/** A column of a result. `tinyInt1isBit` and `yearIsDateType` are the Java driver's settings of these names. */
export function mySqlColumn(field: MySqlField, settings: MySqlTypeSettings): Column {
  const flags = typeof field.flags === 'number' ? field.flags : 0
  const length = field.columnLength ?? 0
  const decimals = field.decimals ?? 0
  const isUnsigned = (flags & unsigned) !== 0
  const { name, type } = wireType(field)
  const isDecimal = type === 'DECIMAL'
  return {
    name: field.name,
    type: adjust({ name, type, length, isUnsigned }, settings),
    typeName: name,
    nullable: (flags & notNull) === 0,
    // The length of a decimal counts its sign and its point.
    precision: isDecimal ? length - (decimals > 0 ? 1 : 0) - (isUnsigned ? 0 : 1) : length,
    scale: isDecimal ? decimals : 0,
    unsigned: isUnsigned,
    autoIncrement: (flags & autoIncrement) !== 0,
  }
}

export interface MySqlTypeSettings {
  readonly tinyInt1isBit: boolean
  readonly yearIsDateType: boolean
}

function wireType({ columnType = 253, characterSet = 0 }: MySqlField): WireType {
  const known = wireTypes.get(columnType)
  if (known !== undefined) return known
  // The rest are strings, blobs and shapes, told apart by their character set.
  if (columnType === 255) return { name: 'geometry', type: 'OTHER' }
  if (columnType === 242) return { name: 'vector', type: 'OTHER' }
  if (characterSet === binary) return { name: 'blob', type: 'BINARY' }
  return { name: 'varchar', type: columnType === 254 ? 'CHAR' : 'VARCHAR' }
}

function adjust(
  found: {
    readonly name: string
    readonly type: SqlType
    readonly length: number
    readonly isUnsigned: boolean
  },
  { tinyInt1isBit, yearIsDateType }: MySqlTypeSettings,
): SqlType {
  const { name, type, length, isUnsigned } = found
  if (name === 'tinyint' && length === 1 && !isUnsigned && tinyInt1isBit) return 'BIT'
  if (name === 'bit' && length > 1) return 'BINARY'
  if (name === 'year' && !yearIsDateType) return 'SMALLINT'
  return type
}

/** By `information_schema.columns.data_type`; what is not here is of its own kind and OTHER. */
const dataTypes: Readonly<Record<string, SqlType>> = {
  ...{ tinyint: 'TINYINT', smallint: 'SMALLINT', mediumint: 'INTEGER', int: 'INTEGER' },
  ...{ bigint: 'BIGINT', decimal: 'DECIMAL', float: 'REAL', double: 'DOUBLE', bit: 'BIT' },
  ...{ year: 'DATE', date: 'DATE', time: 'TIME', datetime: 'TIMESTAMP', timestamp: 'TIMESTAMP' },
  ...{ char: 'CHAR', varchar: 'VARCHAR', tinytext: 'VARCHAR', text: 'VARCHAR', json: 'VARCHAR' },
  ...{ mediumtext: 'VARCHAR', longtext: 'VARCHAR', enum: 'VARCHAR', set: 'VARCHAR' },
  ...{ uuid: 'CHAR', inet4: 'VARCHAR', inet6: 'VARCHAR' },
  ...{ binary: 'BINARY', varbinary: 'BINARY', tinyblob: 'BINARY', blob: 'BINARY' },
  ...{ mediumblob: 'BINARY', longblob: 'BINARY' },
}

export function mySqlDataType(dataType: string): SqlType {
  return dataTypes[dataType.toLowerCase()] ?? 'OTHER'
}
