import { DataError, SchemaBuilder, Struct, configDef, validateValue } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../api/index.ts'
import { fieldPath } from './support/field-path.ts'
import type { FieldPath } from './support/field-path.ts'
import { distinctNames, fieldSyntaxVersion, replaceNullWithDefault } from './support/keys.ts'
import { PerSchema } from './support/per-schema.ts'
import { memberAt, pathReader } from './support/read-path.ts'
import type { PathReader } from './support/read-path.ts'
import { requireMap, requireStruct } from './support/requirements.ts'
import { putMember } from './support/schemaless-map.ts'
import type { SchemalessMap } from './support/schemaless-map.ts'

const config = configDef({
  fields: {
    type: 'list',
    validator: distinctNames,
    importance: 'high',
    doc: 'Field names on the record value to extract as the record key.',
  },
  ...replaceNullWithDefault,
  ...fieldSyntaxVersion,
})

const purpose = 'copying fields from value to key'

/** A field of the value that becomes one of the key, called as the path's last step. */
interface KeyField {
  /** As configured. */
  readonly text: string
  readonly path: FieldPath
  readonly name: string
}

/** Makes the key of fields of the value (`org.apache.kafka.connect.transforms.ValueToKey`). */
export class ValueToKey {
  #fields: readonly KeyField[] = []
  #replaceNull = true
  readonly #makers = new PerSchema<KeyMaker>(
    (schema) => new KeyMaker(schema, this.#fields, this.#replaceNull),
  )

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const version = parsed['field.syntax.version']
    this.#fields = parsed.fields.map((text) => {
      const path = fieldPath(text, version)
      return { text, path, name: path.at(-1) ?? '' }
    })
    this.#replaceNull = parsed['replace.null.with.default']
  }

  apply(record: ConnectRecord): ConnectRecord {
    if (record.valueSchema === null) {
      const value = requireMap(record.value ?? null, purpose)
      let key: SchemalessMap = {}
      for (const { name, path } of this.#fields) key = putMember(key, name, memberAt(value, path))
      return record.newRecord({ keySchema: null, key })
    }
    const value = requireStruct(record.value ?? null, purpose, record.valueSchema)
    const maker = this.#makers.of(value.schema)
    return record.newRecord({ keySchema: maker.schema, key: maker.keyOf(value) })
  }
}

/** Makes keys of the structs of one schema. */
class KeyMaker {
  readonly schema: Schema
  readonly #readers: readonly PathReader[]

  constructor(schema: Schema, fields: readonly KeyField[], replaceNull: boolean) {
    const builder = SchemaBuilder.struct()
    this.#readers = fields.map(({ text, path, name }) => {
      const reader = pathReader(schema, path, replaceNull)
      if (reader === null) throw new DataError(`Field does not exist: ${text}`)
      builder.field(name, reader.field.schema)
      return reader
    })
    this.schema = builder.build()
  }

  keyOf(value: Struct): Struct {
    const values = new Array<unknown>(this.#readers.length)
    for (let i = 0; i < values.length; i++) {
      const reader = this.#readers[i]
      if (reader === undefined) break
      const { name, schema } = reader.field
      const member = reader.read(value)
      if (member === null && !schema.optional) validateValue(schema, null, name)
      values[i] = member
    }
    return new Struct(this.schema, values)
  }
}
