import {
  DataError,
  configDef,
  invalidValue,
  isStruct,
  javaToString,
  nonEmptyString,
  validateValue,
} from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Field } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { recordText } from '../support/record-text.ts'
import { copyMap, isSchemalessMap, memberOf, putMember } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import type { Side } from '../support/side.ts'
import { StructRewrite, fieldsOf, sameField } from '../support/struct-rewrite.ts'
import type { FieldSource } from '../support/struct-rewrite.ts'

const config = configDef({
  'field.names': {
    type: 'list',
    importance: 'high',
    doc: 'The fields whose texts are changed, separated by commas.',
  },
  case: {
    type: 'string',
    validator: nonEmptyString,
    importance: 'high',
    doc: 'What they become: "upper" or "lower" case.',
  },
})

/** Writes texts in capital or in small letters (`io.aiven.kafka.connect.transforms.CaseTransform`). */
export class CaseTransform {
  readonly #side: Side
  #fields: readonly string[] = []
  #isUpper = false
  /** A field that the schema lacks is left out; the defaults of others are filled in. */
  readonly #rewrites = new PerSchema<StructRewrite>((schema) => {
    return new StructRewrite(
      schema,
      fieldsOf(schema).map((field) => this.#source(field)),
    )
  })

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    if (parsed.case !== 'upper' && parsed.case !== 'lower') {
      throw invalidValue('case', parsed.case, 'expected upper or lower')
    }
    this.#fields = parsed['field.names']
    this.#isUpper = parsed.case === 'upper'
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = this.#side.valueOf(record)
    if (value === null) {
      throw new DataError(`${this.#side.half} Value can't be null: ${recordText(record)}`)
    }
    if (isStruct(value)) {
      const rewrite = this.#rewrites.of(value.schema)
      return this.#side.replace(record, rewrite.schema, rewrite.apply(value))
    }
    if (!isSchemalessMap(value)) {
      throw new DataError(`Value type must be STRUCT or MAP: ${recordText(record)}`)
    }
    return this.#side.replace(record, this.#side.schemaOf(record), this.#ofMap(value))
  }

  #source(field: Field): FieldSource {
    const same = sameField(field, true)
    if (!this.#fields.includes(field.name)) return same
    const { name, schema } = field
    const change = {
      apply: (value: unknown): string | null => {
        if (value === null) return null
        const text = this.#changed(javaToString(value, schema))
        validateValue(schema, text, name)
        return text
      },
    }
    return { ...same, change }
  }

  /** A member that is not there is added as null, as in Java. */
  #ofMap(map: SchemalessMap): SchemalessMap {
    let copy = copyMap(map)
    for (const name of this.#fields) {
      const value = memberOf(copy, name)
      copy = putMember(copy, name, value === null ? null : this.#changed(javaToString(value)))
    }
    return copy
  }

  #changed(text: string): string {
    return this.#isUpper ? text.toUpperCase() : text.toLowerCase()
  }
}
