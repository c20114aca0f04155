import { setMaxListeners } from 'node:events'
import type { ConnectorConfig, Logger, RejectedRecord, SinkRecord } from '../../../src/api/index.ts'
import type { OpenHiveSession } from '../../../connectors/hdfs/hive/hive-session.ts'
import type { HiveTables } from '../../../connectors/hdfs/hive/hive-tables.ts'
import { hiveTables } from '../../../connectors/hdfs/hive/open-hive-tables.ts'
import { HdfsPaths } from '../../../connectors/hdfs/sink/hdfs-paths.ts'
import { parseHdfsSinkConfig } from '../../../connectors/hdfs/sink/hdfs-sink-config.ts'
import { HdfsWriters } from '../../../connectors/hdfs/sink/hdfs-writers.ts'
import { openParts } from '../../../connectors/hdfs/sink/open-parts.ts'
import type { SinkParts } from '../../../connectors/hdfs/sink/sink-parts.ts'
import type { Hdfs } from '../../../connectors/hdfs/webhdfs/hdfs.ts'

/** Says nothing: whatever goes wrong here goes wrong on purpose. */
export const quiet: Logger = {
  name: 'test',
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined,
  isEnabled: () => false,
  withContext: () => quiet,
}
const never = new AbortController().signal
setMaxListeners(0, never)

export const formatOf = (name: string): string =>
  `io.confluent.connect.hdfs.${name.toLowerCase()}.${name}Format`

export const baseConfig: ConnectorConfig = {
  'hdfs.url': 'hdfs://localhost:9000',
  'format.class': formatOf('Json'),
  'flush.size': '3',
  'retry.backoff.ms': '0',
}

/** The partition that `record()` makes records of. */
export const topicPartition = { topic: 'test-topic', partition: 12 }

/**
 * A task's writers and the worker around them, on one partition: records are read from where the group's offset stands, and read again where the task
 * asks for it.
 */
export class RunningSink {
  readonly rejected: RejectedRecord[] = []
  nowMs = 0
  /** What the group has committed. */
  committed: number | null = null
  readonly parts: SinkParts
  paused = false
  readonly #writers: HdfsWriters
  readonly #tables: HiveTables | null
  readonly #log: readonly SinkRecord[]
  #position: number
  #seek: number | null = null

  private constructor(
    parts: SinkParts,
    tables: HiveTables | null,
    makeWriters: (sink: () => RunningSink) => HdfsWriters,
    records: readonly SinkRecord[],
    position: number,
  ) {
    this.parts = parts
    this.#tables = tables
    this.#log = records
    this.#position = position
    this.#writers = makeWriters(() => this)
    this.#writers.open([topicPartition])
  }

  /** `from` is an index of the records. */
  static async start(
    config: ConnectorConfig,
    hdfs: Hdfs,
    records: readonly SinkRecord[],
    from = 0,
    openHive: OpenHiveSession | null = null,
  ): Promise<RunningSink> {
    const parsed = parseHdfsSinkConfig({ ...baseConfig, ...config })
    const address = { root: 'hdfs://localhost:9000', base: '/' }
    const place = { config: parsed, hdfs, log: quiet }
    const paths = HdfsPaths.of(parsed, address.base)
    const tables =
      openHive === null ? null : hiveTables({ ...place, paths, root: address.root }, openHive)
    const parts = await openParts({ ...place, address, tables })
    const make = (sink: () => RunningSink): HdfsWriters =>
      new HdfsWriters({
        parts,
        retryBackoffMs: Number(parsed['retry.backoff.ms']),
        now: () => sink().nowMs,
        rewind: ([offset]) => sink().#rewind(Number(offset?.offset)),
        pause: () => (sink().paused = true),
        resume: () => (sink().paused = false),
        wakeIn: () => undefined,
      })
    return new RunningSink(parts, tables, make, records, from)
  }

  get position(): number {
    return Number(this.#log[this.#position]?.kafkaOffset ?? this.#log.length)
  }

  /** Puts `count` records, or all there are; then says what may be committed. */
  async put(count = Number.POSITIVE_INFINITY): Promise<number | null> {
    const size = this.paused ? 0 : count
    const end = Math.min(this.#log.length, this.#position + size)
    const rejected = await this.#writers.put(this.#log.slice(this.#position, end), never)
    this.rejected.push(...(rejected ?? []))
    this.#position = this.#seek ?? end
    this.#seek = null
    const [first] = this.#writers.takeCommittable()
    if (first === undefined) return null
    return (this.committed = Number(first.offset))
  }

  /** Until all is put, in batches of this size. */
  async run(batch: number): Promise<void> {
    for (let turn = 0; this.#position < this.#log.length || this.paused || turn === 0; turn++) {
      if (turn > 10_000) throw new Error('The sink does not get on.')
      await this.put(batch)
    }
  }

  async close(): Promise<void> {
    await this.#writers.stop()
    await this.#tables?.stop(60_000)
  }

  #rewind(offset: number): void {
    const index = this.#log.findIndex((record) => Number(record.kafkaOffset) >= offset)
    this.#seek = index < 0 ? this.#log.length : index
  }
}
