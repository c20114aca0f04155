import { ConnectError, RetriableError } from '../../errors/connect-error.ts'

/** A record above `max.request.size`. Nothing of it was written. */
export class RecordTooLargeError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.errors.RecordTooLargeException'
}

/** Records that could not be sent within `delivery.timeout.ms`. Whether some are in the log is not known. */
export class DeliveryTimeoutError extends RetriableError {
  override readonly javaName = 'org.apache.kafka.common.errors.TimeoutException'
}

/** The producer was closed with records left. */
export class ProducerClosedError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.KafkaException'
}

/** Another producer has taken over the transactional id: this one may do nothing more (invariant 4). */
export class ProducerFencedError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.errors.ProducerFencedException'
}

/** A record of the transaction was lost, so it can only be aborted. */
export class TransactionAbortableError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.KafkaException'
}

/** The records belong to a transaction that is aborted. */
export class TransactionAbortedError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.errors.TransactionAbortedException'
}
