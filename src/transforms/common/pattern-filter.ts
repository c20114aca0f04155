import { JavaPattern, configDef, invalidValue, isStruct, validator } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { PerSchema } from '../support/per-schema.ts'
import { isSchemalessMap, memberOf } from '../support/schemaless-map.ts'
import type { Side } from '../support/side.ts'
import { fieldsOf } from '../support/struct-rewrite.ts'

const config = configDef({
  pattern: {
    type: 'string',
    validator: validator('a regular expression', (name, value) => {
      if (typeof value !== 'string') {
        throw invalidValue(name, value, 'value must be a String or List.')
      }
      try {
        new JavaPattern(value)
      } catch {
        throw invalidValue(name, value, `Could not compile regex '${value}'.`)
      }
    }),
    importance: 'high',
    doc: 'The regular expression that must match all of a text for its record to be dropped.',
  },
  fields: {
    type: 'list',
    default: '',
    importance: 'high',
    doc: 'The fields to look at, of those that hold texts.',
  },
})

/** Drops the records in which a pattern matches a field (`com.github.jcustenborder…transform.common.PatternFilter`). */
export class PatternFilter {
  readonly #side: Side
  #pattern = new JavaPattern('')
  #fields: readonly string[] = []
  /** Where the fields are that are to be looked at. */
  readonly #places = new PerSchema<readonly number[]>((schema) =>
    fieldsOf(schema)
      .filter((field) => field.schema.type === 'STRING' && this.#fields.includes(field.name))
      .map((field) => field.index),
  )

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#pattern = new JavaPattern(parsed.pattern)
    this.#fields = parsed.fields
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    return this.#isMatch(this.#side.valueOf(record)) ? null : record
  }

  #isMatch(value: unknown): boolean {
    if (isStruct(value)) {
      for (const index of this.#places.of(value.schema)) {
        if (this.#fits(value.values[index])) return true
      }
      return false
    }
    if (!isSchemalessMap(value)) return false
    for (const name of this.#fields) if (this.#fits(memberOf(value, name))) return true
    return false
  }

  #fits(value: unknown): boolean {
    return typeof value === 'string' && this.#pattern.matches(value)
  }
}
