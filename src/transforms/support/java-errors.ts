import { ConnectError } from '../../api/index.ts'

/** Errors that Java's transformations leave to the JVM's own classes; a trace begins with these names. */
export class IllegalArgumentError extends ConnectError {
  override readonly javaName: string = 'java.lang.IllegalArgumentException'
}

export class IndexOutOfBoundsError extends ConnectError {
  override readonly javaName: string = 'java.lang.IndexOutOfBoundsException'
}
