import { Struct, createLogger, isBlank } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { requireStruct } from '../support/requirements.ts'
import type { StructRewrite } from '../support/struct-rewrite.ts'
import { TopicRename } from '../support/topic-rename.ts'
import { debeziumVersion } from './built-in.ts'
import {
  allLogicalTableKeys,
  logicalTableChecks,
  logicalTableConfig,
} from './by-logical-table-config.ts'
import { DebeziumConfig } from './support/debezium-config.ts'
import { isEnvelope } from './support/envelope.ts'
import { envelopeOfTable, keyOfTable } from './support/logical-table.ts'
import { schemaNameAdjusters } from './support/name-adjuster.ts'
import type { AdjustmentMode, NameAdjuster } from './support/name-adjuster.ts'

const logger = createLogger('io.debezium.transforms.ByLogicalTableRouter')

const purpose = 'Updating schema'

/** Sends the tables that a pattern names to one topic, told apart by a field of the key (`io.debezium.transforms.ByLogicalTableRouter`). */
export class ByLogicalTableRouter {
  #topics = new TopicRename('', '')
  #identifiers: TopicRename | null = null
  #keyField: string | null = null
  #adjust: NameAdjuster = schemaNameAdjusters.none
  #mostRoutes = 16
  /** By the topic of the record; null for one that the pattern does not match. */
  readonly #routes = new Map<string, Route | null>()
  #lastTopic: string | null = null
  #lastRoute: Route | null = null

  version(): string {
    return debeziumVersion
  }

  config(): ConfigDef {
    return logicalTableConfig
  }

  configure(props: ConnectorConfig): void {
    const parsed = new DebeziumConfig(allLogicalTableKeys, props)
    parsed.requireAllValid(logicalTableChecks)
    this.#topics = new TopicRename(
      parsed.required('topic.regex'),
      parsed.required('topic.replacement'),
    )
    const identifierRegex = parsed.text('key.field.regex')
    this.#identifiers = isBlank(identifierRegex)
      ? null
      : new TopicRename(identifierRegex ?? '', parsed.required('key.field.replacement'))
    this.#keyField = parsed.flag('key.enforce.uniqueness')
      ? parsed.required('key.field.name')
      : null
    const mode = parsed.word('schema.name.adjustment.mode') as AdjustmentMode
    this.#adjust = schemaNameAdjusters[mode]
    this.#mostRoutes = Math.max(1, parsed.int('logical.table.cache.size'))
  }

  apply(record: ConnectRecord): ConnectRecord {
    const route = this.#routeOf(record.topic)
    if (route === null) return record
    const key = record.key ?? null
    const plan = key === null ? null : route.keys.of(requireStruct(key, purpose).schema)
    const newKey = plan === null ? null : this.#keyOf(key as Struct, plan, route)
    const value = record.value ?? null
    if (value === null || !isEnvelope(record.valueSchema)) {
      return record.newRecord({
        topic: route.topic,
        keySchema: plan?.schema ?? null,
        key: newKey,
      })
    }
    const envelope = requireStruct(value, purpose)
    const rewrite = route.envelopes.of(envelope.schema)
    return record.newRecord({
      topic: route.topic,
      keySchema: plan?.schema ?? null,
      key: newKey,
      valueSchema: rewrite.schema,
      value: rewrite.apply(envelope),
    })
  }

  #keyOf(key: Struct, plan: StructRewrite, route: Route): Struct {
    if (this.#keyField === null) return new Struct(plan.schema, plan.valuesOf(key, 0))
    const values = plan.valuesOf(key, 1)
    values[values.length - 1] = route.identifier
    return new Struct(plan.schema, values)
  }

  #routeOf(topic: string): Route | null {
    if (topic === this.#lastTopic) return this.#lastRoute
    let route = this.#routes.get(topic)
    if (route === undefined) {
      route = this.#newRoute(topic)
      if (this.#routes.size >= this.#mostRoutes) this.#routes.clear()
      this.#routes.set(topic, route)
    }
    this.#lastTopic = topic
    this.#lastRoute = route
    return route
  }

  #newRoute(topic: string): Route | null {
    const renamed = this.#topics.renamed(topic)
    if (renamed === null) return null
    if (renamed === '') {
      logger.warn('Routing regex returned an empty topic name, propagating original record')
      return null
    }
    const identifier = this.#identifiers?.renamed(topic) ?? topic
    const target = { topic: renamed, adjust: this.#adjust, keyField: this.#keyField }
    return {
      topic: renamed,
      identifier,
      keys: new PerSchema((schema) => keyOfTable(schema, target)),
      envelopes: new PerSchema((schema) => envelopeOfTable(schema, target)),
    }
  }
}

/** What becomes of the records of one topic. */
interface Route {
  readonly topic: string
  /** What the key says of the table. */
  readonly identifier: string
  /** Without the field for the identifier, which comes last. */
  readonly keys: PerSchema<StructRewrite>
  readonly envelopes: PerSchema<StructRewrite>
}
