import { ConnectError, DataError, isConnectError } from 'sluice/api'
import type { SinkRecord } from 'sluice/api'
import type { Connection } from '../core/dialect.ts'
import { SqlError } from '../core/sql-error.ts'
import type { BatchWriter } from './batch-writer.ts'
import type { WriteGroup } from './write-groups.ts'

export interface Rejection {
  readonly record: SinkRecord
  readonly error: unknown
}

interface IsolationParts {
  readonly connection: Connection
  readonly writer: BatchWriter
  readonly groups: (records: readonly SinkRecord[]) => Promise<readonly WriteGroup[]>
  /** Whether what may hold values of rows is left out of messages. */
  readonly trimsValues: boolean
}

/** Finds the records that cannot be written, within a transaction of the caller's in which the others are. */
export class Isolation {
  readonly rejections: Rejection[] = []
  readonly #parts: IsolationParts
  /** Some errors of SQL Server end the whole transaction: what was written before them is then written again. */
  readonly #hasSavepoints: boolean
  readonly #written: (readonly SinkRecord[])[] = []

  constructor(parts: IsolationParts) {
    this.#parts = parts
    this.#hasSavepoints = parts.connection.dialect.kind !== 'sqlserver'
  }

  /** Writes those that can be written: a part that fails is halved until a record fails alone. */
  async write(records: readonly SinkRecord[]): Promise<void> {
    const failure = await this.#try(records)
    if (failure === null) return
    const [only] = records
    if (records.length > 1) {
      const middle = records.length >> 1
      await this.write(records.slice(0, middle))
      await this.write(records.slice(middle))
    } else if (only !== undefined) {
      this.rejections.push({ record: only, error: await this.#explain(only, failure.error) })
    }
  }

  /** Null where that went well; else nothing of it is left. What is no single record's fault is thrown. */
  async #try(records: readonly SinkRecord[]): Promise<{ readonly error: unknown } | null> {
    const { writer, groups } = this.#parts
    await this.#mark()
    try {
      await writer.apply(await groups(records))
    } catch (error) {
      if (isForAll(error)) throw error
      await this.#undo()
      return { error }
    }
    if (this.#hasSavepoints) await this.#release()
    else this.#written.push(records)
    return null
  }

  async #mark(): Promise<void> {
    if (this.#hasSavepoints) await this.#parts.connection.query('SAVEPOINT sluice')
  }

  async #undo(): Promise<void> {
    const { connection, writer, groups } = this.#parts
    if (this.#hasSavepoints) {
      await connection.query('ROLLBACK TO SAVEPOINT sluice')
      await this.#release()
      return
    }
    await connection.rollback()
    await connection.begin(null)
    for (const records of this.#written) await writer.apply(await groups(records))
  }

  async #release(): Promise<void> {
    await this.#parts.connection.query('RELEASE SAVEPOINT sluice')
  }

  async #explain(record: SinkRecord, error: unknown): Promise<Error> {
    const group = await this.#groupOf(record)
    const column = group === null ? null : await this.#columnAtFault(group)
    const { originalTopic, originalKafkaPartition, originalKafkaOffset } = record
    const place = `the record at topic '${originalTopic}', partition ${originalKafkaPartition}, offset ${originalKafkaOffset}`
    const table = group === null ? '' : ` table ${group.plan.tableText}`
    const atColumn = column === null ? '' : `, column ${column},`
    const trimmed = this.#parts.trimsValues ? trimmedReason(error) : null
    const reason = trimmed ?? (error instanceof Error ? error.message : String(error))
    const text = `${place} cannot be written to${table === '' ? ' its table' : table}${atColumn}: ${reason}`
    const cause = trimmed === null ? { cause: error } : {}
    return new ConnectError(text.charAt(0).toUpperCase() + text.slice(1), cause)
  }

  async #columnAtFault(group: WriteGroup): Promise<string | null> {
    // Without savepoints there is no asking differently.
    if (!this.#hasSavepoints) return null
    await this.#mark()
    try {
      return await this.#parts.writer.columnAtFault(group)
    } catch (error) {
      // The row's own text may be what is wrong.
      if (isForAll(error)) throw error
      return null
    } finally {
      await this.#undo()
    }
  }

  async #groupOf(record: SinkRecord): Promise<WriteGroup | null> {
    try {
      const [group] = await this.#parts.groups([record])
      return group ?? null
    } catch (error) {
      if (isForAll(error)) throw error
      return null
    }
  }
}

/** What is told of an error whose own words may hold values; null where they hold none. */
function trimmedReason(error: unknown): string | null {
  const why = 'trim.sensitive.log leaves out why'
  if (error instanceof SqlError) {
    const { sqlState, vendorCode } = error
    const codes = [sqlState, vendorCode].filter((code) => code !== null)
    return `the database refuses it (${[...codes, why].join(', ')})`
  }
  return error instanceof DataError ? `a value does not fit its column (${why})` : null
}

/** Whether an error concerns all records alike: of the connection, of privileges, of this code. Any other may be one record's. */
export function isForAll(error: unknown): boolean {
  if (error instanceof SqlError) return error.failure === 'retry' || error.failure === 'fatal'
  return !isConnectError(error)
}
