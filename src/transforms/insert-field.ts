import {
  ConfigError,
  ConnectTimestamp,
  DataError,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  STRING_SCHEMA,
  configDef,
  isSinkRecord,
} from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, KeySpec } from '../api/index.ts'
import { fieldPath } from './support/field-path.ts'
import { insertFields, insertMembers } from './support/insert-fields.ts'
import type { InsertPlan, Insertion, Inserted } from './support/insert-fields.ts'
import { fieldSyntaxVersion, replaceNullWithDefault } from './support/keys.ts'
import { pathTree } from './support/path-tree.ts'
import type { PathTree } from './support/path-tree.ts'
import { PerSchema } from './support/per-schema.ts'
import { requireMap, requireStruct } from './support/requirements.ts'
import type { Side } from './support/side.ts'

const suffixes =
  'Suffix with <code>!</code> to make this a required field, or <code>?</code> to keep it optional (the default).'

const config = configDef({
  'topic.field': fieldKey(`Field name for Kafka topic. ${suffixes}`),
  'partition.field': fieldKey(`Field name for Kafka partition. ${suffixes}`),
  'offset.field': fieldKey(
    `Field name for Kafka offset - only applicable to sink connectors.<br/>${suffixes}`,
  ),
  'timestamp.field': fieldKey(`Field name for record timestamp. ${suffixes}`),
  'static.field': fieldKey(`Field name for static data field. ${suffixes}`),
  'static.value': fieldKey('Static field value, if field name configured.'),
  ...replaceNullWithDefault,
  ...fieldSyntaxVersion,
})

const purpose = 'field insertion'

/** What can be inserted, in the order in which the fields come; the place is that in `Inserted`. */
const kinds = [
  { key: 'topic.field', optional: OPTIONAL_STRING_SCHEMA, required: STRING_SCHEMA },
  { key: 'partition.field', optional: OPTIONAL_INT32_SCHEMA, required: INT32_SCHEMA },
  { key: 'offset.field', optional: OPTIONAL_INT64_SCHEMA, required: INT64_SCHEMA },
  {
    key: 'timestamp.field',
    optional: ConnectTimestamp.builder().optional().build(),
    required: ConnectTimestamp.SCHEMA,
  },
  { key: 'static.field', optional: OPTIONAL_STRING_SCHEMA, required: STRING_SCHEMA },
] as const
const [partitionAt, offsetAt, timestampAt, staticAt] = [1, 2, 3, 4] as const

/** Adds facts of the record, or a fixed text, to a struct or map (`org.apache.kafka.connect.transforms.InsertField`). */
export class InsertField {
  readonly #side: Side
  #insertions: PathTree<Insertion> = pathTree([])
  #hasOffset = false
  #replaceNull = true
  /** Of the record at hand; the text that is the same for all has its place at the end. */
  readonly #values: Inserted = [null, null, null, null, null]
  readonly #plans = new PerSchema<InsertPlan>((schema) =>
    insertFields(schema, this.#insertions, { purpose, replaceNull: this.#replaceNull }),
  )

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const version = parsed['field.syntax.version']
    const insertions = kinds.flatMap(({ key, optional, required }, at) => {
      const text = parsed[key]
      if (text === null) return []
      const schema = text.endsWith('!') ? required : optional
      const insertion: Insertion = { at, schema }
      return [[fieldPath(text.replace(/[!?]$/, ''), version), insertion] as const]
    })
    if (insertions.length === 0) throw new ConfigError('No field insertion configured')
    if (parsed['static.field'] !== null && parsed['static.value'] === null) {
      throw new ConfigError(
        `Invalid value null for configuration static.value: No value specified for static field: ${parsed['static.field']}`,
      )
    }
    this.#insertions = pathTree(insertions)
    this.#hasOffset = parsed['offset.field'] !== null
    this.#replaceNull = parsed['replace.null.with.default']
    this.#values[staticAt] = parsed['static.value']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const side = this.#side
    const value = side.valueOf(record)
    if (value === null) return record
    const schema = side.schemaOf(record)
    if (schema === null) {
      const map = requireMap(value, purpose)
      if (this.#hasOffset) requireSinkRecord(record)
      this.#read(record, record.timestamp)
      return side.replace(
        record,
        null,
        insertMembers(map, this.#insertions, { values: this.#values, purpose }),
      )
    }
    const struct = requireStruct(value, purpose, schema)
    const plan = this.#plans.of(struct.schema)
    this.#read(record, record.timestamp === null ? null : new Date(record.timestamp))
    const inserted = plan.apply(struct, this.#values)
    if (this.#hasOffset) requireSinkRecord(record)
    return side.replace(record, plan.schema, inserted)
  }

  #read(record: ConnectRecord, timestamp: Date | number | null): void {
    this.#values[0] = record.topic
    this.#values[partitionAt] = record.kafkaPartition
    this.#values[timestampAt] = timestamp
    this.#values[offsetAt] = isSinkRecord(record) ? record.kafkaOffset : null
  }
}

/** Java finds this out last, when the other values have been found to fit. */
function requireSinkRecord(record: ConnectRecord): void {
  if (isSinkRecord(record)) return
  throw new DataError(
    'Only SinkRecord supported for [field insertion], found: org.apache.kafka.connect.source.SourceRecord',
  )
}

function fieldKey(doc: string) {
  return { type: 'string', default: null, importance: 'medium', doc } as const satisfies KeySpec
}
