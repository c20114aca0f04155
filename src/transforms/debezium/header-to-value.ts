import { ConfigError, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Headers, Schema } from '../../api/index.ts'
import { IllegalArgumentError } from '../support/java-errors.ts'
import { javaSplit } from '../support/java-split.ts'
import { PerSchema } from '../support/per-schema.ts'
import { requireStruct } from '../support/requirements.ts'
import { debeziumVersion } from './built-in.ts'
import { hasNoEmptyElements, hasNoSpaceInElements, isOneOf, isRequired } from './support/checks.ts'
import { DebeziumConfig } from './support/debezium-config.ts'
import { HeaderPlan, requireParents } from './support/header-plan.ts'

const config = configDef({
  headers: {
    type: 'list',
    default: null,
    importance: 'high',
    doc: 'Header names in the record whose values are to be copied or moved to record value.',
    order: 1,
    displayName: 'Header names list',
  },
  fields: {
    type: 'list',
    default: null,
    importance: 'high',
    doc:
      'Field names, in the same order as the header names listed in the headers configuration property. ' +
      'Supports Struct nesting using dot notation.',
    order: 1,
    displayName: 'Field names list',
  },
  operation: {
    type: 'string',
    default: null,
    importance: 'high',
    doc:
      'Either <code>move</code> if the fields are to be moved to the value (removed from the headers), ' +
      'or <code>copy</code> if the fields are to be copied to the value (retained in the headers).',
    order: 1,
    displayName: 'Operation: mover or copy',
  },
})

/** Most combinations of headers that are remembered for a schema. */
const mostPlans = 64

/** Makes fields of headers (`io.debezium.transforms.HeaderToValue`). */
export class HeaderToValue {
  #names: readonly string[] = []
  /** Where each of the names goes. */
  #paths: readonly (readonly string[])[] = []
  #isMove = false
  /** Of the record at hand: which of the names its headers have, and their schemas and values. */
  readonly #found: Found = { places: [], schemas: [], values: [] }
  readonly #plans = new PerSchema<KnownPlan[]>(() => [])

  version(): string {
    return debeziumVersion
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = new DebeziumConfig(config, props)
    parsed.requireValid([
      ['headers', isRequired, hasNoEmptyElements, hasNoSpaceInElements],
      ['fields', isRequired, hasNoEmptyElements, hasNoSpaceInElements],
      ['operation', isRequired, isOneOf('move', 'copy')],
    ])
    const fields = parsed.list('fields')
    this.#names = parsed.list('headers')
    if (this.#names.length !== fields.length) {
      throw new ConfigError(
        "'fields' config must have the same number of elements as 'headers' config.",
      )
    }
    this.#paths = fields.map((field) => javaSplit(field, '.'))
    const operation = parsed.required('operation')
    if (operation !== 'move' && operation !== 'copy') {
      throw new IllegalArgumentError(
        `Invalid value "${operation}" for "operation": expected move or copy, in lower case and without blanks.`,
      )
    }
    this.#isMove = operation === 'move'
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = record.value ?? null
    if (value === null) return record
    const struct = requireStruct(value, 'Header field insertion', record.valueSchema)
    if (record.headers === null || !this.#find(record.headers)) return record
    const plan = this.#planFor(struct.schema)
    const changed = plan.apply(struct, this.#found.values)
    if (!this.#isMove) return record.newRecord({ valueSchema: plan.schema, value: changed })
    const headers = record.headers.duplicate()
    for (const name of this.#names) headers.remove(name)
    return record.newRecord({ valueSchema: plan.schema, value: changed, headers })
  }

  /** Whether there is any of the headers. */
  #find(headers: Headers): boolean {
    const { places, schemas, values } = this.#found
    places.length = 0
    schemas.length = 0
    values.length = 0
    for (const { key, schema, value } of headers) {
      const place = this.#names.indexOf(key)
      if (place < 0) continue
      places.push(place)
      schemas.push(schema)
      values.push(value)
    }
    return places.length > 0
  }

  /** Records of one schema may have these headers or those: what is right for one is not for the next. */
  #planFor(schema: Schema): HeaderPlan {
    const known = this.#plans.of(schema)
    const { places, schemas } = this.#found
    for (const one of known) {
      if (isSame(one.places, places) && isSame(one.schemas, schemas)) return one.plan
    }
    const fields = places.map((place, at) => ({
      at,
      path: this.#paths[place] ?? [],
      schema: schemas[at] ?? null,
    }))
    for (const field of fields) requireParents(schema, field)
    const plan = new HeaderPlan(schema, fields)
    if (known.length >= mostPlans) known.length = 0
    known.push({ places: [...places], schemas: [...schemas], plan })
    return plan
  }
}

interface Found {
  readonly places: number[]
  readonly schemas: (Schema | null)[]
  readonly values: unknown[]
}

interface KnownPlan {
  readonly places: readonly number[]
  readonly schemas: readonly (Schema | null)[]
  readonly plan: HeaderPlan
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
