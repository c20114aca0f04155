import type { Schema, SchemaType } from 'sluice/api'
import { quoteIdentifier } from '../core/identifiers.ts'
import type { DialectKind } from '../core/dialect.ts'
import {
  bitsText,
  geometryText,
  integerText,
  isoDateText,
  isoTimeText,
  pointText,
  spanText,
  timeOfDayText,
  variableDecimalText,
  vectorText,
} from './semantic-values.ts'
import type { SemanticRequest } from './semantic-values.ts'
import { exactTimestamp } from './exact-timestamp.ts'
import { dateOfDay, timestampOf } from './wall-clock.ts'

type Form = 'number' | 'plain' | 'text' | 'bytes'
type Text = (value: unknown) => string

/** How values whose schema has one of Debezium's names are kept and written. */
export interface SemanticType {
  /** The types of schemas that may have the name. */
  readonly of: readonly SchemaType[]
  /** The type of a new column. */
  column(request: ColumnRequest): string
  cell(request: SemanticRequest): { readonly form: Form; readonly text: Text }
}

interface ColumnRequest {
  readonly dialect: DialectKind
  readonly schema: Schema
  readonly isKey: boolean
  readonly postgisSchema: string
}

/**
 * What a schema of this name means, or null. Whoever may write to the topic chooses names: one on a type that is not its own means
 * nothing, or a text would be written as if it were a number.
 */
export function semanticType({ name, type }: Schema): SemanticType | null {
  if (name?.startsWith('io.debezium.') !== true || !Object.hasOwn(types, name)) return null
  const found = types[name]
  return found?.of.includes(type) === true ? found : null
}

/** Columns of PostgreSQL, MySQL, SQLite and SQL Server. */
type Columns = readonly [string, string, string, string]

const order: readonly DialectKind[] = ['postgresql', 'mysql', 'sqlite', 'sqlserver']

function type(
  of: readonly SchemaType[],
  columns: Columns,
  form: Form,
  text: (request: SemanticRequest) => Text,
): SemanticType {
  return {
    of,
    column: ({ dialect, isKey }) => {
      const column = columns[order.indexOf(dialect)] ?? columns[0]
      return isKey ? (keyTypes[dialect]?.[column] ?? column) : column
    },
    cell: (request) => ({ form, text: text(request) }),
  }
}

const integers: readonly SchemaType[] = ['INT32', 'INT64']
const strings: readonly SchemaType[] = ['STRING']
const structs: readonly SchemaType[] = ['STRUCT']

/** A text of any length cannot be a key everywhere. */
const keyTypes: Readonly<Partial<Record<DialectKind, Readonly<Record<string, string>>>>> = {
  mysql: { TEXT: 'VARCHAR(255)', JSON: 'VARCHAR(255)' },
  sqlserver: { 'nvarchar(max)': 'nvarchar(450)' },
}

const texts: Columns = ['TEXT', 'TEXT', 'TEXT', 'nvarchar(max)']
const timestamps: Columns = ['TIMESTAMP', 'DATETIME(6)', 'TEXT', 'datetime2']
const times: Columns = ['TIME', 'TIME(6)', 'TEXT', 'time']
const dates: Columns = ['DATE', 'DATE', 'TEXT', 'date']

const asText = (): Text => String
const exactText =
  (unit: 'microseconds' | 'nanoseconds') =>
  ({ name, style }: SemanticRequest): Text =>
  (value) =>
    exactTimestamp(name, value as number | bigint | string, { unit, style })

/** PostgreSQL's own words for what is no instant. */
const zonedText = (request: SemanticRequest): Text => {
  const plain = exactText('microseconds')(request)
  return (value) =>
    request.dialect === 'postgresql' && /^-?infinity$/.test(String(value))
      ? String(value)
      : plain(value)
}

const vectors = type(
  ['ARRAY'],
  ['VECTOR', 'TEXT', 'TEXT', 'nvarchar(max)'],
  'text',
  () => vectorText,
)

const bits: SemanticType = {
  of: ['BYTES'],
  column: ({ dialect, schema }) => {
    const length = Number(schema.parameters?.get('length') ?? 0)
    if (dialect === 'postgresql') return 'BIT VARYING'
    if (dialect === 'mysql')
      return length > 0 && length <= 64 ? `BIT(${length})` : 'VARBINARY(1024)'
    return dialect === 'sqlite' ? 'BLOB' : 'varbinary(max)'
  },
  cell: (request) => {
    return { form: request.dialect === 'postgresql' ? 'plain' : 'bytes', text: bitsText(request) }
  },
}

function geometries(name: 'geometry' | 'geography'): SemanticType {
  return {
    of: structs,
    column: ({ dialect, postgisSchema }) => {
      if (dialect === 'postgresql') {
        const rules = { open: '"', close: '"', twoParts: 'schema' } as const
        return `${quoteIdentifier(postgisSchema, rules)}.${name}`
      }
      if (dialect === 'mysql') return 'GEOMETRY'
      return dialect === 'sqlite' ? 'BLOB' : 'varbinary(max)'
    },
    cell: (request) => {
      const form = request.dialect === 'postgresql' ? 'text' : 'bytes'
      return { form, text: geometryText(request) }
    },
  }
}

const point: SemanticType = {
  of: structs,
  column: (request) =>
    request.dialect === 'postgresql' ? 'POINT' : geometries('geometry').column(request),
  cell: (request) => {
    const isPoint = request.dialect === 'postgresql' && /^(?:point)?$/.test(request.typeName ?? '')
    return isPoint ? { form: 'text', text: pointText } : geometries('geometry').cell(request)
  },
}

const types: Readonly<Record<string, SemanticType>> = {
  'io.debezium.time.Date': type(integers, dates, 'plain', ({ style }) => (value) => {
    return dateOfDay(Number(value), style)
  }),
  'io.debezium.time.Time': type(integers, times, 'plain', () => timeOfDayText(1000)),
  'io.debezium.time.MicroTime': type(integers, times, 'plain', () => timeOfDayText(1_000_000)),
  'io.debezium.time.NanoTime': type(integers, times, 'plain', () => timeOfDayText(1_000_000_000)),
  'io.debezium.time.Timestamp': type(integers, timestamps, 'plain', ({ style }) => (value) => {
    return timestampOf(Number(value), style)
  }),
  'io.debezium.time.MicroTimestamp': type(integers, timestamps, 'plain', exactText('microseconds')),
  'io.debezium.time.NanoTimestamp': type(integers, timestamps, 'plain', exactText('nanoseconds')),
  'io.debezium.time.ZonedTimestamp': type(
    strings,
    ['TIMESTAMPTZ', 'DATETIME(6)', 'TEXT', 'datetimeoffset'],
    'plain',
    zonedText,
  ),
  'io.debezium.time.ZonedTime': type(
    strings,
    ['TIMETZ', 'TIME(6)', 'TEXT', 'time'],
    'plain',
    isoTimeText,
  ),
  'io.debezium.time.Year': type(integers, ['INT', 'INT', 'INTEGER', 'int'], 'number', integerText),
  'io.debezium.time.Interval': type(
    strings,
    ['INTERVAL', 'TEXT', 'TEXT', 'nvarchar(max)'],
    'text',
    asText,
  ),
  'io.debezium.time.MicroDuration': type(
    integers,
    ['INTERVAL', 'BIGINT', 'INTEGER', 'bigint'],
    'plain',
    spanText,
  ),
  'io.debezium.time.IsoDate': type(strings, dates, 'plain', isoDateText),
  'io.debezium.time.IsoTime': type(strings, times, 'plain', isoTimeText),
  'io.debezium.time.IsoTimestamp': type(strings, timestamps, 'plain', exactText('microseconds')),
  'io.debezium.data.Json': type(
    strings,
    ['JSONB', 'JSON', 'TEXT', 'nvarchar(max)'],
    'text',
    asText,
  ),
  'io.debezium.data.Uuid': type(
    strings,
    ['UUID', 'CHAR(36)', 'TEXT', 'uniqueidentifier'],
    'text',
    asText,
  ),
  'io.debezium.data.Xml': type(strings, ['XML', 'TEXT', 'TEXT', 'xml'], 'text', asText),
  'io.debezium.data.Enum': type(strings, texts, 'text', asText),
  'io.debezium.data.EnumSet': type(strings, texts, 'text', asText),
  'io.debezium.data.Ltree': type(
    strings,
    ['LTREE', 'TEXT', 'TEXT', 'nvarchar(max)'],
    'text',
    asText,
  ),
  'io.debezium.data.TsVector': type(
    strings,
    ['TSVECTOR', 'TEXT', 'TEXT', 'nvarchar(max)'],
    'text',
    asText,
  ),
  'io.debezium.data.Bits': bits,
  'io.debezium.data.VariableScaleDecimal': type(
    structs,
    ['NUMERIC', 'DECIMAL(65,30)', 'NUMERIC', 'decimal(38,18)'],
    'number',
    () => variableDecimalText,
  ),
  'io.debezium.data.geometry.Geometry': geometries('geometry'),
  'io.debezium.data.geometry.Geography': geometries('geography'),
  'io.debezium.data.geometry.Point': point,
  'io.debezium.data.FloatVector': vectors,
  'io.debezium.data.DoubleVector': vectors,
  'io.debezium.data.vector.FloatVector': vectors,
  'io.debezium.data.vector.DoubleVector': vectors,
}
