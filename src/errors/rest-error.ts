import { ConnectError, isConnectError } from './connect-error.ts'

/** An error that says which HTTP status the REST API answers it with. */
export class RestError extends ConnectError {
  override readonly javaName: string =
    'org.apache.kafka.connect.runtime.rest.errors.ConnectRestException'
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** The client's mistake: 400. */
export class BadRequestError extends RestError {
  override readonly javaName: string =
    'org.apache.kafka.connect.runtime.rest.errors.BadRequestException'

  constructor(message: string, options?: ErrorOptions) {
    super(400, message, options)
  }
}

/** Errors without a status of their own, by Java's name: one that crossed between threads keeps only that. */
const statusByJavaName: Readonly<Record<string, number>> = {
  'org.apache.kafka.connect.runtime.rest.errors.BadRequestException': 400,
  'org.apache.kafka.connect.errors.NotFoundException': 404,
  'org.apache.kafka.connect.errors.AlreadyExistsException': 409,
}

/** The HTTP status of `error` as Java's `ConnectExceptionMapper` gives it: 500 where nothing says otherwise. */
export function httpStatusOf(error: unknown): number {
  if (!isConnectError(error)) return 500
  if (error instanceof RestError) return error.status
  return statusByJavaName[error.javaName] ?? 500
}
