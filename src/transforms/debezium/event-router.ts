import {
  ConnectError,
  Headers,
  Struct,
  createLogger,
  isBlank,
  javaToString,
} from '../../api/index.ts'
import type {
  ConfigDef,
  ConnectRecord,
  ConnectorConfig,
  Schema,
  SchemaAndValue,
} from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { requireStruct } from '../support/requirements.ts'
import { TopicRename } from '../support/topic-rename.ts'
import { debeziumVersion } from './built-in.ts'
import { eventRouterChecks, eventRouterConfig } from './event-router-config.ts'
import { DebeziumConfig } from './support/debezium-config.ts'
import { isEnvelope, member, operation } from './support/envelope.ts'
import { IllegalStateError } from './support/errors.ts'
import { parseJsonNode } from './support/json-node.ts'
import { JsonPayload } from './support/json-payload.ts'
import { fieldNameAdjusters } from './support/name-adjuster.ts'
import { OutboxPlan, additionalColumns } from './support/outbox-plan.ts'
import type { OutboxColumns } from './support/outbox-plan.ts'

const logger = createLogger('io.debezium.transforms.outbox.EventRouterDelegate')

/** Makes events of the rows of an outbox table, and sends each to the topic that its row names (`io.debezium.transforms.outbox.EventRouter`). */
export class EventRouter {
  #columns: OutboxColumns | null = null
  #onUpdate = 'warn'
  #json: JsonPayload | null = null
  #isTombstoneOnEmpty = false
  #rename = new TopicRename('', '')
  readonly #plans = new PerSchema<OutboxPlan>((schema) => {
    if (this.#columns === null) throw new IllegalStateError('EventRouter is not configured.')
    return new OutboxPlan(schema, this.#columns)
  })

  version(): string {
    return debeziumVersion
  }

  config(): ConfigDef {
    return eventRouterConfig
  }

  configure(props: ConnectorConfig): void {
    const parsed = new DebeziumConfig(eventRouterConfig, props)
    parsed.requireValid(eventRouterChecks)
    this.#columns = {
      id: parsed.required('table.field.event.id'),
      key: parsed.required('table.field.event.key'),
      payload: parsed.required('table.field.event.payload'),
      timestamp: parsed.text('table.field.event.timestamp'),
      version: parsed.text('table.field.event.schema.version'),
      route: parsed.required('route.by.field'),
      additional: additionalColumns(parsed.text('table.fields.additional.placement')),
      isStrict: parsed.flag('table.fields.additional.error.on.missing'),
    }
    this.#onUpdate = parsed.word('table.op.invalid.behavior')
    this.#isTombstoneOnEmpty = parsed.flag('route.tombstone.on.empty.payload')
    this.#json = parsed.flag('table.expand.json.payload') ? jsonPayload(parsed) : null
    this.#rename = new TopicRename(
      parsed.required('route.topic.regex'),
      parsed.required('route.topic.replacement'),
    )
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    const value = record.value ?? null
    if (value === null) return null
    if (!isEnvelope(record.valueSchema)) return record
    const envelope = requireStruct(value, 'Detect Debezium Operation', record.valueSchema)
    const code = envelope.getString(member.operation)
    if (code === operation.delete) return null
    if (code === operation.update) {
      this.#refuseUpdate(record)
      return null
    }
    const plan = this.#plans.of(envelope.schema)
    const row = requireStruct(envelope.values[plan.row.index] ?? null, 'Read Outbox Event')
    return this.#event(record, { envelope, plan, row })
  }

  #event(record: ConnectRecord, { envelope, plan, row }: OutboxEvent): ConnectRecord {
    const timestamp = plan.timestampOf(envelope, row)
    const headers = record.headers?.duplicate() ?? new Headers()
    headers.add('id', plan.id.of(row), plan.id.schema)
    const payload = this.#payloadOf(plan, row)
    const value = this.#valueOf(plan, row, payload)
    for (const column of plan.headers) headers.add(column.alias, column.of(row), column.schema)
    const partition = plan.partition?.int32Of(row) ?? null
    const key = plan.key.of(row)
    const routed = this.#routeOf(row)
    return record.newRecord({
      topic: this.#rename.renamed(routed) ?? routed,
      kafkaPartition: partition,
      keySchema: plan.key.schema,
      key,
      valueSchema: value.schema,
      value: value.value,
      timestamp,
      headers,
    })
  }

  #valueOf(plan: OutboxPlan, row: Struct, payload: Payload): SchemaAndValue {
    let value: SchemaAndValue = payload
    if (plan.hasEnvelope) {
      const schema = plan.valueSchema(payload.schema, plan.versionOf(row), this.#routeOf(row))
      const struct = new Struct(schema).put('payload', payload.value)
      for (const column of plan.envelope) struct.put(column.alias, column.of(row))
      value = { schema, value: struct }
    }
    const isEmpty =
      payload.value === null || (typeof payload.value === 'string' && isBlank(payload.value))
    return isEmpty && this.#isTombstoneOnEmpty ? { schema: null, value: null } : value
  }

  #payloadOf(plan: OutboxPlan, row: Struct): Payload {
    const { name, schema } = plan.payload
    const value = row.get(plan.payload)
    if (this.#json === null) return { schema, value }
    if (typeof value !== 'string') {
      logger.warn('Expand JSON payload is turned on but payload is not a string in [REDACTED]')
      return { schema, value }
    }
    try {
      const expanded = this.#json.convert(name, parseJsonNode(value))
      return { schema: expanded.schema ?? schema, value: expanded.value }
    } catch (error) {
      // What the parser met may be the payload's own text, which belongs into no log.
      logger.warn(`JSON expansion failed (${(error as Error).name}): the payload stays a text.`)
      return { schema, value }
    }
  }

  #routeOf(row: Struct): string {
    const column = this.#columns?.route ?? ''
    const topic = row.getString(column)
    if (topic !== null) return topic
    throw new ConnectError(
      `The column "${column}" of the outbox row is null, which "route.by.field" takes for the topic.`,
    )
  }

  /** Rows of an outbox are written and deleted, never changed. */
  #refuseUpdate(record: ConnectRecord): void {
    if (this.#onUpdate === 'fatal') {
      const key = javaToString(record.key ?? null, record.keySchema)
      throw new IllegalStateError(`Unexpected update message received ${key}, fail.`)
    }
    const message = 'Unexpected update message received [REDACTED] and ignored'
    if (this.#onUpdate === 'error') logger.error(message)
    else logger.warn(message)
  }
}

interface OutboxEvent {
  readonly envelope: Struct
  readonly plan: OutboxPlan
  readonly row: Struct
}

interface Payload {
  readonly schema: Schema
  readonly value: unknown
}

/** Names of fields are adjusted where the connector's key for that stands among those of the transformation, as in Debezium. */
function jsonPayload(parsed: DebeziumConfig): JsonPayload {
  const mode = (parsed.given('field.name.adjustment.mode') ?? 'none').trim().toLowerCase()
  return new JsonPayload({
    keepsNull: parsed.word('table.json.payload.null.behavior') === 'optional_bytes',
    fieldName:
      mode === 'avro' || mode === 'avro_unicode'
        ? fieldNameAdjusters[mode]
        : fieldNameAdjusters.none,
  })
}
