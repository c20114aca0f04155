import { ConfigError, DataError, SchemaBuilder, configDef, isStruct } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../api/index.ts'
import { replaceNullWithDefault } from './support/keys.ts'
import { PerSchema } from './support/per-schema.ts'
import type { Side } from './support/side.ts'
import { StructRewrite, fieldsOf, sameField } from './support/struct-rewrite.ts'

const config = configDef({
  'schema.name': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'Schema name to set.',
  },
  'schema.version': {
    type: 'int',
    default: null,
    importance: 'high',
    doc: 'Schema version to set.',
  },
  ...replaceNullWithDefault,
})

/** Gives a struct's schema another name or version (`org.apache.kafka.connect.transforms.SetSchemaMetadata`). */
export class SetSchemaMetadata {
  readonly #side: Side
  #name: string | null = null
  #version: number | null = null
  #replaceNull = true
  readonly #rewrites = new PerSchema<StructRewrite>((schema) => {
    const sources = fieldsOf(schema).map((field) => sameField(field, this.#replaceNull))
    return new StructRewrite(this.#renamed(schema), sources)
  })

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#name = parsed['schema.name']
    this.#version = parsed['schema.version']
    this.#replaceNull = parsed['replace.null.with.default']
    if (this.#name === null && this.#version === null) {
      throw new ConfigError('Neither schema name nor version configured')
    }
  }

  apply(record: ConnectRecord): ConnectRecord {
    const schema = this.#side.schemaOf(record)
    const value = this.#side.valueOf(record)
    if (schema === null) {
      if (value === null) return record
      throw new DataError('Schema required for [updating schema metadata]')
    }
    const rewrite = this.#rewrites.of(schema)
    return this.#side.replace(
      record,
      rewrite.schema,
      isStruct(value) ? rewrite.apply(value) : value,
    )
  }

  #renamed(schema: Schema): Schema {
    const builder = SchemaBuilder.struct()
    const name = this.#name ?? schema.name
    if (name !== null) builder.name(name)
    const version = this.#version ?? schema.version
    if (version !== null) builder.version(version)
    if (schema.doc !== null) builder.doc(schema.doc)
    if (schema.parameters !== null) builder.parameters(schema.parameters)
    if (schema.optional) builder.optional()
    for (const field of fieldsOf(schema)) builder.field(field.name, field.schema)
    return builder.build()
  }
}
