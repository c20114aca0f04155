import { ConnectError } from '../../../api/index.ts'

/** Debezium's own exception; a trace begins with its name. */
export class DebeziumError extends ConnectError {
  override readonly javaName: string = 'io.debezium.DebeziumException'
}

export class IllegalStateError extends ConnectError {
  override readonly javaName: string = 'java.lang.IllegalStateException'
}
