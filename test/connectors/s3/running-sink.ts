import type { ConnectorConfig, Logger, RejectedRecord, SinkRecord } from '../../../src/api/index.ts'
import type { MemoryBudget } from '../../../connectors/s3/open-file.ts'
import { openParts } from '../../../connectors/s3/open-parts.ts'
import { parseAivenConfig } from '../../../connectors/s3/aiven/aiven-config.ts'
import { openGroups } from '../../../connectors/s3/aiven/aiven-s3-sink-task.ts'
import { parseS3SinkConfig } from '../../../connectors/s3/s3-sink-config.ts'
import { loadFormats } from '../../../connectors/s3/sink-formats.ts'
import { SinkWriters } from '../../../connectors/s3/sink-writers.ts'
import type { SinkWritersOptions } from '../../../connectors/s3/sink-writers.ts'
import type { ObjectStore } from '../../../connectors/s3/object-store.ts'

type Parts = Pick<SinkWritersOptions, 'parts' | 'open' | 'ignoresTombstones'>

/** Says nothing: whatever goes wrong here goes wrong on purpose. */
const log: Logger = {
  name: 'test',
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined,
  isEnabled: () => false,
  withContext: () => log,
}
const never = new AbortController().signal

export const formatOf = (name: string): string =>
  `io.confluent.connect.s3.format.${name.toLowerCase()}.${name}Format`

export const baseConfig: ConnectorConfig = {
  's3.bucket.name': 'bucket',
  'format.class': formatOf('Json'),
  'flush.size': '3',
}

/**
 * A task's writers and the worker around them, on one partition: records are read from where the group's offset stands, and read again where the task
 * asks for it.
 */
export class RunningSink {
  readonly rejected: RejectedRecord[] = []
  nowMs = 0
  /** What the group has committed. */
  committed: number | null = null
  readonly #writers: SinkWriters
  readonly #budget: MemoryBudget
  readonly #log: readonly SinkRecord[]
  #position: number
  #rewound = false

  private constructor(
    writers: SinkWriters,
    budget: MemoryBudget,
    log: readonly SinkRecord[],
    position: number,
  ) {
    this.#writers = writers
    this.#budget = budget
    this.#log = log
    this.#position = position
  }

  /** `from` is an index of the log. */
  static async start(
    config: ConnectorConfig,
    store: ObjectStore,
    records: readonly SinkRecord[],
    from = 0,
  ): Promise<RunningSink> {
    const parsed = parseS3SinkConfig({ ...baseConfig, ...config })
    const formats = await loadFormats(parsed)
    return RunningSink.#of(openParts({ config: parsed, formats, store, log }), records, from)
  }

  /** The same with Aiven's sink, which completes objects when the worker commits: {@link flush}. */
  static async startAiven(
    config: ConnectorConfig,
    store: ObjectStore,
    records: readonly SinkRecord[],
    from = 0,
  ): Promise<RunningSink> {
    const settings = parseAivenConfig({ 'aws.s3.bucket.name': 'bucket', ...config })
    return RunningSink.#of(await openGroups(settings, store, log), records, from)
  }

  static #of(parts: Parts, records: readonly SinkRecord[], from: number): RunningSink {
    const sink: { current: RunningSink | null } = { current: null }
    const writers = new SinkWriters({
      ...parts,
      retryBackoffMs: 0,
      reports: true,
      now: () => sink.current?.nowMs ?? 0,
      rewind: ([offset]) => sink.current?.seek(Number(offset?.offset)),
      pause: () => undefined,
      resume: () => undefined,
      wakeIn: () => undefined,
    })
    return (sink.current = new RunningSink(writers, parts.parts.budget, records, from))
  }

  seek(offset: number): void {
    this.#rewound = true
    this.#position = this.#log.findIndex((record) => Number(record.kafkaOffset) >= offset)
    if (this.#position < 0) this.#position = this.#log.length
  }

  /** What all objects hold in memory. */
  get memoryBytes(): number {
    return this.#budget.used
  }

  get position(): number {
    return Number(this.#log[this.#position]?.kafkaOffset ?? this.#log.length)
  }

  /** Puts `count` records, or all there are; then says what may be committed. */
  async put(count = Number.POSITIVE_INFINITY): Promise<number | null> {
    const end = Math.min(this.#log.length, this.#position + count)
    const batch = this.#log.slice(this.#position, end)
    this.#rewound = false
    const rejected = await this.#writers.put(batch, never)
    this.rejected.push(...(rejected ?? []))
    if (!this.#wasRewound()) this.#position = end
    return this.commit()
  }

  #wasRewound(): boolean {
    return this.#rewound
  }

  /** As the worker does from time to time. Rejects where the store refuses for good. */
  async flush(): Promise<number | null> {
    await this.#writers.completeAll(never)
    return this.commit()
  }

  commit(): number | null {
    const [first] = this.#writers.takeCommittable()
    if (first === undefined) return null
    return (this.committed = Number(first.offset))
  }

  /** Until all is put, in batches of this size. */
  async run(batch: number): Promise<void> {
    for (let turn = 0; this.#position < this.#log.length; turn++) {
      if (turn > 10_000) throw new Error('The sink does not get on.')
      await this.put(batch)
    }
  }

  async close(): Promise<void> {
    await this.#writers.stop(never)
  }
}
