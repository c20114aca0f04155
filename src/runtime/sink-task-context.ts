import type { ErrantRecordReporter, SinkTaskContext } from '../api/sink-task.ts'
import type { PartitionOffset, TopicPartition } from '../api/topic-partition.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { ConnectError } from '../errors/connect-error.ts'
import type { GroupConsumer } from '../kafka/types.ts'
import type { SinkPartitions } from './sink-partitions.ts'

export interface ContextParts {
  readonly consumer: GroupConsumer
  readonly partitions: SinkPartitions
  readonly taskConfig: ConnectorConfig
  readonly cancelled: AbortSignal
  readonly reporter: ErrantRecordReporter | null
  requestCommit(): void
  /** Whether nothing is to be fetched at the moment, whatever the task resumes. */
  holdsBack(): boolean
}

/** What a sink task may ask of the worker. Requests take effect before the next poll. */
export class WorkerSinkTaskContext implements SinkTaskContext {
  readonly #parts: ContextParts
  #rewinds: readonly PartitionOffset[] = []
  #timeoutMs: number | null = null

  constructor(parts: ContextParts) {
    this.#parts = parts
  }

  configs(): ConnectorConfig {
    return this.#parts.taskConfig
  }

  offset(offsets: readonly PartitionOffset[]): void {
    this.#refuseOnceCancelled()
    this.#rewinds = [...this.#rewinds, ...offsets]
  }

  timeout(ms: number): void {
    this.#refuseOnceCancelled()
    this.#timeoutMs = ms
  }

  assignment(): readonly TopicPartition[] {
    return this.#parts.partitions.all().map(({ topic, partition }) => ({ topic, partition }))
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#setPaused(partitions, true)
    this.#parts.consumer.pause(partitions)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#setPaused(partitions, false)
    if (!this.#parts.holdsBack()) this.#parts.consumer.resume(partitions)
  }

  requestCommit(): void {
    this.#refuseOnceCancelled()
    this.#parts.requestCommit()
  }

  errantRecordReporter(): ErrantRecordReporter | null {
    return this.#parts.reporter
  }

  /** The rewinds asked for since the last call. */
  takeRewinds(): readonly PartitionOffset[] {
    const rewinds = this.#rewinds
    this.#rewinds = []
    return rewinds
  }

  /** How long the task asked to wait, once; null where it did not. */
  takeTimeoutMs(): number | null {
    const timeout = this.#timeoutMs
    this.#timeoutMs = null
    return timeout
  }

  #refuseOnceCancelled(): void {
    if (this.#parts.cancelled.aborted) throw new ConnectError('The task was cancelled.')
  }

  #setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    this.#refuseOnceCancelled()
    for (const wanted of partitions) {
      const state = this.#parts.partitions.get(wanted)
      if (state === undefined) {
        const verb = paused ? 'pause' : 'resume'
        throw new ConnectError(
          `SinkTasks may not ${verb} partitions that are not currently assigned to them: ${wanted.topic}-${wanted.partition}.`,
        )
      }
      state.pausedByTask = paused
    }
  }
}
