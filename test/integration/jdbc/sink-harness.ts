import { setTimeout as delay } from 'node:timers/promises'
import { SchemaBuilder, SinkRecord, isRetriable } from '../../../src/api/index.ts'
import type {
  ConnectorConfig,
  PartitionOffset,
  Schema,
  SinkTaskContext,
  Struct,
} from '../../../src/api/index.ts'
import { JdbcSinkTask } from '../../../connectors/jdbc/sink/jdbc-sink-task.ts'
import { databaseOf } from '../../../connectors/jdbc/core/connect.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import type { RawRow } from '../../../connectors/jdbc/core/types.ts'

export interface Address {
  readonly jdbcUrl: string
  readonly user: string | null
  readonly password: string | null
}

/** What a worker is to a sink task, as far as this one asks: it tries again, keeps letters, and knows how far the task is. */
export class SinkHarness implements AsyncDisposable {
  readonly letters: { readonly record: SinkRecord; readonly error: Error }[] = []
  readonly rewinds: PartitionOffset[] = []
  /** How often a put asked to be given its records again. */
  retries = 0
  readonly #task: JdbcSinkTask
  readonly #signal = new AbortController()
  #timeoutMs = 0
  #ends = new Map<string, PartitionOffset>()

  private constructor(task: JdbcSinkTask) {
    this.#task = task
  }

  static async start(
    address: Address,
    props: ConnectorConfig = {},
    keepsLetters = true,
    task = new JdbcSinkTask(),
  ): Promise<SinkHarness> {
    const harness = new SinkHarness(task)
    const reporter = {
      report: (record: SinkRecord, error: unknown) => {
        harness.letters.push({ record, error: error as Error })
        return Promise.resolve()
      },
    }
    const context: SinkTaskContext = {
      configs: () => props,
      offset: (offsets) => harness.rewinds.push(...offsets),
      timeout: (ms) => {
        harness.#timeoutMs = ms
      },
      assignment: () => [],
      pause: () => undefined,
      resume: () => undefined,
      requestCommit: () => undefined,
      errantRecordReporter: () => (keepsLetters ? reporter : null),
    }
    harness.#task.initialize(context)
    await harness.#task.start(configOf(address, props), harness.#signal.signal)
    return harness
  }

  async open(topic: string, partition = 0): Promise<void> {
    await this.#task.open([{ topic, partition }], this.#signal.signal)
  }

  /** As a worker puts: again where the task asks for it. What it rejects is kept with the letters. */
  async put(records: readonly SinkRecord[]): Promise<void> {
    for (;;) {
      try {
        const rejected = (await this.#task.put(records, this.#signal.signal)) ?? []
        for (const { record, error } of rejected) {
          this.letters.push({ record, error: error as Error })
        }
        break
      } catch (error) {
        if (!isRetriable(error)) throw error
        this.retries++
        await delay(Math.min(this.#timeoutMs, 200))
      }
    }
    for (const record of records) {
      const { originalTopic: topic, originalKafkaPartition: partition } = record
      const offset = Number(record.originalKafkaOffset) + 1
      this.#ends.set(`${topic}-${partition}`, { topic, partition, offset })
    }
  }

  /** Everything put is in the database when this resolves. */
  async drain(): Promise<void> {
    await this.put([])
  }

  preCommit(): Promise<readonly PartitionOffset[]> {
    return this.#task.preCommit([...this.#ends.values()], this.#signal.signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#task.stop(AbortSignal.timeout(5000))
  }
}

function configOf({ jdbcUrl, user, password }: Address, props: ConnectorConfig): ConnectorConfig {
  return {
    name: 'sink',
    'connection.url': jdbcUrl,
    ...(user === null ? {} : { 'connection.user': user }),
    ...(password === null ? {} : { 'connection.password': password }),
    'retry.backoff.ms': '50',
    'connection.backoff.ms': '50',
    ...props,
  }
}

/** A connection of the test's own. */
export function connectTo({ jdbcUrl, user, password }: Address): Promise<Connection> {
  return databaseOf({
    url: jdbcUrl,
    user,
    password,
    dialectName: '',
    extras: new Map(),
    attempts: 3,
    backoffMs: 100,
    applicationName: 'test',
  }).connect(AbortSignal.timeout(30_000))
}

export async function rowsOf(connection: Connection, sql: string): Promise<readonly RawRow[]> {
  return (await connection.query(sql)).rows
}

interface RecordParts {
  readonly topic: string
  readonly offset: number
  readonly key?: unknown
  readonly keySchema?: Schema | null
  readonly value?: unknown
  readonly valueSchema?: Schema | null
}

export function recordOf(parts: RecordParts): SinkRecord {
  const { topic, offset, key = null, keySchema = null, value = null, valueSchema = null } = parts
  return new SinkRecord(topic, 0, keySchema, key, valueSchema, value, offset)
}

/** A record whose value is a struct. */
export function structRecord(topic: string, offset: number, value: Struct): SinkRecord {
  return recordOf({ topic, offset, value, valueSchema: value.schema })
}

export const optionalText = SchemaBuilder.string().optional().build()

export function structOf(fields: Readonly<Record<string, Schema>>): Schema {
  const builder = SchemaBuilder.struct()
  for (const [name, schema] of Object.entries(fields)) builder.field(name, schema)
  return builder.build()
}
