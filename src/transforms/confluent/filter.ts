import { DataError, configDef, validator } from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'
import { requireMap, requireStruct } from '../support/requirements.ts'
import type { Side } from '../support/side.ts'
import { JsonPath } from './json-path/json-path.ts'
import { jsonPath } from './json-path/path-parser.ts'

const config = configDef({
  'filter.condition': {
    type: 'string',
    validator: validator('a JSON path', (name, value) => {
      jsonPath(name, value)
    }),
    importance: 'high',
    doc: 'The JSON path that a record matches where it finds something, like $.a[?(@.b == 1)].',
  },
  'filter.type': {
    type: 'string',
    oneOf: ['include', 'exclude'],
    importance: 'high',
    doc: 'What becomes of the records that match: "include" keeps them and drops the others, "exclude" drops them.',
  },
  'missing.or.null.behavior': {
    type: 'string',
    default: 'fail',
    oneOf: ['fail', 'include', 'exclude'],
    importance: 'medium',
    doc: 'What becomes of a record without the fields that lead to the condition: it fails, is kept or is dropped.',
  },
})

const purpose = 'filtering records'

/** Keeps or drops the records that a JSON path matches (`io.confluent.connect.transforms.Filter`). */
export class Filter {
  readonly #side: Side
  #path = JsonPath.ofField('')
  #text = ''
  #keepsMatches = true
  #atMissing: 'fail' | 'include' | 'exclude' = 'fail'

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    this.#text = parsed['filter.condition']
    this.#path = jsonPath('filter.condition', this.#text)
    this.#keepsMatches = parsed['filter.type'] === 'include'
    this.#atMissing = parsed['missing.or.null.behavior']
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    const found = this.#match(record)
    if (found !== null) return found === this.#keepsMatches ? record : null
    if (this.#atMissing !== 'fail') return this.#atMissing === 'include' ? record : null
    throw new DataError(
      `The ${this.#side.half} lacks a field of filter.condition, or it is null: ${this.#text} (${recordText(record)}). ` +
        'Set missing.or.null.behavior to include or exclude such records.',
    )
  }

  /** Null where a field that leads to the condition is missing or null. */
  #match(record: ConnectRecord): boolean | null {
    const schema = this.#side.schemaOf(record)
    const value = this.#side.valueOf(record)
    if (value === null) return null
    if (schema === null) return this.#path.matches(null, requireMap(value, purpose))
    if (schema.type === 'MAP') return this.#path.matches(schema, requireMap(value, purpose))
    return this.#path.matches(schema, requireStruct(value, purpose, schema))
  }
}
