import { Struct, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { copyBasics } from '../support/schemas.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import { KeyValueByType } from './by-type.ts'
import { headerMapping } from './header-mapping.ts'
import type { HeaderMapping } from './header-mapping.ts'

const config = configDef({
  'header.mappings': {
    type: 'list',
    importance: 'high',
    doc:
      'Which header goes into which field, separated by commas: <code>header:type[:field]</code>. Types are INT8, INT16, INT32, INT64, ' +
      'FLOAT32, FLOAT64, BOOLEAN, STRING, INT64(Timestamp), INT32(Date), INT32(Time) and BYTES(Decimal[scale=0]) with scales up to 49.',
  },
})

/** Adds fields that hold the values of headers (`com.github.jcustenborder…transform.common.HeaderToField`). */
export class HeaderToField extends KeyValueByType {
  #mappings: readonly HeaderMapping[] = []
  readonly #rewrites = new PerSchema<StructRewrite>((schema) => {
    const builder = copyBasics(schema)
    if (schema.optional) builder.optional()
    const sources = fieldsOf(schema).map((field) => sameField(field, true))
    for (const source of sources) builder.field(source.name, source.schema)
    for (const mapping of this.#mappings) builder.field(mapping.field, mapping.schema)
    return new StructRewrite(builder.build(), sources)
  })

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const key = 'header.mappings'
    this.#mappings = config.parse(props)[key].map((text) => headerMapping(key, text))
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const rewrite = this.#rewrites.of(struct.schema)
    const mappings = this.#mappings
    const values = rewrite.valuesOf(struct, mappings.length)
    const first = values.length - mappings.length
    for (let i = 0; i < mappings.length; i++) {
      const mapping = mappings[i]
      if (mapping === undefined) break
      const header = record.headers?.lastWithName(mapping.header)
      // Converting gives what fits the schema, or throws.
      values[first + i] = header === undefined ? null : mapping.convert(header)
    }
    return this.side.replace(record, rewrite.schema, new Struct(rewrite.schema, values))
  }
}
