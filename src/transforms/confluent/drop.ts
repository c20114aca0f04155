import { DataError, configDef, schemaText } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { copyBasics } from '../support/schemas.ts'
import type { Side } from '../support/side.ts'

const behaviors = ['nullify', 'retain', 'validate', 'force_optional'] as const

const config = configDef({
  'schema.behavior': {
    type: 'string',
    default: 'nullify',
    oneOf: behaviors,
    importance: 'medium',
    doc:
      'What becomes of the schema: "nullify" takes it away, "retain" keeps it as it is, "validate" keeps it where it is optional ' +
      'and fails the record else, "force_optional" makes it optional.',
  },
})

/** Puts null in the place of the key or the value (`io.confluent.connect.transforms.Drop`). */
export class Drop {
  readonly #side: Side
  #behavior: (typeof behaviors)[number] = 'nullify'
  readonly #optional = new PerSchema<Schema>(optionalOf)

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#behavior = config.parse(props)['schema.behavior']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const schema = this.#side.schemaOf(record)
    return this.#side.replace(record, schema && this.#kept(schema), null)
  }

  #kept(schema: Schema): Schema | null {
    switch (this.#behavior) {
      case 'nullify':
        return null
      case 'retain':
        return schema
      case 'force_optional':
        return this.#optional.of(schema)
      case 'validate':
        if (schema.optional) return schema
        throw new DataError(
          `Cannot drop the ${this.#side.half}: expected an optional schema, found ${schemaText(schema)}. ` +
            'Set schema.behavior to nullify or force_optional.',
        )
    }
  }
}

function optionalOf(schema: Schema): Schema {
  if (schema.optional) return schema
  const builder = copyBasics(schema).optional()
  for (const field of schema.fields ?? []) builder.field(field.name, field.schema)
  if (schema.defaultValue !== null) builder.defaultValue(schema.defaultValue)
  return builder.build()
}
