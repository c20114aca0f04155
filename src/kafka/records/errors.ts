import { ConnectError } from '../../errors/connect-error.ts'

/** Bytes that are no valid record batch. Reading them again from another replica may help; going on here does not. */
export class CorruptRecordError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.CorruptRecordException'
}

/** A batch compressed by a codec that is not there. */
export class UnsupportedCompressionError extends ConnectError {
  override readonly javaName: string =
    'org.apache.kafka.common.errors.UnsupportedCompressionTypeException'
}

/** Records in a format from before Kafka 0.11. */
export class UnsupportedRecordFormatError extends ConnectError {
  override readonly javaName: string =
    'org.apache.kafka.common.errors.UnsupportedForMessageFormatException'
}
