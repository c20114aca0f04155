import { Headers, STRING_SCHEMA, createLogger, isBlank, isStruct } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Struct } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { requireStruct } from '../support/requirements.ts'
import { debeziumVersion } from './built-in.ts'
import {
  allExtractNewRecordKeys,
  extractNewRecordChecks,
  extractNewRecordConfig,
} from './extract-new-record-config.ts'
import type { DeleteHandling } from './extract-new-record-config.ts'
import { DebeziumConfig } from './support/debezium-config.ts'
import { DroppedFields } from './support/dropped-fields.ts'
import type { Half } from './support/dropped-fields.ts'
import { isEnvelope, member, operation } from './support/envelope.ts'
import { EnvelopePlan } from './support/envelope-plan.ts'
import { fieldReferences } from './support/field-reference.ts'
import type { FieldReference } from './support/field-reference.ts'

const logger = createLogger('io.debezium.transforms.ExtractNewRecordState')

/** Makes of a change event the row as it is after it (`io.debezium.transforms.ExtractNewRecordState`). */
export class ExtractNewRecordState {
  #mode: DeleteHandling = 'tombstone'
  #isMarking = false
  #replaceNull = true
  /** The column that names the topic. */
  #routeBy: string | null = null
  #addedFields: readonly FieldReference[] = []
  #addedHeaders: readonly FieldReference[] = []
  #dropped = new DroppedFields({ header: null, fromKey: false, keepsCompatible: true })
  readonly #plans = new PerSchema<EnvelopePlan>((schema) => {
    return new EnvelopePlan(schema, {
      addedFields: this.#addedFields,
      addedHeaders: this.#addedHeaders,
      isMarking: this.#isMarking,
      replaceNull: this.#replaceNull,
    })
  })

  version(): string {
    return debeziumVersion
  }

  config(): ConfigDef {
    return extractNewRecordConfig
  }

  configure(props: ConnectorConfig): void {
    const parsed = new DebeziumConfig(allExtractNewRecordKeys, props)
    parsed.requireAllValid(extractNewRecordChecks)
    const fields = (key: string): readonly FieldReference[] => {
      return fieldReferences(parsed.required(`${key}.prefix`), parsed.required(key))
    }
    this.#addedFields = fields('add.fields')
    this.#addedHeaders = fields('add.headers')
    this.#mode = parsed.word('delete.tombstone.handling.mode') as DeleteHandling
    this.#isMarking = this.#mode === 'rewrite' || this.#mode === 'rewrite-with-tombstone'
    this.#replaceNull = parsed.flag('replace.null.with.default')
    this.#routeBy = parsed.required('route.by.field') || null
    this.#dropped = new DroppedFields({
      header: parsed.text('drop.fields.header.name'),
      fromKey: parsed.flag('drop.fields.from.key'),
      keepsCompatible: parsed.flag('drop.fields.keep.schema.compatible'),
    })
    warnOfRemovedKeys(props)
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    const value = record.value ?? null
    if (value === null) return this.#tombstone(record)
    if (!isEnvelope(record.valueSchema)) return record
    const envelope = requireStruct(value, 'field extraction', record.valueSchema)
    const plan = this.#plans.of(envelope.schema)
    const extended = this.#withHeaders(record, plan, envelope)
    const after = plan.rowAfter(envelope)
    if (after !== null) return this.#changed(extended, { envelope, plan, row: after })
    const before = plan.rowBefore(envelope)
    // Neither is there when a table is truncated.
    return before === null ? null : this.#deleted(extended, { envelope, plan, row: before })
  }

  #withHeaders(record: ConnectRecord, plan: EnvelopePlan, envelope: Struct): ConnectRecord {
    if (this.#addedHeaders.length === 0) return record
    const headers = record.headers?.duplicate() ?? new Headers()
    plan.addHeaders(headers, envelope)
    return record.newRecord({ headers })
  }

  /** What follows the event of a delete. */
  #tombstone(record: ConnectRecord): ConnectRecord | null {
    if (this.#mode !== 'rewrite-with-tombstone') return null
    const added = this.#addedHeaders.filter(({ field }) => field === member.operation)
    if (added.length === 0) return record
    const headers = record.headers?.duplicate() ?? new Headers()
    for (const { newName } of added) headers.add(newName, operation.delete, STRING_SCHEMA)
    return record.newRecord({ headers })
  }

  #changed(record: ConnectRecord, event: RowEvent): ConnectRecord {
    const { row } = event
    const marked = this.#routeBy === null ? null : this.#marked(event, false)
    const topic = this.#topicOf(record, marked ?? row)
    const whole = this.#whole(event, marked, false)
    const names = this.#dropped.namesFor(record)
    if (names === null) {
      return record.newRecord({ topic, valueSchema: whole.schema, value: whole.value })
    }
    return replaced(record, {
      topic,
      key: this.#dropped.keyWithout(record, names),
      value: this.#dropped.without(whole, names),
    })
  }

  /** The topic that the row names, else the record's own. */
  #topicOf(record: ConnectRecord, row: unknown): string {
    if (this.#routeBy === null) return record.topic
    const struct = requireStruct(row, 'Read record to set topic routing for CREATE / UPDATE')
    return topicOr(struct.getString(this.#routeBy), record)
  }

  #deleted(record: ConnectRecord, event: RowEvent): ConnectRecord | null {
    if (this.#mode === 'drop') return null
    const names = this.#dropped.namesFor(record)
    const isStepwise = this.#isMarking && (names !== null || this.#routeBy !== null)
    const marked = isStepwise ? this.#marked(event, true) : null
    const topic =
      this.#routeBy === null
        ? record.topic
        : topicOr(event.envelope.getStruct(member.before)?.getString(this.#routeBy), record)
    const key = names === null ? null : this.#dropped.keyWithout(record, names)
    if (this.#mode === 'tombstone') {
      return replaced(record, {
        topic,
        key,
        value: { schema: event.plan.after.schema, value: null },
      })
    }
    if (this.#mode === 'delete-to-tombstone') {
      return replaced(record, { topic, key, value: { schema: null, value: null } })
    }
    // Here what is to be dropped goes before anything is added.
    const rest = names === null || marked === null ? marked : this.#without(marked, names)
    return replaced(record, { topic, key, value: this.#whole(event, rest, true) })
  }

  /** The row with nothing but its mark, for what is asked of it before anything else is added; null where it gets none. */
  #marked({ envelope, plan, row }: RowEvent, isDeleted: boolean): Struct | null {
    if (!this.#isMarking || !isStruct(row)) return null
    return plan.marked.of(row.schema).apply(row, envelope, isDeleted)
  }

  /** The row with all that is added to it; `marked`, if there is one, has its mark already. */
  #whole({ envelope, plan, row }: RowEvent, marked: Struct | null, isDeleted: boolean): Half {
    const struct = marked ?? requireStruct(row, 'source field insertion')
    const rows = (marked === null ? plan.whole : plan.extended).of(struct.schema)
    return { schema: rows.schema, value: rows.apply(struct, envelope, isDeleted) }
  }

  #without(row: Struct, names: readonly string[]): Struct {
    const { value } = this.#dropped.without({ schema: row.schema, value: row }, names)
    return requireStruct(value, 'source field insertion')
  }
}

/** A change event with the row that it is about. */
interface RowEvent {
  readonly envelope: Struct
  readonly plan: EnvelopePlan
  readonly row: unknown
}

interface Replacement {
  readonly topic: string
  /** Null where it stays. */
  readonly key: Half | null
  readonly value: Half
}

function replaced(record: ConnectRecord, { topic, key, value }: Replacement): ConnectRecord {
  return record.newRecord({
    topic,
    keySchema: key === null ? record.keySchema : key.schema,
    key: key === null ? record.key : key.value,
    valueSchema: value.schema,
    value: value.value,
  })
}

/** The record's own topic where none is named. */
function topicOr(named: unknown, record: ConnectRecord): string {
  return typeof named === 'string' && !isBlank(named) ? named : record.topic
}

/** Debezium 3 does not know them, and would treat deletes otherwise without a word. */
function warnOfRemovedKeys(props: ConnectorConfig): void {
  const found = ['drop.tombstones', 'delete.handling.mode'].filter((key) =>
    Object.hasOwn(props, key),
  )
  if (found.length === 0) return
  logger.warn(
    `${found.join(' and ')} have no effect since Debezium 3.0. Set delete.tombstone.handling.mode to drop, tombstone, rewrite, ` +
      'rewrite-with-tombstone or delete-to-tombstone instead.',
  )
}
