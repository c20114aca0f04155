import { asRecord } from '../core/error-parts.ts'
import { SqlError, failureOfState, isNetworkError } from '../core/sql-error.ts'

/** An error of the driver or the server, classified by its SQLSTATE, else as the network's. */
export function pgError(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  const { code, message, where, detail, schema, table, column, severity } = asRecord(error)
  const text = detail === null ? message : `${message}: ${detail}`
  if (code !== null && severity !== null && /^[0-9A-Z]{5}$/.test(code)) {
    const place = [schema, table, column].filter((part) => part !== null).join('.')
    return new SqlError(place === '' ? text : `${text} [${place}]`, {
      failure: failureOfState(code) ?? 'fatal',
      sqlState: code,
      vendorCode: null,
      where,
    })
  }
  const failure = isNetworkError(code, message) ? 'retry' : 'fatal'
  return new SqlError(message, { failure, sqlState: null, vendorCode: code })
}
