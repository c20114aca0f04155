import type { ConfigDef, ConnectRecord, ConnectorConfig, Headers, Schema } from '../../api/index.ts'

/** Which half of a record a transformation works on: `$Key` or `$Value`. */
export interface Side {
  /** For messages. */
  readonly half: 'key' | 'value'
  schemaOf(record: ConnectRecord): Schema | null
  valueOf(record: ConnectRecord): unknown
  /** The record with this half replaced. */
  replace(record: ConnectRecord, schema: Schema | null, value: unknown): ConnectRecord
  /** The same, with other headers. */
  replaceWithHeaders(
    record: ConnectRecord,
    schema: Schema | null,
    value: unknown,
    headers: Headers,
  ): ConnectRecord
}

const keySide: Side = {
  half: 'key',
  schemaOf: (record) => record.keySchema,
  valueOf: (record) => record.key ?? null,
  replace: (record, schema, value) => record.newRecord({ keySchema: schema, key: value }),
  replaceWithHeaders: (record, schema, value, headers) =>
    record.newRecord({ keySchema: schema, key: value, headers }),
}

const valueSide: Side = {
  half: 'value',
  schemaOf: (record) => record.valueSchema,
  valueOf: (record) => record.value ?? null,
  replace: (record, schema, value) => record.newRecord({ valueSchema: schema, value }),
  replaceWithHeaders: (record, schema, value, headers) =>
    record.newRecord({ valueSchema: schema, value, headers }),
}

/** What every transformation here has; `apply` answers at once. */
export interface PlainTransformation {
  config(): ConfigDef
  configure(config: ConnectorConfig): void
  apply(record: ConnectRecord): ConnectRecord | null
}

type TransformationClass = new () => PlainTransformation

/** The nested classes `Key` and `Value` of a transformation that is told its side. */
export function keyAndValue(Base: new (side: Side) => PlainTransformation): {
  readonly Key: TransformationClass
  readonly Value: TransformationClass
} {
  return {
    Key: class extends Base {
      constructor() {
        super(keySide)
      }
    },
    Value: class extends Base {
      constructor() {
        super(valueSide)
      }
    },
  }
}
