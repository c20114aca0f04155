import { SchemaBuilder, Struct, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { copyMap, putMember } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import { copyBasics } from '../support/schemas.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import { ByType } from './by-type.ts'

const config = configDef({
  field: {
    type: 'string',
    importance: 'high',
    doc: 'The field to put the name of the topic into.',
  },
})

const topicSchema = SchemaBuilder.string().doc('Topic name').build()

/** Adds a field with the name of the topic (`com.github.jcustenborder…transform.common.TopicNameToField`). */
export class TopicNameToField extends ByType {
  #field = ''
  readonly #rewrites = new PerSchema<StructRewrite>((schema) => {
    const builder = copyBasics(schema)
    if (schema.optional) builder.optional()
    const sources = fieldsOf(schema).map((field) => sameField(field, true))
    for (const source of sources) builder.field(source.name, source.schema)
    return new StructRewrite(withTopic(builder, this.#field), sources)
  })

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    this.#field = config.parse(props).field
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const rewrite = this.#rewrites.of(struct.schema)
    const values = rewrite.valuesOf(struct, 1)
    values[values.length - 1] = record.topic
    return this.side.replace(record, rewrite.schema, new Struct(rewrite.schema, values))
  }

  protected override ofMap(record: ConnectRecord, map: SchemalessMap): ConnectRecord {
    return this.side.replace(record, null, putMember(copyMap(map), this.#field, record.topic))
  }
}

function withTopic(builder: SchemaBuilder, field: string): Schema {
  return builder.field(field, topicSchema).build()
}
