import { DataError, instantMs } from 'sluice/api'
import type { Instant, Int64, Schema } from 'sluice/api'
import { kindOf } from './column-types.ts'
import type { ValueKind } from './column-types.ts'
import type { DialectKind } from '../core/dialect.ts'
import { Zone } from '../core/zone.ts'
import { exactTimestamp } from './exact-timestamp.ts'
import { semanticType } from './semantic-types.ts'
import type { SemanticType } from './semantic-types.ts'
import type { SemanticSettings, TemporalSettings } from './settings.ts'
import { decimalText, hexOf } from './value-text.ts'
import { dateOf, timeOf, timestampOf } from './wall-clock.ts'
import type { ClockStyle } from './wall-clock.ts'

/**
 * How the text of a value is written where it stands.
 *
 * - `number`: bare everywhere
 * - `plain`: in quotes where SQL needs them; it holds nothing that is escaped
 * - `text`: anything, to be escaped
 * - `bytes`: hexadecimal digits
 */
export type CellForm = 'number' | 'plain' | 'text' | 'bytes'

/** Turns the values of one column into text. */
export interface Cell {
  readonly form: CellForm
  readonly kind: ValueKind
  /** `value` is not null. A DataError where the database cannot hold it. */
  text(value: unknown): string
}

/** What a cell is made for. */
export interface CellRequest {
  readonly name: string
  readonly schema: Schema
  /** The database's name for the type of the column it goes to; null where that is not known. */
  readonly typeName: string | null
}

/** Makes cells for one database and one set of time zones. */
export class CellFactory {
  readonly #dialect: DialectKind
  readonly #temporal: TemporalSettings
  readonly #zone: Zone
  readonly #dateZone: Zone
  readonly #semantics: SemanticSettings | null

  constructor(
    dialect: DialectKind,
    temporal: TemporalSettings,
    semantics: SemanticSettings | null = null,
  ) {
    this.#dialect = dialect
    this.#temporal = temporal
    this.#semantics = semantics
    this.#zone = new Zone(temporal.timeZone)
    this.#dateZone = new Zone(temporal.dateTimeZone)
  }

  kindOf(field: string, schema: Schema): ValueKind {
    return kindOf(schema, this.#temporal.timestampFields.has(field))
  }

  /** The type of a new column by what a name of Debezium's means; null where the schema has none. */
  semanticColumn(schema: Schema, isKey: boolean): string | null {
    if (this.#semantics === null) return null
    const { postgisSchema } = this.#semantics
    const request = { dialect: this.#dialect, schema, isKey, postgisSchema }
    return this.#semanticType(schema)?.column(request) ?? null
  }

  cell(request: CellRequest): Cell {
    const semantic = this.#semanticType(request.schema)
    if (semantic !== null) {
      const style = this.#clockStyle(request.typeName)
      return { kind: 'SEMANTIC', ...semantic.cell({ ...request, dialect: this.#dialect, style }) }
    }
    const kind = this.kindOf(request.name, request.schema)
    return { kind, ...this.#cell(kind, request) }
  }

  /** Whether texts that differ in case, accents or spaces at their end may be one key in a column of this type. */
  foldsTexts(typeName: string): boolean {
    return this.#dialect !== 'postgresql' || typeName.includes('citext')
  }

  #cell(kind: ValueKind, request: CellRequest): Pick<Cell, 'form' | 'text'> {
    switch (kind) {
      case 'INT8':
      case 'INT16':
      case 'INT32':
      case 'INT64':
        return { form: 'number', text: String }
      case 'FLOAT32':
      case 'FLOAT64':
        return this.#dialect === 'postgresql'
          ? { form: 'number', text: String }
          : { form: 'number', text: finiteText }
      case 'DECIMAL':
        return { form: 'number', text: decimalText }
      case 'BOOLEAN':
        return this.#booleans(request)
      case 'STRING':
        return { form: 'text', text: String }
      case 'BYTES':
        return this.#dialect === 'postgresql'
          ? { form: 'text', text: (value) => `\\x${hexOf(value)}` }
          : { form: 'bytes', text: hexOf }
      case 'DATE':
      case 'TIME':
      case 'TIMESTAMP':
      case 'EXACT_TIMESTAMP':
        return { form: 'plain', text: this.#temporalText(kind, request) }
      case 'ARRAY':
        return { form: 'text', text: this.#arrayText(request) }
      case 'SEMANTIC':
      case 'MAP':
      case 'STRUCT':
        throw new DataError(
          `Unsupported source data type: ${kind} of field "${request.name}". Flatten it by a transformation, or leave it out by fields.whitelist.`,
        )
    }
  }

  #semanticType(schema: Schema): SemanticType | null {
    return this.#semantics === null ? null : semanticType(schema)
  }

  #clockStyle(typeName: string | null): ClockStyle {
    const withOffset = isZoned(this.#dialect, typeName ?? '')
    // MySQL's TIMESTAMP is an instant too; the session's zone, in which it takes it, is UTC.
    const inUtc = this.#dialect === 'mysql' && /^timestamp/i.test(typeName ?? '')
    const { calendar } = this.#temporal
    return { zone: inUtc ? new Zone('UTC') : this.#zone, calendar, withOffset }
  }

  /** A column of numbers takes no `true`. */
  #booleans({ typeName }: CellRequest): Pick<Cell, 'form' | 'text'> {
    const isBoolean =
      this.#dialect === 'postgresql' && (typeName === null || /^bool|text|char/.test(typeName))
    return isBoolean
      ? { form: 'plain', text: (value) => (value === true ? 'true' : 'false') }
      : { form: 'number', text: (value) => (value === true ? '1' : '0') }
  }

  #temporalText(kind: ValueKind, { name, typeName }: CellRequest): (value: unknown) => string {
    const { timestampUnit: unit } = this.#temporal
    const style = this.#clockStyle(typeName)
    if (kind === 'DATE') {
      const ofDate = { ...style, zone: this.#dateZone }
      return (value) => dateOf(msOf(value), ofDate)
    }
    if (kind === 'TIME') return (value) => timeOf(msOf(value), style)
    if (kind === 'TIMESTAMP') return (value) => timestampOf(msOf(value), style)
    return (value) => exactTimestamp(name, value as Int64 | string, { unit, style })
  }

  /** `{1,NULL,3}`: PostgreSQL's text of an array. */
  #arrayText({ name, schema, typeName }: CellRequest): (value: unknown) => string {
    const elementSchema = schema.valueSchema
    if (this.#dialect !== 'postgresql' || elementSchema === null) {
      throw new DataError(
        `Unsupported source data type: ARRAY of field "${name}", for which this database has none. Leave it out by fields.whitelist.`,
      )
    }
    const elementType = typeName?.replace(/\[\]$/, '').replace(/^_/, '') ?? null
    const cell = this.cell({ name, schema: elementSchema, typeName: elementType })
    const isNested = cell.kind === 'ARRAY'
    return (value) => {
      let text = '{'
      for (const element of value as readonly unknown[]) {
        if (text.length > 1) text += ','
        if (element === null || element === undefined) text += 'NULL'
        else if (cell.form === 'text' && !isNested) text += quotedElement(cell.text(element))
        else text += cell.text(element)
      }
      return `${text}}`
    }
  }
}

/** Whether a column of times knows which zone they are of. */
function isZoned(dialect: DialectKind, typeName: string): boolean {
  if (dialect === 'sqlserver') return typeName.startsWith('datetimeoffset')
  return dialect === 'postgresql' && /^time(?:stamp)?(?:tz| with time zone)/.test(typeName)
}

const escapedInArray = /["\\]/g

/** Hot: an element of PostgreSQL's text of an array, in quotes. */
export function quotedElement(text: string): string {
  return text.includes('"') || text.includes('\\')
    ? `"${text.replace(escapedInArray, '\\$&')}"`
    : `"${text}"`
}

/** Milliseconds since the epoch; what is beyond a double's exact integers no database here holds. */
function msOf(value: unknown): number {
  const ms = instantMs(value as Instant)
  if (typeof ms === 'number') return ms
  throw new DataError(`The instant ${ms} ms is beyond what a database holds.`)
}

function finiteText(value: unknown): string {
  if (Number.isFinite(value)) return String(value)
  throw new DataError(`${String(value)} is no number that this database holds.`)
}
