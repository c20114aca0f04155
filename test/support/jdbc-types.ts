/** What a column of one database is in another, and how the value is shown there. */
interface Shown {
  /** `data_type` of `information_schema.columns`; on MariaDB `column_type` without its display width. */
  readonly type: string
  /** As text; bytes as hexadecimal digits. */
  readonly text: string
}

export interface TypeCase {
  readonly type: string
  /** A literal of SQL. */
  readonly literal: string
}

export interface PostgresCase extends TypeCase {
  /** What the sink makes of it on MariaDB, and of that, on the way back, on PostgreSQL; null where no schema stands for the type. */
  readonly there: Shown | null
  readonly back?: Shown
}

export interface MariaDbCase extends TypeCase {
  /** What the sink makes of it on PostgreSQL; null where no schema stands for the type. */
  readonly there: Shown | null
}

const shown = (type: string, text: string): Shown => ({ type, text })
/** Both ways a text. */
const text = (value: string): Pick<PostgresCase, 'there' | 'back'> => ({
  there: shown('text', value),
  back: shown('text', value),
})
/** The same text in both databases. */
const same = (
  there: string,
  back: string,
  value: string,
): Pick<PostgresCase, 'there' | 'back'> => ({
  there: shown(there, value),
  back: shown(back, value),
})
const bytes = (hex: string): Pick<PostgresCase, 'there' | 'back'> =>
  same('varbinary(1024)', 'bytea', hex)
const timestamp = (there: string, back: string): Pick<PostgresCase, 'there' | 'back'> => ({
  there: shown('datetime(3)', there),
  back: shown('timestamp without time zone', back),
})
const time = (there: string, back: string): Pick<PostgresCase, 'there' | 'back'> => ({
  there: shown('time(3)', there),
  back: shown('time without time zone', back),
})
const none = { there: null } as const

/** Every type of PostgreSQL that becomes a field of a record, and those that do not. */
export const postgresCases: Readonly<Record<string, PostgresCase>> = {
  c_bool: { type: 'boolean', literal: 'true', ...same('tinyint', 'smallint', '1') },
  c_int2: { type: 'int2', literal: '-32768', ...same('smallint', 'smallint', '-32768') },
  c_int4: { type: 'int4', literal: '-2147483648', ...same('int', 'integer', '-2147483648') },
  c_int8: {
    ...{ type: 'int8', literal: '-9223372036854775808' },
    ...same('bigint', 'bigint', '-9223372036854775808'),
  },
  c_oid: { type: 'oid', literal: '4294967295', ...same('bigint', 'bigint', '4294967295') },
  c_float4: { type: 'float4', literal: '0.15625', ...same('float', 'real', '0.15625') },
  c_float4_digits: {
    ...{ type: 'float4', literal: '16777213', there: shown('float', '16777200') },
    back: shown('real', '1.6777213e+07'),
  },
  c_float8: {
    ...{ type: 'float8', literal: '2.220446049250313e-16' },
    ...same('double', 'double precision', '2.220446049250313e-16'),
  },
  c_money: {
    ...{ type: 'money', literal: '1234.5' },
    ...same('double', 'double precision', '1234.5'),
  },
  c_numeric: {
    ...{ type: 'numeric(10,2)', literal: '-12.3' },
    ...same('decimal(65,2)', 'numeric', '-12.30'),
  },
  c_wide: {
    ...{ type: 'numeric(38,0)', literal: '12345678901234567890123456789012345678' },
    ...same('decimal(65,0)', 'numeric', '12345678901234567890123456789012345678'),
  },
  c_bit1: { type: 'bit(1)', literal: `B'1'`, ...same('tinyint', 'smallint', '1') },
  c_bit5: { type: 'bit(5)', literal: `B'10101'`, ...same('tinyint', 'smallint', '21') },
  c_bit12: { type: 'bit(12)', literal: `B'101100000011'`, ...bytes('0b03') },
  c_char: { type: 'char(5)', literal: `'a'`, ...text('a    ') },
  c_varchar: { type: 'varchar(20)', literal: `'naïve 😀'`, ...text('naïve 😀') },
  c_text: { type: 'text', literal: `E'q''d\\\\ \\t\\n'`, ...text(`q'd\\ \t\n`) },
  c_name: { type: 'name', literal: `'n'`, ...text('n') },
  c_mood: { type: 'mood', literal: `'glad'`, ...text('glad') },
  c_uuid: {
    ...{ type: 'uuid', literal: `'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'` },
    ...text('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
  },
  c_json: {
    ...{ type: 'json', literal: `'{"b": 1.10, "a": 2}'` },
    ...text('{"b": 1.10, "a": 2}'),
  },
  c_jsonb: { type: 'jsonb', literal: `'{"b":1, "a":[]}'`, ...text('{"a": [], "b": 1}') },
  c_xml: { type: 'xml', literal: `'<a>1</a>'`, ...text('<a>1</a>') },
  c_bytea: { type: 'bytea', literal: `'\\x00ff805c27'`, ...bytes('00ff805c27') },
  c_date: { type: 'date', literal: `'1977-02-13'`, ...same('date', 'date', '1977-02-13') },
  c_julian: { type: 'date', literal: `'1500-02-28'`, ...same('date', 'date', '1500-02-28') },
  c_time: {
    ...{ type: 'time', literal: `'23:03:20.123456'` },
    ...time('23:03:20.123', '23:03:20.123'),
  },
  c_timetz: {
    ...{ type: 'timetz', literal: `'23:03:20+05:45'` },
    ...time('17:18:20.000', '17:18:20'),
  },
  c_timestamp: {
    ...{ type: 'timestamp', literal: `'1977-02-13 23:03:20.5'` },
    ...timestamp('1977-02-13 23:03:20.500', '1977-02-13 23:03:20.5'),
  },
  c_timestamptz: {
    ...{ type: 'timestamptz', literal: `'1977-02-13 23:03:20+05:45'` },
    ...timestamp('1977-02-13 17:18:20.000', '1977-02-13 17:18:20'),
  },
  c_positive: { type: 'positive', literal: '7', ...same('int', 'integer', '7') },
  x_varbit: { type: 'varbit(9)', literal: `B'101'`, ...none },
  x_ints: { type: 'int[]', literal: `'{1,2}'`, ...none },
  x_inet: { type: 'inet', literal: `'10.0.0.1'`, ...none },
  x_cidr: { type: 'cidr', literal: `'10.0.0.0/8'`, ...none },
  x_macaddr: { type: 'macaddr', literal: `'08:00:2b:01:02:03'`, ...none },
  x_interval: { type: 'interval', literal: `'1 day'`, ...none },
  x_point: { type: 'point', literal: `'(1,2)'`, ...none },
  x_tsvector: { type: 'tsvector', literal: `'a b'`, ...none },
  x_range: { type: 'int4range', literal: `'[1,5)'`, ...none },
  x_lsn: { type: 'pg_lsn', literal: `'0/0'`, ...none },
}

/** Types that MariaDB has of its own, and what the sink makes of them on PostgreSQL. */
export const mariaDbCases: Readonly<Record<string, MariaDbCase>> = {
  m_bool: { type: 'tinyint(1)', literal: '1', there: shown('smallint', '1') },
  m_bit1: { type: 'bit(1)', literal: `b'1'`, there: shown('smallint', '1') },
  m_tiny: { type: 'tinyint', literal: '-128', there: shown('smallint', '-128') },
  m_utiny: { type: 'tinyint unsigned', literal: '255', there: shown('smallint', '255') },
  m_small: { type: 'smallint', literal: '-32768', there: shown('smallint', '-32768') },
  m_usmall: { type: 'smallint unsigned', literal: '65535', there: shown('integer', '65535') },
  m_medium: { type: 'mediumint', literal: '-8388608', there: shown('integer', '-8388608') },
  m_int: { type: 'int', literal: '-2147483648', there: shown('integer', '-2147483648') },
  m_uint: { type: 'int unsigned', literal: '4294967295', there: shown('bigint', '4294967295') },
  m_big: {
    ...{ type: 'bigint', literal: '9223372036854775807' },
    there: shown('bigint', '9223372036854775807'),
  },
  m_ubig: {
    ...{ type: 'bigint unsigned', literal: '9223372036854775807' },
    there: shown('bigint', '9223372036854775807'),
  },
  m_float: { type: 'float', literal: '16777213', there: shown('real', '1.6777213e+07') },
  m_double: { type: 'double', literal: '0.1', there: shown('double precision', '0.1') },
  m_decimal: {
    ...{ type: 'decimal(20,5)', literal: '12345.6789' },
    there: shown('numeric', '12345.67890'),
  },
  m_bit10: { type: 'bit(10)', literal: `b'1100000011'`, there: shown('bytea', '0303') },
  m_year: { type: 'year', literal: '2024', there: shown('date', '2024-01-01') },
  m_date: { type: 'date', literal: `'1977-02-13'`, there: shown('date', '1977-02-13') },
  m_time: {
    ...{ type: 'time(3)', literal: `'23:03:20.123'` },
    there: shown('time without time zone', '23:03:20.123'),
  },
  m_datetime: {
    ...{ type: 'datetime(6)', literal: `'1977-02-13 23:03:20.123456'` },
    there: shown('timestamp without time zone', '1977-02-13 23:03:20.123'),
  },
  m_timestamp: {
    ...{ type: 'timestamp', literal: `'2016-09-23 20:10:02'` },
    there: shown('timestamp without time zone', '2016-09-23 20:10:02'),
  },
  m_char: { type: 'char(5)', literal: `'a'`, there: shown('text', 'a') },
  m_varchar: { type: 'varchar(9)', literal: `'naïve 😀'`, there: shown('text', 'naïve 😀') },
  m_text: { type: 'text', literal: `'t'`, there: shown('text', 't') },
  m_enum: { type: `enum('a','b')`, literal: `'b'`, there: shown('text', 'b') },
  m_set: { type: `set('a','b')`, literal: `'a,b'`, there: shown('text', 'a,b') },
  m_json: { type: 'json', literal: `'{"a": 1}'`, there: shown('text', '{"a": 1}') },
  m_binary: { type: 'binary(4)', literal: `x'00ff'`, there: shown('bytea', '00ff0000') },
  m_varbinary: { type: 'varbinary(9)', literal: `x'00ff'`, there: shown('bytea', '00ff') },
  m_blob: { type: 'blob', literal: `x'805c27'`, there: shown('bytea', '805c27') },
  x_point: { type: 'point', literal: `ST_GeomFromText('POINT(1 2)')`, there: null },
}

/** What is expected of tables that hold each value and null, by column. */
export const expectedRoundTrip = {
  there: columnsOf(postgresCases, ({ there }) => there),
  back: columnsOf(postgresCases, ({ back }) => back ?? null),
  own: columnsOf(mariaDbCases, ({ there }) => there),
}

function columnsOf<T>(
  cases: Readonly<Record<string, T>>,
  shownOf: (found: T) => Shown | null,
): Readonly<Record<string, readonly [string, string, null]>> {
  return Object.fromEntries(
    Object.entries(cases).flatMap(([name, found]) => {
      const side = shownOf(found)
      return side === null ? [] : [[name, [side.type, side.text, null]] as const]
    }),
  )
}
