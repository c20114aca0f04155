import { ConnectError } from 'sluice/api'
import { maskUrls } from './mask-url.ts'

/**
 * What may be done about a failed statement.
 *
 * - `retry`: the connection, a lock, or a resource that may be free later: the same again, later, on a new connection
 * - `data`: a row that this table can not hold, whoever tries again; the others of its batch may be fine
 * - `schema`: a table or column that is not as it was known: look again
 * - `fatal`: nothing that time or another row would heal: credentials, privileges, a wrong statement
 */
export type Failure = 'retry' | 'data' | 'schema' | 'fatal'

interface SqlErrorParts {
  readonly failure: Failure
  /** Five characters, or null where the database has none. */
  readonly sqlState: string | null
  /** The database's own number or name of the error, e.g. `1062`, `SQLITE_BUSY`. */
  readonly vendorCode: string | null
  /** Where it happened, in the database's words, e.g. `COPY t, line 17, column c`. */
  readonly where?: string | null
  readonly cause?: unknown
}

/** An error a database or the way to it has reported, classified once. Its message bears no password. */
export class SqlError extends ConnectError {
  override readonly javaName: string = 'java.sql.SQLException'
  readonly failure: Failure
  readonly sqlState: string | null
  readonly vendorCode: string | null
  readonly where: string | null

  constructor(message: string, parts: SqlErrorParts) {
    // The driver's error is told in full here, and not attached: it may hold rows and the configuration (invariant 8).
    super(describe(maskUrls(message), parts))
    this.failure = parts.failure
    this.sqlState = parts.sqlState
    this.vendorCode = parts.vendorCode
    this.where = parts.where ?? null
  }
}

function describe(message: string, { sqlState, vendorCode }: SqlErrorParts): string {
  const codes = [
    ...(sqlState === null ? [] : [`SQLState ${sqlState}`]),
    ...(vendorCode === null ? [] : [`code ${vendorCode}`]),
  ]
  return codes.length === 0 ? message : `${message} (${codes.join(', ')})`
}

/** Whether `error` is to be tried again later, on a new connection. */
export function mayBeRetried(error: unknown): boolean {
  return error instanceof SqlError && error.failure === 'retry'
}

/** Node's names for what a network does. */
const networkCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH'],
  ...['ENETUNREACH', 'ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN', 'ESOCKET', 'ETIMEOUT', 'ECONNCLOSED'],
])

/** Whether an error is the network's, by Node's code or by the words drivers use for a connection that is gone. */
export function isNetworkError(code: string | null, message: string): boolean {
  if (code !== null && networkCodes.has(code)) return true
  return /connection (?:terminated|ended|is closed|lost|was closed)|timeout expired|socket hang up|closed state|not queryable/i.test(
    message,
  )
}

/** By SQLSTATE, as PostgreSQL and the SQL standard have them; null where the state says nothing. */
export function failureOfState(state: string): Failure | null {
  return exactStates[state] ?? classes[state.slice(0, 2)] ?? null
}

const exactStates: Readonly<Record<string, Failure>> = {
  // A lock that was not to be had, a server that goes down or ended this session, a statement's time limit.
  '55P03': 'retry',
  '57014': 'retry',
  '57P01': 'retry',
  '57P02': 'retry',
  '57P03': 'retry',
  '57P04': 'retry',
  '57P05': 'retry',
  // A transaction that was idle, or open, for longer than the server allows.
  '25P03': 'retry',
  '25P04': 'retry',
  // A write sent to a server that has become a standby.
  '25006': 'retry',
  // What one row brought about, though the class is that of statements.
  '42804': 'data',
  '428C9': 'data',
  // An index takes no entry of that size, and a trigger of the table's owner wants no such row, or stumbles over it.
  '54000': 'data',
  P0001: 'data',
  P0002: 'data',
  P0003: 'data',
  P0004: 'data',
  '45000': 'data',
  // A table, schema or column that is not there or is there already, and a plan made for another table.
  '42P01': 'schema',
  '42703': 'schema',
  '42701': 'schema',
  '42P07': 'schema',
  '42S02': 'schema',
  '42S22': 'schema',
  '42S01': 'schema',
  '42S21': 'schema',
  '0A000': 'schema',
}

const classes: Readonly<Record<string, Failure>> = {
  '08': 'retry',
  '40': 'retry',
  '53': 'retry',
  '58': 'retry',
  XX: 'retry',
  '21': 'data',
  '22': 'data',
  '23': 'data',
  '44': 'data',
  '28': 'fatal',
  '3D': 'fatal',
  '3F': 'fatal',
  '42': 'fatal',
}
