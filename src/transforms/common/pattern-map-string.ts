import {
  DataError,
  JavaPattern,
  JavaReplacement,
  configDef,
  javaClassName,
} from '../../api/index.ts'
import type {
  ConfigDef,
  ConnectRecord,
  ConnectorConfig,
  Field,
  Schema,
  Struct,
} from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { copyMap, hasMember, memberOf, putMember } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import type { FieldSource, ValueChange } from '../support/struct-rewrite.ts'
import { ByType } from './by-type.ts'
import { flaggedPattern, patternFlags } from './flagged-pattern.ts'
import { namedStruct } from './struct-schema.ts'

const config = configDef({
  'value.pattern': {
    type: 'string',
    importance: 'high',
    doc: 'The regular expression that is looked for in the text.',
  },
  'value.pattern.flags': patternFlags,
  'value.replacement': {
    type: 'string',
    importance: 'high',
    doc: 'What takes the place of everything it finds; $1 is its first group.',
  },
  'src.field.name': { type: 'string', importance: 'high', doc: 'The field that holds the text.' },
  'dest.field.name': {
    type: 'string',
    importance: 'high',
    doc: 'The field to put the result into: a new one, behind that of the text, or the same.',
  },
})

/** Replaces what a pattern finds in a field (`com.github.jcustenborder…transform.common.PatternMapString`). */
export class PatternMapString extends ByType {
  #pattern = new JavaPattern('')
  #replacement = new JavaReplacement('', this.#pattern)
  #source = ''
  #target = ''
  readonly #change: ValueChange = { apply: (value) => this.#replaced(value) }
  readonly #rewrites = new PerSchema<StructRewrite>((schema) => this.#rewrite(schema))

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const flags = parsed['value.pattern.flags']
    this.#pattern = flaggedPattern('value.pattern', parsed['value.pattern'], flags)
    this.#replacement = new JavaReplacement(parsed['value.replacement'], this.#pattern)
    this.#source = parsed['src.field.name']
    this.#target = parsed['dest.field.name']
  }

  protected override ofStruct(record: ConnectRecord, struct: Struct): ConnectRecord {
    const rewrite = this.#rewrites.of(struct.schema)
    return this.side.replace(record, rewrite.schema, rewrite.apply(struct))
  }

  protected override ofMap(record: ConnectRecord, map: SchemalessMap): ConnectRecord {
    if (!hasMember(map, this.#source)) return this.side.replace(record, null, map)
    const replaced = this.#replaced(memberOf(map, this.#source))
    return this.side.replace(record, null, putMember(copyMap(map), this.#target, replaced))
  }

  #rewrite(schema: Schema): StructRewrite {
    const sources = fieldsOf(schema).flatMap((field) => this.#sources(field))
    if (this.#source !== this.#target) return new StructRewrite(widened(schema, sources), sources)
    if (schema.field(this.#source) !== undefined) return new StructRewrite(schema, sources)
    throw new DataError(`${this.#source} is not a valid field name`)
  }

  #sources(field: Field): FieldSource[] {
    const same = sameField(field, true)
    if (field.name !== this.#source) return [same]
    const changed = { ...same, name: this.#target, change: this.#change }
    return this.#source === this.#target ? [changed] : [same, changed]
  }

  /** A null stays one; in Java it is a null pointer. */
  #replaced(value: unknown): string | null {
    if (value === null) return null
    if (typeof value === 'string') return this.#pattern.replaceAll(value, this.#replacement)
    throw new DataError(
      `The field "${this.#source}" holds no text: expected a string, found ${javaClassName(value)}.`,
    )
  }
}

/** The version of a schema is lost, as in Java. */
function widened(schema: Schema, sources: readonly FieldSource[]): Schema {
  const builder = namedStruct(schema)
  if (schema.doc !== null) builder.doc(schema.doc)
  if (schema.parameters !== null) builder.parameters(schema.parameters)
  for (const source of sources) builder.field(source.name, source.schema)
  return builder.build()
}
