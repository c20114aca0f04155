import { ConfigError, ConnectError, DataError, SchemaBuilder } from '../../../api/index.ts'
import type { Field, Int64, Schema, Struct } from '../../../api/index.ts'
import { IllegalArgumentError } from '../../support/java-errors.ts'
import { javaTrimmed } from '../../support/java-number.ts'
import { javaSplit } from '../../support/java-split.ts'
import { PerSchema } from '../../support/per-schema.ts'
import { member } from './envelope.ts'

/** The columns of the outbox table, as they are configured. */
export interface OutboxColumns {
  readonly id: string
  readonly key: string
  readonly payload: string
  readonly timestamp: string | null
  readonly version: string | null
  readonly route: string
  readonly additional: readonly AdditionalColumn[]
  /** Whether an additional column must be there. */
  readonly isStrict: boolean
}

const placements = ['header', 'envelope', 'partition'] as const
type Placement = (typeof placements)[number]

/** A column that comes into the record beside the payload. */
interface AdditionalColumn {
  readonly column: string
  readonly placement: Placement
  readonly alias: string
}

/** Reads `column:placement:alias,…`, which was checked to have two or three parts each. */
export function additionalColumns(text: string | null): readonly AdditionalColumn[] {
  if (text === null) return []
  return javaSplit(text, ',').map((part) => {
    const [column = '', given = '', alias] = javaSplit(part, ':').map(javaTrimmed)
    const placement = placements.find((known) => known === given.toLowerCase())
    if (placement !== undefined) return { column, placement, alias: alias ?? column }
    throw new ConfigError(
      `Invalid value "${part}" for "table.fields.additional.placement": found the placement "${given}", expected header, envelope or partition.`,
    )
  })
}

/** A configured column, which the rows of a schema may lack: then to read it is an error. */
export class Column {
  readonly alias: string
  readonly #name: string
  readonly #field: Field | null

  constructor(name: string, rows: Schema, alias = name) {
    this.alias = alias
    this.#name = name
    this.#field = rows.field(name) ?? null
  }

  get schema(): Schema {
    return this.#required().schema
  }

  /** Its value, or its default. */
  of(row: Struct): unknown {
    return row.get(this.#required())
  }

  int32Of(row: Struct): number | null {
    return row.getInt32(this.#name)
  }

  #required(): Field {
    if (this.#field !== null) return this.#field
    throw new DataError(`${this.#name} is not a valid field name`)
  }
}

/** The columns found in the change events of one schema. */
export class OutboxPlan {
  readonly row: Field
  readonly id: Column
  readonly key: Column
  readonly payload: Field
  readonly headers: readonly Column[]
  /** Whether the payload is one field among others, even if none of these is there. */
  readonly hasEnvelope: boolean
  readonly envelope: readonly Column[]
  /** The last of those placed there. */
  readonly partition: Column | null
  readonly #columns: OutboxColumns
  readonly #schema: Schema
  readonly #timestamp: Field | null
  /** By the schema of the payload, then by topic and version. */
  readonly #values = new PerSchema<Map<string, Schema>>(() => new Map())

  constructor(schema: Schema, columns: OutboxColumns) {
    const row = schema.field(member.after)
    if (row === undefined) throw new IllegalArgumentError(`Unknown field: ${member.after}`)
    this.row = row
    this.#columns = columns
    this.#schema = row.schema
    this.payload = this.#required(columns.payload, 'payload')
    this.#timestamp =
      columns.timestamp === null ? null : this.#required(columns.timestamp, 'timestamp')
    this.id = new Column(columns.id, row.schema)
    this.key = new Column(columns.key, row.schema)
    this.headers = this.#placedIn('header')
    this.hasEnvelope = columns.additional.some(({ placement }) => placement === 'envelope')
    this.envelope = this.#placedIn('envelope')
    this.partition = this.#placedIn('partition').at(-1) ?? null
  }

  /** In milliseconds: of the row where a column is configured and not null, else of the event. */
  timestampOf(envelope: Struct, row: Struct): number | null {
    const field = this.#timestamp
    const own = field === null ? null : row.getInt64(field.name)
    if (field === null || own === null) return asNumber(envelope.getInt64(member.timestampMs))
    return Math.trunc(asNumber(own) / unitsPerMs(field.schema))
  }

  /** The version that the row says its payload has. */
  versionOf(row: Struct): number | null {
    const { version } = this.#columns
    return version === null ? null : row.getInt32(version)
  }

  /** Of a value that holds the payload and other columns. It is called after the topic that the row names. */
  valueSchema(payload: Schema, version: number | null, topic: string): Schema {
    const known = this.#values.of(payload)
    const name = `${version ?? ''} ${topic}`
    let schema = known.get(name)
    if (schema === undefined) {
      schema = this.#built(payload, topic, version)
      if (known.size >= mostSchemas) known.clear()
      known.set(name, schema)
    }
    return schema
  }

  #built(payload: Schema, topic: string, version: number | null): Schema {
    const builder = SchemaBuilder.struct().name(nameFor(this.#schema.name, topic))
    if (version !== null) builder.version(version)
    builder.field('payload', payload)
    for (const column of this.envelope) builder.field(column.alias, column.schema)
    return builder.build()
  }

  #placedIn(wanted: Placement): readonly Column[] {
    const { additional, isStrict } = this.#columns
    return additional
      .filter(({ placement }) => placement === wanted)
      .filter(({ column }) => isStrict || this.#schema.field(column) !== undefined)
      .map(({ column, alias }) => new Column(column, this.#schema, alias))
  }

  #required(name: string, what: string): Field {
    const field = this.#schema.field(name)
    if (field !== undefined) return field
    throw new ConnectError(`Unable to find ${what} field ${name} in event`)
  }
}

/** Most topics and versions whose schemas are remembered for a schema of payloads. */
const mostSchemas = 1000

/** Debezium's logical types of times, and how many of their units a millisecond has. */
const timestampUnits: Readonly<Record<string, number>> = {
  'io.debezium.time.Timestamp': 1,
  'io.debezium.time.MicroTimestamp': 1000,
  'io.debezium.time.NanoTimestamp': 1_000_000,
}

function unitsPerMs({ name, type }: Schema): number {
  if (name === null) {
    throw new ConnectError(
      `Unsupported field type ${type} (without logical schema name) for event timestamp`,
    )
  }
  const units = Object.hasOwn(timestampUnits, name) ? timestampUnits[name] : undefined
  if (units !== undefined) return units
  throw new ConnectError(`Unsupported field type ${name} for event timestamp`)
}

/** A double tells the milliseconds of any int64 of nanoseconds. */
function asNumber(value: Int64): number
function asNumber(value: Int64 | null): number | null
function asNumber(value: Int64 | null): number | null {
  return value === null ? null : Number(value)
}

/** The topic stands before the last part of the name of the rows. */
function nameFor(rowName: string | null, topic: string): string {
  if (rowName === null) return topic
  const dot = rowName.lastIndexOf('.')
  return `${rowName.slice(0, dot + 1)}${topic}.${rowName.slice(dot + 1)}`
}
