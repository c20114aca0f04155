import {
  ConfigError,
  ConnectError,
  DataError,
  RetriableError,
  asError,
  isConnectError,
  isRetriable,
} from '../../api/index.ts'
import { SerializationError } from '../serialization-error.ts'

/** What a registry answered instead of what it was asked for. Its message ends with its error code, as Confluent's client's. */
export class RestClientError extends ConnectError {
  override readonly javaName: string =
    'io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException'
  readonly status: number
  readonly errorCode: number

  constructor(message: string, status: number, errorCode: number) {
    super(`${message}; error code: ${errorCode}`)
    this.status = status
    this.errorCode = errorCode
  }
}

/** None of the registry's addresses could be asked. */
export class RegistryAwayError extends ConnectError {
  override readonly javaName: string = 'java.io.IOException'
}

class NetworkError extends RetriableError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.NetworkException'
}

class DisconnectError extends RetriableError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.DisconnectException'
}

class ThrottlingError extends RetriableError {
  override readonly javaName: string =
    'org.apache.kafka.common.errors.ThrottlingQuotaExceededException'
}

class TimeoutError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.TimeoutException'
}

class AuthenticationError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.AuthenticationException'
}

class AuthorizationError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.AuthorizationException'
}

/** Whether the registry may answer otherwise when it is asked again. */
export function isWorthAnotherTry(error: unknown): boolean {
  if (error instanceof RegistryAwayError) return true
  return error instanceof RestClientError && retriableStatuses.has(error.status)
}

const retriableStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])
const timeouts: ReadonlySet<number> = new Set([408, 500, 503, 504])

/** What is being done, and how the converter begins its messages about it. */
export interface Doing {
  /** `Failed to serialize Avro data from topic t`; what went wrong follows. */
  readonly failed: string
  /** `Error registering Avro schema`. */
  readonly step: string
}

/**
 * The error of a converter for what went wrong between it and the registry: retriable where the registry is away or busy, fatal
 * where it does not let us in, and otherwise a DataError, which `errors.tolerance` may tolerate.
 */
export function converterError(cause: unknown, { failed, step }: Doing): ConnectError {
  const text = `${step}: ${asError(cause).message}`
  if (cause instanceof RegistryAwayError) {
    return new NetworkError(`${failed}: ${text}`, { cause })
  }
  if (!(cause instanceof RestClientError)) return dataError(cause, failed, step)
  const { status } = cause
  if (timeouts.has(status)) {
    return new RetriableError(`${failed}: ${text}`, { cause: new TimeoutError(text, { cause }) })
  }
  if (status === 429) return new ThrottlingError(text, { cause })
  if (status === 502) return new DisconnectError(text, { cause })
  if (status === 401) {
    return new AuthenticationError(
      `${text}. Set basic.auth.credentials.source or bearer.auth.credentials.source of the converter, and its credentials.`,
      { cause },
    )
  }
  if (status === 403) {
    return new AuthorizationError(
      `${text}. The registry knows the converter’s user and does not let it do this.`,
      { cause },
    )
  }
  return new DataError(`${failed}: ${text}${hintOf(cause, step)}`, {
    cause: new SerializationError(text, { cause }),
  })
}

function dataError(cause: unknown, failed: string, step: string): ConnectError {
  const decided = isRetriable(cause) || cause instanceof ConfigError || cause instanceof DataError
  if (isConnectError(cause) && decided) return cause
  const error = asError(cause)
  return new DataError(`${failed}: ${error.message}`, {
    cause: new SerializationError(step, { cause }),
  })
}

/** What to do about it. */
function hintOf({ errorCode, status }: RestClientError, step: string): string {
  if (status === 409) {
    return '. The registry refuses the schema as incompatible with those it has: change the source back, or the compatibility of the subject.'
  }
  if (errorCode === 40401 || errorCode === 40402) {
    return /^Error retrieving \w+ schema$/.test(step) || step.includes('latest')
      ? '. Register the schema first, or set auto.register.schemas=true.'
      : '. The subject does not exist under this name: check the subject name strategy, and whether the topic was written under another name.'
  }
  if (errorCode === 40403) {
    return '. The registry has no such schema: check that schema.registry.url names the registry that the data was written with.'
  }
  return status === 422 ? '. The registry finds the schema invalid.' : ''
}
