import { isConnectError } from 'sluice/api'

/** Whether an error is about a record, and not about where it is written to. */
export function isDataError(error: unknown): boolean {
  return (
    isConnectError(error) && error.javaName !== 'org.apache.kafka.connect.errors.ConnectException'
  )
}
