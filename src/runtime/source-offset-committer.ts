import { asError } from '../errors/connect-error.ts'
import type { TaskCounters } from '../messages/counters.ts'
import { delay, isAbortOf } from '../util/abort.ts'
import type { CommitCallback } from './commit-callback.ts'
import type { SubmittedRecords } from './submitted-records.ts'
import type { TaskServices } from './task.ts'
import { faultPoint } from '../util/fault-point.ts'

export interface SourceCommitSettings {
  readonly intervalMs: number
  readonly timeoutMs: number
}

/**
 * Commits what of a source was acknowledged, every `offset.flush.interval.ms` and on request. One commit at a
 * time; what could not be committed is tried again with the next (invariant 1).
 */
export class SourceOffsetCommitter {
  readonly #submitted: SubmittedRecords
  readonly #services: TaskServices
  readonly #callback: CommitCallback
  readonly #settings: SourceCommitSettings
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #done: Promise<void> = Promise.resolve()

  constructor(
    submitted: SubmittedRecords,
    services: TaskServices,
    callback: CommitCallback,
    settings: SourceCommitSettings,
  ) {
    this.#submitted = submitted
    this.#services = services
    this.#callback = callback
    this.#settings = settings
  }

  /** Begins to commit on the interval, until `stop`. */
  start(): void {
    this.#done = this.#commitOnInterval()
  }

  /** Ends the interval; resolves once a commit under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#done
  }

  /** Commits now. Never rejects: a failure is logged, counted, and its offsets are kept for the next commit. */
  commit(signal: AbortSignal): Promise<void> {
    this.#running = this.#running.then(() => this.#commit(signal))
    return this.#running
  }

  async #commitOnInterval(): Promise<void> {
    const { signal } = this.#stop
    try {
      for (;;) {
        await delay(this.#settings.intervalMs, signal)
        await this.commit(AbortSignal.timeout(this.#settings.timeoutMs))
      }
    } catch (error) {
      if (!isAbortOf(signal, error)) throw error
    }
  }

  async #commit(signal: AbortSignal): Promise<void> {
    // Invariant 4: what was acknowledged before is committed once the lease is there again.
    if (!this.#services.lease.held) return
    const offsets = this.#submitted.takeCommittable()
    const began = performance.now()
    const { counters, logger } = this.#services
    try {
      if (offsets.length > 0) {
        faultPoint('source.flush')
        await this.#services.writeOffsets(offsets, signal)
      }
    } catch (error) {
      this.#submitted.giveBack(offsets)
      counters.add('commitFailures', 1)
      countCommitTime(counters, performance.now() - began)
      logger.error(
        `Failed to commit offsets; they are tried again with the next commit: ${asError(error).message}`,
      )
      return
    }
    if (logger.isEnabled('DEBUG')) {
      logger.debug(`Committed the offsets of ${offsets.length} source partitions`)
    }
    counters.add('commits', 1)
    countCommitTime(counters, performance.now() - began)
    counters.set('lastCommitAt', Date.now())
    await this.#callback.tell(signal)
  }
}

/** Of one commit, whether it succeeded or not. */
export function countCommitTime(counters: TaskCounters, tookMs: number): void {
  counters.add('commitTimeMs', tookMs)
  counters.max('commitTimeMaxMs', tookMs)
}
