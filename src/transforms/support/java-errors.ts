import { ConnectError } from '../../api/index.ts'

/** An error that Java's transformations leave to the JVM's own class; a trace begins with its name. */
export class IllegalArgumentError extends ConnectError {
  override readonly javaName: string = 'java.lang.IllegalArgumentException'
}
