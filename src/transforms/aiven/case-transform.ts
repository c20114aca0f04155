import {
  DataError,
  Struct,
  configDef,
  invalidValue,
  isStruct,
  javaToString,
  nonEmptyString,
  validateValue,
} from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'
import { copyMap, isSchemalessMap, memberOf, putMember } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import type { Side } from '../support/side.ts'

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
    if (isStruct(value)) return this.#side.replace(record, value.schema, this.#ofStruct(value))
    if (!isSchemalessMap(value)) {
      throw new DataError(`Value type must be STRUCT or MAP: ${recordText(record)}`)
    }
    return this.#side.replace(record, this.#side.schemaOf(record), this.#ofMap(value))
  }

  /** A field that the schema lacks is left out; the defaults of others are filled in. */
  #ofStruct({ schema, values }: Struct): Struct {
    const made = values.map((value, i) => value ?? schema.fields?.[i]?.schema.defaultValue ?? null)
    for (const name of this.#fields) {
      const field = schema.field(name)
      const value = field === undefined ? null : made[field.index]
      if (field === undefined || value === null) continue
      const text = this.#changed(javaToString(value, field.schema))
      validateValue(field.schema, text, name)
      made[field.index] = text
    }
    return new Struct(schema, made)
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
