import { asError, isRetriable } from '../../errors/connect-error.ts'
import { backoffMs } from '../../kafka/net/backoff.ts'
import { delay } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { InternalLog } from '../internal-log.ts'
import type { InternalTopicOptions } from '../internal-log.ts'
import { encodeStatusRecord, readStatusRecord } from './status-records.ts'
import type { StatusRecord } from './status-records.ts'
import { StatusTable, mayReplace } from './status-table.ts'

const log = createLogger('org.apache.kafka.connect.storage.KafkaStatusBackingStore')

const purpose = {
  configKey: 'status.storage.topic',
  purpose: 'connector and task statuses',
} as const

const RETRY_BACKOFF = { firstMs: 100, maxMs: 10_000 }

/** What is to be written of one key. */
interface Pending {
  readonly record: StatusRecord
  /** Not where another worker has said something newer meanwhile. */
  readonly isSafe: boolean
}

/**
 * What connectors and tasks of a cluster are doing, in a compacted topic (`status.storage.topic`), as Java's KafkaStatusBackingStore keeps it. Nobody
 * waits for a status: the last one of each key is kept until it is written, and written again as long as that
 * helps.
 */
export class KafkaStatusStore {
  readonly #log: InternalLog<StatusTable>
  readonly #stopping = new AbortController()
  /** By key, in the order in which they were said; bounded by how many connectors, tasks and topics there are. */
  readonly #pending = new Map<string, Pending>()
  #writing: Promise<void> = Promise.resolve()
  #isWriting = false

  #isLoaded = false
  #onTopicForgotten: (connector: string) => void = () => undefined

  constructor(options: InternalTopicOptions) {
    this.#log = new InternalLog({
      ...options,
      purpose,
      logger: log,
      create: () => new StatusTable(),
      load: (table, { key, value }) => {
        const record = readStatusRecord(key?.toString() ?? null, value)
        if (record === null) log.warn(`Discarding an invalid status record: ${String(key)}`)
        else table.apply(record)
        if (record?.kind === 'topic' && record.status === null && this.#isLoaded) {
          this.#onTopicForgotten(record.connector)
        }
      },
    })
  }

  /** Reads everything. Rejects with a ConfigError where the topic is not compacted. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#log.start(signal)
    this.#isLoaded = true
  }

  /** `listener` hears of connectors whose topics were reset, by any worker, since the start; it is not to wait, and not to throw. */
  watchTopics(listener: (connector: string) => void): void {
    this.#onTopicForgotten = listener
  }

  /** What the topic says so far. */
  get table(): StatusTable {
    return this.#log.state
  }

  /** What the topic says once all is read that was written before. */
  refresh(signal: AbortSignal): Promise<StatusTable> {
    return this.#log.readToEnd(signal)
  }

  /** Says so, whatever is known. */
  put(record: StatusRecord): void {
    this.#enqueue({ record, isSafe: false })
  }

  /** Says so unless another worker knows better: for what may come late (UNASSIGNED, FAILED). */
  putSafe(record: StatusRecord): void {
    this.#enqueue({ record, isSafe: true })
  }

  /** Resolves once everything said so far is written, or was given up. */
  async flush(signal: AbortSignal): Promise<void> {
    while (this.#isWriting && !signal.aborted) await this.#writing
  }

  /** Why the topic is not read, null while it is. */
  problem(): string | null {
    return this.#log.problem()
  }

  /** Writes what there is to write as long as `signal` allows. */
  async stop(signal: AbortSignal): Promise<void> {
    const end = (): void => this.#stopping.abort(new Error('The store of statuses stops.'))
    signal.addEventListener('abort', end, { once: true })
    await this.#writing
    signal.removeEventListener('abort', end)
    end()
    await this.#log.stop(signal)
  }

  #enqueue(pending: Pending): void {
    const { key } = encodeStatusRecord(pending.record)
    // The newest of a key comes last.
    this.#pending.delete(key)
    this.#pending.set(key, pending)
    if (this.#isWriting) return
    this.#isWriting = true
    this.#writing = this.#run(this.#stopping.signal)
  }

  /** Never rejects. */
  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0
    while (this.#pending.size > 0 && !signal.aborted) {
      const batch = [...this.#pending]
      this.#pending.clear()
      try {
        await this.#write(batch, signal)
        failures = 0
      } catch (error) {
        failures++
        this.#keep(batch, error)
        await delay(backoffMs(RETRY_BACKOFF, failures), signal).catch(() => undefined)
      }
    }
    this.#isWriting = false
  }

  async #write(batch: readonly (readonly [string, Pending])[], signal: AbortSignal): Promise<void> {
    const records = batch.filter(([, pending]) => this.#mayWrite(pending))
    if (records.length === 0) return
    const raw = records.map(([key, { record }]) => ({
      key: Buffer.from(key),
      value: encodeStatusRecord(record).value,
    }))
    await this.#log.write(raw, signal)
  }

  #mayWrite({ record, isSafe }: Pending): boolean {
    if (!isSafe || record.kind === 'topic' || record.status === null) return true
    const { table } = this
    const known =
      record.kind === 'connector'
        ? table.connector(record.connector)
        : table.task(record.connector, record.task)
    return mayReplace(known, record.status)
  }

  /** What was said meanwhile of the same key is newer. */
  #keep(batch: readonly (readonly [string, Pending])[], error: unknown): void {
    const { message } = asError(error)
    if (this.#stopping.signal.aborted || !isRetriable(error)) {
      log.error(`Failed to write ${batch.length} status updates: ${message}`)
      return
    }
    log.warn(`Writing ${batch.length} status updates failed, trying again: ${message}`)
    const newer = [...this.#pending]
    this.#pending.clear()
    for (const [key, pending] of [...batch, ...newer]) {
      this.#pending.delete(key)
      this.#pending.set(key, pending)
    }
  }
}
