import { SchemaBuilder, Struct, configDef } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../api/index.ts'
import { PerSchema } from './support/per-schema.ts'
import { putMember } from './support/schemaless-map.ts'
import type { Side } from './support/side.ts'

const config = configDef({
  field: {
    type: 'string',
    importance: 'medium',
    doc: 'Field name for the single field that will be created in the resulting Struct or Map.',
  },
})

/** Wraps the whole value into a field of a struct or map (`org.apache.kafka.connect.transforms.HoistField`). */
export class HoistField {
  readonly #side: Side
  #field = ''
  readonly #wrappers = new PerSchema<Schema>((schema) =>
    SchemaBuilder.struct().field(this.#field, schema).build(),
  )

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#field = config.parse(props).field
  }

  apply(record: ConnectRecord): ConnectRecord {
    const schema = this.#side.schemaOf(record)
    const value = this.#side.valueOf(record)
    if (schema === null) {
      return this.#side.replace(record, null, putMember({}, this.#field, value))
    }
    const wrapper = this.#wrappers.of(schema)
    return this.#side.replace(record, wrapper, new Struct(wrapper).put(this.#field, value))
  }
}
