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
