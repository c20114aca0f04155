import type { Connection as PgWire, Submittable } from 'pg'
import type { SqlError } from '../core/sql-error.ts'
import type { PgConnection } from './pg-connection.ts'
import { pgError } from './pg-error.ts'

/** A statement of a flight. Parameters are texts, null for NULL; `copy` are messages of {@link copyMessage}. */
export interface PgStep {
  readonly sql: string
  readonly parameters?: readonly (string | null)[]
  readonly copy?: readonly Buffer[]
}

/**
 * Sends all statements at once, with one Sync behind them: they take one round trip, and outside of a transaction they are one by
 * themselves, which commits whole or not at all. Resolves with the rows that each has changed; rejects with the SqlError of the
 * first that failed.
 */
export function flyPg(connection: PgConnection, steps: readonly PgStep[]): Promise<number[]> {
  const fly = (): Promise<number[]> =>
    new Promise((resolve, reject) => {
      connection.client.query(new Flight(steps, resolve, reject))
    })
  return connection.counted(fly)
}

/** Bytes of the type and the length before a message's content. */
const headerBytes = 5
const copyDone = Buffer.from([0x63, 0, 0, 0, 4])

/** Rows of COPY's text as one message CopyData, ready to be sent. */
export function copyMessage(rows: string): Buffer {
  const message = Buffer.allocUnsafe(headerBytes + Buffer.byteLength(rows))
  message.write(rows, headerBytes)
  message.writeUInt8(0x64, 0)
  message.writeInt32BE(message.length - 1, 1)
  return message
}

/**
 * What `pg` calls back. The server reads the rows of a COPY without having said that it is ready for them; of one that failed it
 * passes over everything up to the Sync.
 */
class Flight implements Submittable {
  readonly #steps: readonly PgStep[]
  readonly #resolve: (changed: number[]) => void
  readonly #reject: (error: SqlError) => void
  readonly #changed: number[] = []

  constructor(
    steps: readonly PgStep[],
    resolve: (changed: number[]) => void,
    reject: (error: SqlError) => void,
  ) {
    this.#steps = steps
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(wire: PgWire): void {
    wire.stream.cork()
    try {
      for (const { sql, parameters = [], copy } of this.#steps) {
        wire.parse({ name: '', text: sql, types: [] }, true)
        wire.bind({ values: [...parameters] }, true)
        wire.execute({}, true)
        if (copy === undefined) continue
        for (const message of copy) wire.stream.write(message)
        wire.stream.write(copyDone)
      }
    } finally {
      wire.sync()
      wire.stream.uncork()
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#changed.push(Number(/\d+$/.exec(text)?.[0] ?? 0))
  }

  handleError(error: unknown): void {
    this.#reject(pgError(error))
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#changed)
  }

  handleCopyInResponse(): void {
    // The rows are on their way.
  }

  handleRowDescription(): void {
    // No statement of a flight returns rows that anybody asks for.
  }

  handleDataRow(): void {
    // As above.
  }

  handlePortalSuspended(): void {
    // Nothing is executed with a limit of rows.
  }

  handleEmptyQuery(): void {
    // No statement is empty.
  }
}
