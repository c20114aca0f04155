import { ConnectError, RetriableError } from '../../errors/connect-error.ts'
import table from './error-codes.json' with { type: 'json' }

/** Error codes that our code decides by; every code of the protocol is in `error-codes.json`. */
export const ErrorCode = {
  UNKNOWN_SERVER_ERROR: -1,
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  REPLICA_NOT_AVAILABLE: 9,
  MESSAGE_TOO_LARGE: 10,
  OFFSET_METADATA_TOO_LARGE: 12,
  NETWORK_EXCEPTION: 13,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  INVALID_TOPIC_EXCEPTION: 17,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  ILLEGAL_GENERATION: 22,
  INCONSISTENT_GROUP_PROTOCOL: 23,
  UNKNOWN_MEMBER_ID: 25,
  INVALID_SESSION_TIMEOUT: 26,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_AUTHORIZATION_FAILED: 29,
  GROUP_AUTHORIZATION_FAILED: 30,
  CLUSTER_AUTHORIZATION_FAILED: 31,
  UNSUPPORTED_SASL_MECHANISM: 33,
  ILLEGAL_SASL_STATE: 34,
  UNSUPPORTED_VERSION: 35,
  TOPIC_ALREADY_EXISTS: 36,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_TXN_STATE: 48,
  INVALID_PRODUCER_ID_MAPPING: 49,
  CONCURRENT_TRANSACTIONS: 51,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 53,
  OPERATION_NOT_ATTEMPTED: 55,
  KAFKA_STORAGE_ERROR: 56,
  SASL_AUTHENTICATION_FAILED: 58,
  UNKNOWN_PRODUCER_ID: 59,
  NON_EMPTY_GROUP: 68,
  GROUP_ID_NOT_FOUND: 69,
  LISTENER_NOT_FOUND: 72,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  OFFSET_NOT_AVAILABLE: 78,
  MEMBER_ID_REQUIRED: 79,
  GROUP_MAX_SIZE_REACHED: 81,
  FENCED_INSTANCE_ID: 82,
  GROUP_SUBSCRIBED_TO_TOPIC: 86,
  UNSTABLE_OFFSET_COMMIT: 88,
  PRODUCER_FENCED: 90,
  UNKNOWN_TOPIC_ID: 100,
  INCONSISTENT_TOPIC_ID: 103,
  REBOOTSTRAP_REQUIRED: 129,
} as const

/** What the protocol says of an error code. `message` is the text that Java's exception carries. */
export interface ErrorInfo {
  readonly code: number
  readonly name: string
  /** The same request may succeed later, after fresh metadata or another coordinator where that is the cause. */
  readonly retriable: boolean
  /** Simple name of the Java class, in `org.apache.kafka.common.errors`. */
  readonly exception: string
  readonly message: string
}

const byCode = new Map<number, ErrorInfo>(table.map((info) => [info.code, info]))

/** Never undefined: a code of a newer broker is an unknown server error. */
export function errorInfo(code: number): ErrorInfo {
  return (
    byCode.get(code) ?? {
      code,
      name: `ERROR_${code}`,
      retriable: false,
      exception: 'UnknownServerException',
      message: `The broker answered with the unknown error code ${code}.`,
    }
  )
}

/** Whether the request that was answered with `code` may be tried again. */
export function isRetriableCode(code: number): boolean {
  return errorInfo(code).retriable
}

/** Codes after which the metadata of the topic is out of date. */
export function isStaleMetadata(code: number): boolean {
  return staleMetadata.has(code)
}

const staleMetadata = new Set<number>([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.REPLICA_NOT_AVAILABLE,
  ErrorCode.NETWORK_EXCEPTION,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.LISTENER_NOT_FOUND,
  ErrorCode.INCONSISTENT_TOPIC_ID,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.UNKNOWN_TOPIC_ID,
])

/** An error that a broker answered with. See {@link brokerError}. */
export interface BrokerError extends ConnectError {
  readonly code: number
}

class FatalBrokerError extends ConnectError implements BrokerError {
  readonly code: number
  override readonly javaName: string

  constructor(info: ErrorInfo, message: string) {
    super(message)
    this.code = info.code
    this.javaName = javaNameOf(info)
  }

  override get name(): string {
    return errorInfo(this.code).name
  }
}

class RetriableBrokerError extends RetriableError implements BrokerError {
  readonly code: number
  override readonly javaName: string

  constructor(info: ErrorInfo, message: string) {
    super(message)
    this.code = info.code
    this.javaName = javaNameOf(info)
  }

  override get name(): string {
    return errorInfo(this.code).name
  }
}

/**
 * The error for `code`, retriable where the protocol says so. `doing` names what was asked, e.g. `Cannot write to
 * orders-0`; `detail` is the text the broker sent along, where it did.
 */
export function brokerError(code: number, doing: string, detail?: string | null): BrokerError {
  const info = errorInfo(code)
  const said = detail == null || detail === '' ? info.message : detail
  const message = `${doing}: ${said} (${info.name})`
  return info.retriable
    ? new RetriableBrokerError(info, message)
    : new FatalBrokerError(info, message)
}

/** The code of an error that a broker answered with; undefined for any other error. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof FatalBrokerError || error instanceof RetriableBrokerError
    ? error.code
    : undefined
}

function javaNameOf(info: ErrorInfo): string {
  return `org.apache.kafka.common.errors.${info.exception}`
}
