import {
  DataError,
  Struct,
  configDef,
  javaClassName,
  schemalessType,
  validateValue,
} from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Field, Schema } from '../api/index.ts'
import { PerSchema } from './support/per-schema.ts'
import { requireMap, requireStruct } from './support/requirements.ts'
import { putMember } from './support/schemaless-map.ts'
import type { SchemalessMap } from './support/schemaless-map.ts'
import { copyBasics } from './support/schemas.ts'
import type { Side } from './support/side.ts'
import { fieldsOf } from './support/struct-rewrite.ts'

const config = configDef({
  delimiter: {
    type: 'string',
    default: '.',
    importance: 'medium',
    doc:
      'Delimiter to insert between field names from the input record when generating field names for the ' +
      'output record',
  },
})

const purpose = 'flattening'

/** Makes nested structs or maps one, with names put together (`org.apache.kafka.connect.transforms.Flatten`). */
export class Flatten {
  readonly #side: Side
  #delimiter = '.'
  readonly #plans = new PerSchema<FlatPlan>((schema) => flatPlan(schema, this.#delimiter))

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#delimiter = config.parse(props).delimiter
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = this.#side.valueOf(record)
    if (value === null) return record
    if (this.#side.schemaOf(record) === null) {
      const flat = this.#flatten(requireMap(value, purpose), '', {})
      return this.#side.replace(record, null, flat)
    }
    const struct = requireStruct(value, purpose, this.#side.schemaOf(record))
    const plan = this.#plans.of(struct.schema)
    const values = new Array<unknown>(plan.count)
    fill(plan.steps, struct, values)
    return this.#side.replace(record, plan.schema, new Struct(plan.schema, values))
  }

  #flatten(map: SchemalessMap, prefix: string, flat: SchemalessMap): SchemalessMap {
    let result = flat
    if (map instanceof Map) {
      for (const [name, value] of map) result = this.#addFlat(String(name), value, prefix, result)
    } else {
      for (const name in map) result = this.#addFlat(name, map[name], prefix, result)
    }
    return result
  }

  #addFlat(own: string, value: unknown, prefix: string, flat: SchemalessMap): SchemalessMap {
    const name = prefix === '' ? own : prefix + this.#delimiter + own
    if (value === null || value === undefined) return putMember(flat, name, null)
    const type = schemalessType(value)
    if (type === null) {
      throw new DataError(
        `Flatten transformation was passed a value of type class ${javaClassName(value)} which is not supported by Connect's data API`,
      )
    }
    if (type === 'STRUCT') {
      throw new DataError(
        `Flatten transformation does not support class ${javaClassName(value)} for record without schemas (for field ${name}).`,
      )
    }
    return type === 'MAP'
      ? this.#flatten(requireMap(value, purpose), name, flat)
      : putMember(flat, name, value)
  }
}

/** How structs of one schema are flattened. */
interface FlatPlan {
  readonly schema: Schema
  readonly count: number
  readonly steps: readonly FlatStep[]
}

/** A field: one of the result's, or the fields of the struct within. */
interface FlatStep {
  readonly index: number
  /** The field's default, or null. */
  readonly fallback: unknown
  readonly leaf: Field | null
  readonly within: readonly FlatStep[]
}

function flatPlan(schema: Schema, delimiter: string): FlatPlan {
  const builder = copyBasics(schema)
  const names = new Map<FlatStep, string>()
  const build = (struct: Schema, prefix: string, optional: boolean): FlatStep[] =>
    fieldsOf(struct).map((field) => {
      const name = prefix === '' ? field.name : prefix + delimiter + field.name
      const isOptional = optional || field.schema.optional
      const fallback: unknown = field.schema.defaultValue ?? null
      if (field.schema.type === 'STRUCT') {
        return {
          index: field.index,
          fallback,
          leaf: null,
          within: build(field.schema, name, isOptional),
        }
      }
      if (field.schema.type === 'MAP') {
        throw new DataError(
          `Flatten transformation does not support MAP for record with schemas (for field ${name}).`,
        )
      }
      builder.field(name, leafSchema(field.schema, isOptional))
      const step: FlatStep = { index: field.index, fallback, leaf: null, within: [] }
      names.set(step, name)
      return step
    })
  const steps = build(schema, '', schema.optional)
  const flat = builder.build()
  return { schema: flat, count: names.size, steps: withLeaves(steps, names, flat) }
}

/** The steps with the fields of the finished schema. */
function withLeaves(
  steps: readonly FlatStep[],
  names: ReadonlyMap<FlatStep, string>,
  schema: Schema,
): readonly FlatStep[] {
  return steps.map((step) => ({
    ...step,
    leaf: schema.field(names.get(step) ?? '') ?? null,
    within: withLeaves(step.within, names, schema),
  }))
}

function leafSchema(schema: Schema, optional: boolean): Schema {
  const builder = copyBasics(schema)
  if (optional) builder.optional()
  if (schema.defaultValue !== null) builder.defaultValue(schema.defaultValue)
  return builder.build()
}

/** Of a struct that is null every field is null. */
function fill(steps: readonly FlatStep[], struct: Struct | null, values: unknown[]): void {
  for (const step of steps) {
    const value = struct === null ? null : (struct.values[step.index] ?? step.fallback)
    if (step.leaf === null) {
      fill(step.within, value === null ? null : requireStruct(value, purpose), values)
    } else {
      if (value === null && !step.leaf.schema.optional) {
        validateValue(step.leaf.schema, null, step.leaf.name)
      }
      values[step.leaf.index] = value
    }
  }
}
