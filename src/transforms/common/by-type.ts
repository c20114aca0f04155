import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  SchemaBuilder,
  UnsupportedOperationError,
  isDecimal,
  isStruct,
  javaClassName,
  schemalessType,
} from '../../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema, Struct } from '../../api/index.ts'
import { recordText } from '../support/record-text.ts'
import { isSchemalessMap } from '../support/schemaless-map.ts'
import type { SchemalessMap } from '../support/schemaless-map.ts'
import type { Side } from '../support/side.ts'
import { withoutSchema } from '../support/without-schema.ts'

/** What Java calls the logical types here. */
const logicalTypes: Readonly<Record<string, string>> = {
  [ConnectTimestamp.LOGICAL_NAME]: 'Timestamp',
  [ConnectDate.LOGICAL_NAME]: 'Date',
  [ConnectTime.LOGICAL_NAME]: 'Time',
  [Decimal.LOGICAL_NAME]: 'Decimal',
}

/**
 * Sends the key or value to the method for its type; what none is for fails the record (`BaseTransformation`). A map counts as
 * one without a schema, whether it has one or not.
 */
export abstract class ByType {
  protected readonly side: Side

  constructor(side: Side) {
    this.side = side
  }

  abstract config(): ConfigDef
  abstract configure(props: ConnectorConfig): void

  apply(record: ConnectRecord): ConnectRecord {
    const schema = this.side.schemaOf(record)
    const value = this.side.valueOf(record)
    if (value instanceof Map && schema !== null) {
      return this.ofMap(record, withoutSchema(schema, value) as SchemalessMap)
    }
    if (isSchemalessMap(value)) return this.ofMap(record, value)
    if (schema !== null) return this.#ofSchema(record, schema, value)
    return value === null ? record : this.#ofSchema(record, schemaOf(value), value)
  }

  #ofSchema(record: ConnectRecord, schema: Schema, value: unknown): ConnectRecord {
    if (schema.type === 'STRUCT') {
      if (isStruct(value)) return this.ofStruct(record, value)
      return this.ofNull(record, schema)
    }
    const logical = logicalTypes[schema.name ?? '']
    if (logical !== undefined) throw unsupported(logical)
    if (schema.type === 'STRING') return this.ofString(record, schema, value)
    if (schema.type === 'BYTES') return this.ofBytes(record, schema, value)
    if (schema.type === 'BOOLEAN') throw this.unsupportedBoolean(schema)
    throw unsupported(schema.type)
  }

  protected unsupportedBoolean({ name }: Schema): UnsupportedOperationError {
    return new UnsupportedOperationError(
      `Schema is not supported. type='BOOLEAN' name='${name ?? 'null'}'`,
    )
  }

  protected ofStruct(_record: ConnectRecord, _struct: Struct): ConnectRecord {
    throw unsupported('STRUCT')
  }

  /** A null in the place of a struct. In Java most end in a null pointer. */
  protected ofNull(record: ConnectRecord, _schema: Schema): ConnectRecord {
    throw new DataError(
      `The ${this.side.half} is null where a struct was expected (${recordText(record)}). ` +
        'Use the predicate RecordIsTombstone to leave such records out.',
    )
  }

  protected ofMap(_record: ConnectRecord, _map: SchemalessMap): ConnectRecord {
    throw unsupported('MAP')
  }

  /** A text, or null. */
  protected ofString(_record: ConnectRecord, _schema: Schema, _value: unknown): ConnectRecord {
    throw unsupported('STRING')
  }

  /** Bytes, or null. */
  protected ofBytes(_record: ConnectRecord, _schema: Schema, _value: unknown): ConnectRecord {
    throw unsupported('BYTES')
  }
}

/** The same with the other text for booleans (`BaseKeyValueTransformation`). */
export abstract class KeyValueByType extends ByType {
  protected override unsupportedBoolean(): UnsupportedOperationError {
    return unsupported('BOOLEAN')
  }
}

function unsupported(type: string): UnsupportedOperationError {
  return new UnsupportedOperationError(`${type} is not a supported type.`)
}

/** The optional schema that a value implies which has none (`SchemaHelper`). */
function schemaOf(value: unknown): Schema {
  if (value instanceof Date) return ConnectTimestamp.builder().optional().build()
  if (isDecimal(value)) return Decimal.builder(value.scale).optional().build()
  const type = schemalessType(value)
  if (type === null || type === 'ARRAY' || type === 'STRUCT') {
    throw new UnsupportedOperationError(`Unsupported Type: class ${javaClassName(value)}`)
  }
  return new SchemaBuilder(type).optional().build()
}
