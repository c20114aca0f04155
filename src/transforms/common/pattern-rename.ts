import { DataError, JavaPattern, JavaReplacement, configDef } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema, Struct } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { putMember } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import { ByType } from './by-type.ts'
import { flaggedPattern, patternFlags } from './flagged-pattern.ts'
import { namedStruct } from './struct-schema.ts'

const config = configDef({
  'field.pattern': {
    type: 'string',
    importance: 'high',
    doc: 'The regular expression that is looked for in the names of fields.',
  },
  'field.pattern.flags': patternFlags,
  'field.replacement': {
    type: 'string',
    importance: 'high',
    doc: 'What takes the place of everything it finds; $1 is its first group.',
  },
})

/** Renames the fields that a pattern is found in (`com.github.jcustenborder…transform.common.PatternRename`). */
export class PatternRename extends ByType {
  #pattern = new JavaPattern('')
  #replacement = new JavaReplacement('', this.#pattern)
  readonly #rewrites = new PerSchema<StructRewrite>((schema) => this.#rewrite(schema))

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const flags = parsed['field.pattern.flags']
    this.#pattern = flaggedPattern('field.pattern', parsed['field.pattern'], flags)
    this.#replacement = new JavaReplacement(parsed['field.replacement'], this.#pattern)
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const rewrite = this.#rewrites.of(struct.schema)
    return this.side.replace(record, rewrite.schema, rewrite.apply(struct))
  }

  protected override ofMap(record: ConnectRecord, map: SchemalessMap): ConnectRecord {
    let renamed: SchemalessMap = {}
    for (const [name, value] of map instanceof Map ? map : Object.entries(map)) {
      if (typeof name !== 'string') {
        throw new DataError(`Cannot rename a member that has no name: ${String(name)}.`)
      }
      renamed = putMember(renamed, this.#renamed(name), value)
    }
    return this.side.replace(record, null, renamed)
  }

  /** The version of a schema is lost, as in Java. */
  #rewrite(schema: Schema): StructRewrite {
    const builder = namedStruct(schema)
    if (schema.doc !== null) builder.doc(schema.doc)
    if (schema.parameters !== null) builder.parameters(schema.parameters)
    const sources = fieldsOf(schema).map((field) => {
      return { ...sameField(field, true), name: this.#renamed(field.name) }
    })
    for (const source of sources) builder.field(source.name, source.schema)
    return new StructRewrite(builder.build(), sources)
  }

  #renamed(name: string): string {
    return this.#pattern.replaceAll(name, this.#replacement)
  }
}
