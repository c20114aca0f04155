import { ConnectDate, ConnectTime, ConnectTimestamp, DataError, Decimal } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import type { AvroInput } from './avro-input.ts'
import type { AvroSchema } from './avro-schema.ts'

/** How a value is read whose Connect schema has the name of a logical type; null where it has not. */
export function logicalReader(
  avro: AvroSchema,
  schema: Schema,
): ((input: AvroInput) => unknown) | null {
  switch (schema.name ?? '') {
    case Decimal.LOGICAL_NAME:
      return decimalReader(avro, schema)
    case ConnectDate.LOGICAL_NAME:
      requireType(avro, 'int', 'Date', 'int32')
      return (input) => ConnectDate.toLogical(schema, input.readInt())
    case ConnectTime.LOGICAL_NAME:
      requireType(avro, 'int', 'Time', 'int32')
      return (input) => ConnectTime.toLogical(schema, input.readInt())
    case ConnectTimestamp.LOGICAL_NAME:
      requireType(avro, 'long', 'Timestamp', 'int64')
      return (input) => ConnectTimestamp.toLogical(schema, input.readLong())
    default:
      return null
  }
}

function decimalReader(avro: AvroSchema, schema: Schema): (input: AvroInput) => unknown {
  if (avro.type === 'fixed') {
    const { size } = avro
    return (input) => Decimal.toLogical(schema, input.readFixed(size))
  }
  requireType(avro, 'bytes', 'Decimal', 'bytes')
  return (input) => Decimal.toLogical(schema, input.readBytes())
}

function requireType(avro: AvroSchema, type: string, logical: string, connect: string): void {
  if (avro.type === type) return
  throw new DataError(
    `Invalid type for ${logical}, underlying representation should be ${connect} but was ${avro.type}`,
  )
}
