import { ConnectError, RetriableError } from '../../errors/connect-error.ts'

/** The offset asked for is not in the log (any more), and `auto.offset.reset` is `none`. */
export class OffsetOutOfRangeError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.clients.consumer.OffsetOutOfRangeException'
}

/** The log was cut before the position by an unclean election, and `auto.offset.reset` is `none` (KIP-320). */
export class LogTruncationError extends OffsetOutOfRangeError {
  override readonly javaName: string = 'org.apache.kafka.clients.consumer.LogTruncationException'
}

/** No offset is committed for a partition, and `auto.offset.reset` is `none`. */
export class NoOffsetForPartitionError extends ConnectError {
  override readonly javaName: string =
    'org.apache.kafka.clients.consumer.NoOffsetForPartitionException'
}

/** What was asked for did not come about within its time limit. */
export class ConsumerTimeoutError extends RetriableError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.TimeoutException'
}
