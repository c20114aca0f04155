import {
  ConfigError,
  DataError,
  JavaPattern,
  Values,
  configDef,
  invalidValue,
  isTypedNumber,
  schemaText,
  schemalessType,
  valueEquals,
} from '../../api/index.ts'
import type {
  ConfigDef,
  ConnectRecord,
  ConnectorConfig,
  Schema,
  SchemaAndValue,
  Struct,
} from '../../api/index.ts'
import { requireMap, requireStruct } from '../support/requirements.ts'
import { memberOf } from '../support/schemaless-map.ts'
import type { Side } from '../support/side.ts'

const config = configDef({
  'field.name': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'The field that decides, of a struct or of a map without a schema. Where it is empty, the whole key or value does.',
  },
  'field.value': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'The value to be equal to, read as the text of a header is. Either this or field.value.pattern.',
  },
  'field.value.pattern': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'A regular expression to be found in the value. Either this or field.value.',
  },
  'field.value.matches': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    doc: 'Whether the records that match are kept ("true") or the others ("false").',
  },
})

const purpose = 'filtering by field value'

/** Keeps the records with a certain value, or those without it (`io.aiven.kafka.connect.transforms.FilterByFieldValue`). */
export class FilterByFieldValue {
  readonly #side: Side
  #field = ''
  #expected: SchemaAndValue | null = null
  #pattern: JavaPattern | null = null
  #keepsMatches = true

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const value = parsed['field.value']
    const pattern = parsed['field.value.pattern'] ?? ''
    if ((value !== null) === (pattern !== '')) {
      throw new ConfigError(
        'Either field.value or field.value.pattern have to be set to apply filter transform',
      )
    }
    this.#field = parsed['field.name'] ?? ''
    this.#expected = value === null ? null : expectedOf(value)
    this.#pattern = value === null ? patternOf(pattern) : null
    this.#keepsMatches = parsed['field.value.matches']
  }

  apply(record: ConnectRecord): ConnectRecord | null {
    const value = this.#side.valueOf(record)
    if (value === null) return record
    const schema = this.#side.schemaOf(record)
    return this.#matches(schema, value) === this.#keepsMatches ? record : null
  }

  #matches(schema: Schema | null, value: unknown): boolean {
    if (schema !== null) return this.#structMatches(requireStruct(value, purpose, schema))
    if (this.#field === '') return this.#isMatch(null, value)
    return this.#isMatch(null, memberOf(requireMap(value, purpose), this.#field))
  }

  #structMatches(struct: Struct): boolean {
    const field = struct.schema.field(this.#field)
    if (field === undefined) {
      throw new DataError(
        `Field does not exist: ${this.#field}. Name a field of ${schemaText(struct.schema)} in "field.name".`,
      )
    }
    const { defaultValue } = field.schema
    return this.#isMatch(field.schema, struct.values[field.index] ?? defaultValue ?? null)
  }

  #isMatch(schema: Schema | null, value: unknown): boolean {
    if (this.#expected === null) {
      const text = Values.convertToString(schema, value)
      return text !== null && this.#pattern !== null && this.#pattern.find(text) !== null
    }
    if (value === null) {
      throw new DataError(
        `The field "${this.#field}" is missing or null, which compares to no field.value. ` +
          'Filter such records before, or use field.value.pattern.',
      )
    }
    const expected = this.#expected
    if (value instanceof Date) return valueEquals(expected.value, value)
    // As in Java, an integer that is read takes the smallest type, and equals none of another.
    const type = schema === null ? schemalessType(value) : schema.type
    return type === expected.schema?.type && valueEquals(expected.value, plain(value))
  }
}

/** A number without its type, which was compared. */
function plain(value: unknown): unknown {
  return isTypedNumber(value) ? value.value : value
}

function expectedOf(text: string): SchemaAndValue {
  const expected = Values.parseString(text)
  if (expected.value !== null) return expected
  throw invalidValue(
    'field.value',
    text,
    'Null equals no value. Use the predicate RecordIsTombstone.',
  )
}

function patternOf(pattern: string): JavaPattern {
  try {
    return new JavaPattern(pattern)
  } catch (error) {
    throw invalidValue('field.value.pattern', pattern, `Invalid regex: ${(error as Error).message}`)
  }
}
