import { ConnectError } from '../../errors/connect-error.ts'

/** Bytes that are not what the protocol says they must be. The connection they came from is of no more use. */
export class WireError extends ConnectError {
  override readonly javaName = 'org.apache.kafka.common.protocol.types.SchemaException'
}
