import type { TransactionContext } from '../api/source-task.ts'
import type { SourceRecord } from '../data/records.ts'

/** Aborts when the task is cancelled, or this share (1: all) of the time for stopping is over. */
export type Grace = (share?: number) => AbortSignal

/**
 * How a source task's records come to lie in Kafka and its offsets with them: at least once, or in transactions. The loop of the
 * task says when; each call is awaited before the next.
 */
export interface SourceDelivery {
  /** What the plugin may define its transactions by. */
  readonly transactionContext: TransactionContext | null
  /** Before the plugin is started. */
  prepare(signal: AbortSignal): Promise<void>
  /** Before the first poll, and after a pause. */
  begin(): void
  /** Throws where what was sent is lost. */
  throwIfFailed(): void
  /**
   * Sends what a poll has returned, also nothing, and waits until the next poll may come. False where the task stopped meanwhile:
   * a record that waited to be tried again, and those behind it, are polled again.
   */
  deliver(records: readonly SourceRecord[]): Promise<boolean>
  /** The task is paused. */
  rest(): Promise<void>
  /** Nothing more is polled: drains and commits. Rejects where that is to fail the task. */
  finish(hasFailed: boolean, grace: Grace): Promise<void>
  /** Closes the producer. Never rejects. */
  close(grace: AbortSignal): Promise<void>
}
