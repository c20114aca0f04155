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

/**
 * A batch that becomes larger than memory allows when it is decompressed. A broker takes at most `message.max.bytes`
 * compressed, and a producer fills a batch by about as much; so it is damaged, or made to fill the memory of who reads it.
 */
export class BatchTooLargeError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.RecordTooLargeException'
}
