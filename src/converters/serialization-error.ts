import { ConnectError } from '../api/index.ts'

/** What a serializer or deserializer found wrong with its bytes or its settings. */
export class SerializationError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.common.errors.SerializationException'
}
