import { DataError, Values, configDef, isStruct, javaClassName } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema, Struct } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { recordText } from '../support/record-text.ts'
import { copyMap, isSchemalessMap, memberOf, putMember } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import { withoutSchema } from '../support/without-schema.ts'
import { KeyToValuePlan, wholeKey } from './key-to-value-plan.ts'
import type { KeyField } from './key-to-value-plan.ts'

const config = configDef({
  'key.fields': {
    type: 'list',
    importance: 'high',
    doc: 'The fields of the key to copy into the value, separated by commas; * is the whole key.',
  },
  'value.fields': {
    type: 'list',
    default: '',
    importance: 'high',
    doc: 'What they are called there, in the same order; their own names, and _key for the whole key, where one is left out.',
  },
})

/** Copies the key, or fields of it, into the value (`io.aiven.kafka.connect.transforms.KeyToValue`). */
export class KeyToValue {
  #fields: readonly KeyField[] = []
  #hasNamed = false
  #hasWhole = false
  /** By the schema of the value, then by that of the key. */
  readonly #plans = new PerSchema<PerSchema<KeyToValuePlan>>((valueSchema) => {
    return new PerSchema((keySchema) => new KeyToValuePlan(this.#fields, keySchema, valueSchema))
  })

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const names = parsed['value.fields']
    this.#fields = parsed['key.fields'].map((key, i): KeyField => {
      const name = names[i] ?? key
      return { key, name: name === wholeKey ? '_key' : name }
    })
    this.#hasNamed = this.#fields.some(({ key }) => key !== wholeKey)
    this.#hasWhole = this.#fields.some(({ key }) => key === wholeKey)
    const taken = new Set<string>()
    for (const { name } of this.#fields) {
      if (taken.has(name)) {
        throw new DataError(`More than one key value is copied to the value field name '${name}'`)
      }
      taken.add(name)
    }
  }

  apply(record: ConnectRecord): ConnectRecord {
    this.#requireFields(record)
    const { key, keySchema, value, valueSchema } = record
    const isMap = isSchemalessMap(value)
    if (isStruct(value)) return this.#intoStruct(record, value)
    if (isMap && valueSchema === null) {
      const source = keySchema === null || isStruct(key) ? key : withoutSchema(keySchema, key)
      return record.newRecord({ value: this.#intoMap(value, source ?? null) })
    }
    throw new DataError(
      `The value needs to be a Struct or Map in order to append fields (${recordText(record)})`,
    )
  }

  #intoStruct(record: ConnectRecord, value: Struct): ConnectRecord {
    const { key } = record
    if (this.#hasWhole && record.keySchema === null && isSchemalessMap(key)) {
      throw new DataError('The value requires a schema, but the key class is a schemaless Map')
    }
    const keySchema: Schema | null = record.keySchema ?? Values.inferSchema(key)
    if (keySchema === null) {
      throw new DataError(`Cannot infer schema for unsupported key class: ${classOf(key)}`)
    }
    const plan = this.#plans.of(value.schema).of(keySchema)
    return record.newRecord({ valueSchema: plan.schema, value: plan.apply(value, key) })
  }

  #intoMap(value: SchemalessMap, key: unknown): SchemalessMap {
    let copy = copyMap(value)
    for (const field of this.#fields) {
      copy = putMember(copy, field.name, field.key === wholeKey ? key : memberOfKey(key, field.key))
    }
    return copy
  }

  /** Whether fields that are named can be there. */
  #requireFields({ key, keySchema }: ConnectRecord): void {
    if (!this.#hasNamed) return
    const names = `[${this.#fields.map((field) => field.key).join(', ')}]`
    if (keySchema !== null && keySchema.type !== 'STRUCT') {
      throw new DataError(
        `Named key fields ${names} cannot be copied from the key schema: ${keySchema.type}`,
      )
    }
    if (isStruct(key) || (keySchema === null && isSchemalessMap(key))) return
    throw new DataError(
      `Named key fields ${names} cannot be copied from the key class: ${classOf(key)}`,
    )
  }
}

function memberOfKey(key: unknown, name: string): unknown {
  if (!isStruct(key)) return isSchemalessMap(key) ? memberOf(key, name) : null
  const field = key.schema.field(name)
  return withoutSchema(field?.schema ?? null, key.get(name))
}

function classOf(key: unknown): string {
  return key === null || key === undefined ? 'null' : javaClassName(key)
}
