import { asError, createLogger } from 'sluice/api'
import type { Schema, SinkRecord } from 'sluice/api'
import type { Connection, Dialect } from '../core/dialect.ts'
import { fateOf } from './acceptance.ts'
import { batchWriterOf } from './batch-writer.ts'
import type { BatchWriter } from './batch-writer.ts'
import { Isolation, isForAll } from './isolation.ts'
import type { Rejection } from './isolation.ts'
import { claimsOf, partitionKey } from './offset-claims.ts'
import { OffsetsTable } from './offsets-table.ts'
import type { RowPlan } from './row-plan.ts'
import type { SinkSettings } from './settings.ts'
import { Tables } from './tables.ts'
import { groupsOf } from './write-groups.ts'
import type { PlannedRecord, WriteGroup } from './write-groups.ts'

const log = createLogger('io.confluent.connect.jdbc.sink.JdbcSinkTask')

interface Open {
  readonly connection: Connection
  readonly writer: BatchWriter
}

interface BatchStoreParts {
  readonly settings: SinkSettings
  readonly dialect: Dialect
  connect(): Promise<Connection>
}

/** Writes batches of records, each in one transaction, and finds those in it that cannot be written. */
export class BatchStore {
  readonly #parts: BatchStoreParts
  readonly #tables: Tables
  readonly #offsets: OffsetsTable | null
  #open: Open | null = null

  constructor(parts: BatchStoreParts) {
    const { settings, dialect } = parts
    const style = {
      dialect: dialect.kind,
      rules: dialect.identifiers,
      quote: settings.quoteIdentifiers,
      holdlock: settings.mergeHoldlock,
      identityInsert: settings.identityInsert,
    }
    this.#parts = parts
    this.#tables = new Tables(style, settings)
    this.#offsets = settings.exactlyOnce
      ? new OffsetsTable(style, settings.offsetsTable, settings.connector)
      : null
  }

  /** Writes all of them or none. */
  async commit(records: readonly SinkRecord[]): Promise<void> {
    const { connection, writer } = await this.#ready()
    const groups = await this.#groups(connection, records)
    await writer.commit(groups, this.#claims(records))
  }

  /**
   * Writes those that can be written, in one transaction. A part that fails is halved until a record fails alone: `reject` is then
   * told of it, and of all of them before anything is committed. Where `reject` throws nothing is written.
   */
  async commitWhatCan(
    records: readonly SinkRecord[],
    reject: (rejections: readonly Rejection[]) => Promise<void>,
  ): Promise<void> {
    const { connection, writer } = await this.#ready()
    // Before the transaction: some databases commit where a table is changed.
    const refused = await this.#planAll(connection, records)
    const groups = (some: readonly SinkRecord[]) => this.#groups(connection, some, refused)
    const { trimsValues } = this.#parts.settings
    const isolation = new Isolation({ connection, writer, groups, trimsValues })
    const { rejections } = isolation
    await connection.begin(null)
    try {
      await isolation.write(records)
      if (rejections.length > 0) await reject(rejections)
      await writer.claim(this.#claims(records))
      await connection.commit()
    } catch (error) {
      await connection.rollback().catch(() => undefined)
      throw error
    }
  }

  /** The offsets that come next by the offsets table; none where that is not kept. */
  async nextOffsets(): Promise<
    readonly { readonly topic: string; readonly partition: number; readonly next: number }[]
  > {
    if (this.#offsets === null) return []
    const { connection } = await this.#ready()
    return this.#offsets.read(connection)
  }

  /**
   * Those that are not in the database, as far as its table of offsets tells: of a commit whose answer was lost nobody else knows
   * whether it was one. All of them where offsets are Kafka's.
   */
  async unwritten(records: readonly SinkRecord[]): Promise<readonly SinkRecord[]> {
    const next = new Map(
      (await this.nextOffsets()).map((entry) => [
        partitionKey(entry.topic, entry.partition),
        entry.next,
      ]),
    )
    if (next.size === 0) return records
    return records.filter((record) => {
      const key = partitionKey(record.originalTopic, record.originalKafkaPartition)
      return Number(record.originalKafkaOffset) >= (next.get(key) ?? 0)
    })
  }

  /** Connects now, so that what is wrong with the configuration is known at once. */
  async start(): Promise<void> {
    await this.#ready()
  }

  /** Looks at the tables again. */
  forgetTables(): void {
    this.#tables.forget()
  }

  /** Ends the connection; the next write opens another, and looks at the tables again. */
  async close(): Promise<void> {
    const open = this.#open
    this.#open = null
    this.#tables.forget()
    await open?.connection.close()
  }

  async #ready(): Promise<Open> {
    if (this.#open !== null) return this.#open
    const connection = await this.#parts.connect()
    try {
      await this.#offsets?.ensure(connection)
    } catch (error) {
      await connection.close()
      throw error
    }
    const { style } = this.#tables
    const writer = batchWriterOf({ connection, style, offsets: this.#offsets })
    this.#open = { connection, writer }
    log.info(`Connected to ${connection.serverVersion}`)
    return this.#open
  }

  #claims(records: readonly SinkRecord[]): ReturnType<typeof claimsOf> {
    return this.#offsets === null ? [] : claimsOf(records)
  }

  async #groups(
    connection: Connection,
    records: readonly SinkRecord[],
    refused: readonly Rejection[] = [],
  ): Promise<readonly WriteGroup[]> {
    const planned: PlannedRecord[] = []
    let last: PlannedRecord | null = null
    for (const record of records) {
      const kind = fateOf(this.#parts.settings, record)
      if (kind === 'ignored') continue
      if (kind === 'truncate') {
        const plan = await this.#tables.planOfTable(connection, record.topic)
        // A table that is not there is as empty as can be.
        if (plan !== null) planned.push({ record, plan, kind })
        continue
      }
      const isLike = last !== null && last.kind === kind && isAlike(last.record, record)
      const plan: RowPlan =
        isLike && last !== null ? last.plan : await this.#plan(connection, record, refused)
      last = { record, plan, kind }
      planned.push(last)
    }
    return groupsOf(planned)
  }

  /** Throws where records like this one are refused already. */
  async #plan(
    connection: Connection,
    record: SinkRecord,
    refused: readonly Rejection[],
  ): Promise<RowPlan> {
    const { topic, keySchema } = record
    const valueSchema = writtenSchema(record)
    const known = this.#tables.known(topic, keySchema, valueSchema)
    if (known !== undefined) return known
    const alike = refused.find((rejection) => isAlike(rejection.record, record))
    if (alike !== undefined) throw asError(alike.error)
    return this.#tables.plan(connection, topic, keySchema, valueSchema)
  }

  /** One record of each schema that no table can take: to try again where they are written would end the transaction on MySQL. */
  async #planAll(
    connection: Connection,
    records: readonly SinkRecord[],
  ): Promise<readonly Rejection[]> {
    const refused: Rejection[] = []
    let last: SinkRecord | null = null
    for (const record of records) {
      if ((last !== null && isAlike(last, record)) || !this.#needsPlan(record)) continue
      last = record
      if (refused.some((rejection) => isAlike(rejection.record, record))) continue
      try {
        await this.#plan(connection, record, [])
      } catch (error) {
        if (isForAll(error)) throw error
        refused.push({ record, error })
      }
    }
    return refused
  }

  #needsPlan(record: SinkRecord): boolean {
    try {
      const fate = fateOf(this.#parts.settings, record)
      return fate !== 'ignored' && fate !== 'truncate'
    } catch {
      // It is rejected where it is to be written.
      return false
    }
  }
}

/** A record without a value is written by its key, whatever schema its value would have. */
function writtenSchema({ value, valueSchema }: SinkRecord): Schema | null {
  return value === null || value === undefined ? null : valueSchema
}

function isAlike(a: SinkRecord, b: SinkRecord): boolean {
  return a.topic === b.topic && a.keySchema === b.keySchema && writtenSchema(a) === writtenSchema(b)
}
