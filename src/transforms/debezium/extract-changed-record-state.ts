import {
  DataError,
  Headers,
  OPTIONAL_STRING_SCHEMA,
  SchemaBuilder,
  configDef,
  isBlank,
  valueEquals,
} from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Field, Schema } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { requireStruct } from '../support/requirements.ts'
import { debeziumVersion } from './built-in.ts'
import { isEnvelope, member } from './support/envelope.ts'

const config = configDef({
  'header.changed.name': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Specify the header changed name, default is null which means not send changes to header.',
    order: 1,
    width: 'long',
    displayName: 'Header change name.',
  },
  'header.unchanged.name': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Specify the header unchanged name of schema, default is null which means not send changes to header.',
    order: 1,
    width: 'long',
    displayName: 'Header unchanged name.',
  },
})

/** A header that lists names of fields. */
interface NameHeader {
  readonly name: string
  readonly schema: Schema
}

/** Says in headers which columns an update has changed and which not (`io.debezium.transforms.ExtractChangedRecordState`). */
export class ExtractChangedRecordState {
  #changed: NameHeader | null = null
  #unchanged: NameHeader | null = null
  readonly #comparisons = new PerSchema<Comparison>(comparisonOf)

  version(): string {
    return debeziumVersion
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#changed = nameHeader(props['header.changed.name'])
    this.#unchanged = nameHeader(props['header.unchanged.name'])
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = record.value ?? null
    if (value === null || !isEnvelope(record.valueSchema)) return record
    const envelope = requireStruct(value, 'Record value should be struct.')
    const { before, after, pairs } = this.#comparisons.of(envelope.schema)
    const old = envelope.values[before.index] ?? before.schema.defaultValue
    const current = envelope.values[after.index] ?? after.schema.defaultValue
    const changed: string[] = []
    const unchanged: string[] = []
    if (current !== null && old !== null) {
      const { values: now } = requireStruct(current, 'After value should be struct.')
      const { values: then } = requireStruct(old, 'Before value should be struct.')
      for (const { name, index, beforeIndex } of pairs) {
        if (beforeIndex < 0) throw new DataError(`${name} is not a valid field name`)
        const isSame = valueEquals(now[index] ?? null, then[beforeIndex] ?? null)
        if (isSame) unchanged.push(name)
        else changed.push(name)
      }
    }
    return this.#withHeaders(record, changed, unchanged)
  }

  /** The lists are there for every event, also for those that are no updates, so that what follows finds the same headers in all. */
  #withHeaders(record: ConnectRecord, changed: string[], unchanged: string[]): ConnectRecord {
    if (this.#changed === null && this.#unchanged === null) return record
    const headers = record.headers?.duplicate() ?? new Headers()
    if (this.#changed !== null) headers.add(this.#changed.name, changed, this.#changed.schema)
    if (this.#unchanged !== null) {
      headers.add(this.#unchanged.name, unchanged, this.#unchanged.schema)
    }
    return record.newRecord({ headers })
  }
}

/** Which columns of envelopes of one schema are compared. */
interface Comparison {
  readonly before: Field
  readonly after: Field
  readonly pairs: readonly {
    readonly name: string
    readonly index: number
    /** Negative where the row before lacks the column. */
    readonly beforeIndex: number
  }[]
}

function comparisonOf(schema: Schema): Comparison {
  const after = requireField(schema, member.after)
  const before = requireField(schema, member.before)
  const old = before.schema.type === 'STRUCT' ? before.schema : null
  const pairs = (after.schema.fields ?? []).map(({ name, index }) => ({
    name,
    index,
    beforeIndex: old?.field(name)?.index ?? -1,
  }))
  return { before, after, pairs }
}

function requireField(schema: Schema, name: string): Field {
  const field = schema.field(name)
  if (field === undefined) throw new DataError(`${name} is not a valid field name`)
  return field
}

function nameHeader(name: string | undefined): NameHeader | null {
  if (name === undefined || isBlank(name)) return null
  const schema = SchemaBuilder.array(OPTIONAL_STRING_SCHEMA).optional().name(name).build()
  return { name, schema }
}
