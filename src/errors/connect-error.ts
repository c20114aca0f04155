/**
 * The errors of the worker and of the plugin API. Each knows the Java class that users and their
 * alerts look for, because the trace of a FAILED task begins with it.
 */

const brand = Symbol.for('sluice.error')
const retriableBrand = Symbol.for('sluice.error.retriable')
const traceKey = Symbol.for('sluice.error.trace')

/** Base of every error raised on purpose. `javaName` begins the trace that `GET …/status` shows. */
export class ConnectError extends Error {
  readonly [brand] = true
  readonly javaName: string = 'org.apache.kafka.connect.errors.ConnectException'
  override get name(): string {
    return this.constructor.name
  }
}

/** The operation may succeed when it is tried again. The runtime retries or redelivers. */
export class RetriableError extends ConnectError {
  readonly [retriableBrand] = true
  override readonly javaName: string = 'org.apache.kafka.connect.errors.RetriableException'
}

/** A value that does not fit its schema or its encoding (invariant 6). */
export class DataError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.connect.errors.DataException'
}

/** A schema that was put together wrongly. */
export class SchemaBuilderError extends DataError {
  override readonly javaName: string = 'org.apache.kafka.connect.errors.SchemaBuilderException'
}

/** A configuration that cannot be used; the message names key and value. */
export class ConfigError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.common.config.ConfigException'
}

/** What was asked for does not exist. */
export class NotFoundError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.connect.errors.NotFoundException'
}

/** What was to be created exists. */
export class AlreadyExistsError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.connect.errors.AlreadyExistsException'
}

/** What was asked for is not supported: of a connector, that its offsets be altered from outside. */
export class UnsupportedOperationError extends ConnectError {
  override readonly javaName: string = 'java.lang.UnsupportedOperationException'
}

/** An error that was raised in another thread. It prints, and asks to be tried again, as it did there. */
export class RemoteError extends ConnectError {
  override readonly javaName: string
  readonly [traceKey]: string

  constructor(origin: {
    readonly javaName: string
    readonly message: string
    readonly trace: string
    readonly retriable: boolean
  }) {
    super(origin.message)
    this.javaName = origin.javaName
    this[traceKey] = origin.trace
    if (origin.retriable) Object.defineProperty(this, retriableBrand, { value: true })
  }
}

/** Whether `error` asks to be tried again. Reads a brand: a plugin may bring its own copy of these classes. */
export function isRetriable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && retriableBrand in error
}

/** Whether `error` is one of ours, from whichever copy of these classes. */
export function isConnectError(error: unknown): error is ConnectError {
  return typeof error === 'object' && error !== null && brand in error
}

/** The Java class name that the trace of `error` begins with; of a stranger's error its own name. */
export function javaNameOf(error: Error): string {
  return isConnectError(error) ? error.javaName : error.name
}

/** `error` as an Error: plugins may throw anything. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/**
 * The trace of an error as `GET …/status` shows it: the Java class name, the message, our stack, and
 * its causes after `Caused by:`.
 */
export function traceOf(error: unknown): string {
  const lines: string[] = []
  let current: unknown = error
  for (let depth = 0; current !== undefined && current !== null && depth < 10; depth++) {
    const cause = asError(current)
    const prefix = depth === 0 ? '' : 'Caused by: '
    const remote = (cause as { readonly [traceKey]?: string })[traceKey]
    if (remote !== undefined) return [...lines, prefix + remote].join('\n')
    lines.push(prefix + describe(cause), ...stackLines(cause))
    current = cause.cause
  }
  return lines.join('\n') + '\n'
}

function describe(error: Error): string {
  const name = javaNameOf(error)
  return error.message === '' ? name : `${name}: ${error.message}`
}

function stackLines(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => `\t${line.trim()}`)
}
