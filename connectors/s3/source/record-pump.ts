import { setTimeout as wait } from 'node:timers/promises'
import { SourceRecord, isRetriable } from 'sluice/api'
import { UnreadableError } from 'sluice/storage'
import type { ObjectFeed, ObjectPlan } from './feed.ts'
import { OpenObject } from './open-object.ts'
import type { ObjectKind } from './open-object.ts'
import type { SidedBatch } from './side-objects.ts'
import type { SourceBucket } from './source-bucket.ts'

export interface RecordPumpOptions {
  readonly bucket: SourceBucket
  readonly feed: ObjectFeed
  readonly kind: ObjectKind
  /** Most records that are polled at once. */
  readonly batchRecords: number
  /** How long to wait where there is nothing: after so many looks in vain. */
  readonly idleMs: (looks: number) => number
  readonly retryMs: number
  /**
   * What is done about an object or record that cannot be read: throws it to fail the task, or passes it over, with or without a record that says so.
   */
  readonly onUnreadable: (error: UnreadableError, plan: ObjectPlan) => SourceRecord | null
}

/** Reads the objects of a feed, a few ahead, and gives their records in the feed's order. */
export class RecordPump {
  readonly #options: RecordPumpOptions
  readonly #life = new AbortController()
  readonly #open: OpenObject[] = []
  /** A poll that was given up goes on; the next one takes what it brings. */
  #pending: Promise<readonly SourceRecord[]> | null = null
  #looks = 0

  constructor(options: RecordPumpOptions) {
    this.#options = options
  }

  /** Null once `signal` aborts. Rejects with a RetriableError where it is worth another try. */
  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    if (signal.aborted) return null
    const pending = (this.#pending ??= this.#read())
    const done = await settledOrAborted(pending, signal)
    if (!done) return null
    this.#pending = null
    return await pending
  }

  async stop(): Promise<void> {
    this.#life.abort()
    await this.#pending?.catch(() => undefined)
    for (const each of this.#open) await each.close()
  }

  async #read(): Promise<readonly SourceRecord[]> {
    await this.#openAhead()
    const [current] = this.#open
    if (current === undefined) {
      await wait(this.#options.idleMs(this.#looks++), undefined, { signal: this.#life.signal })
      return []
    }
    this.#looks = 0
    try {
      const taken = await current.take()
      if (taken !== null) return recordsOf(current.plan, taken.batch, taken.isLast)
      if (!current.gaveLast) this.#options.feed.barren(current.plan.object.key)
      this.#open.shift()
      return []
    } catch (error) {
      return await this.#recover(current, error)
    }
  }

  /** Objects are opened in the order in which they are read to their ends. */
  async #openAhead(): Promise<void> {
    const { bucket, feed, kind, batchRecords } = this.#options
    const { signal } = this.#life
    while (this.#open.length < kind.atOnce) {
      const plan = await feed.next(signal)
      if (plan === null) return
      this.#open.push(new OpenObject(plan, { bucket, kind, batchRecords, signal }))
    }
  }

  async #recover(current: OpenObject, error: unknown): Promise<readonly SourceRecord[]> {
    const { signal } = this.#life
    signal.throwIfAborted()
    if (error instanceof UnreadableError) {
      const report = this.#options.onUnreadable(error, current.plan)
      if (error.next === null) {
        if (report === null) this.#options.feed.barren(current.plan.object.key)
        this.#open.shift()
        await current.close()
      } else {
        await current.reopen(Math.max(error.next, current.position))
      }
      return report === null ? [] : [report]
    }
    if (isRetriable(error)) await wait(this.#options.retryMs, undefined, { signal })
    await current.reopen(current.position)
    throw error
  }
}

/** Hot. */
function recordsOf(plan: ObjectPlan, batch: SidedBatch, isLast: boolean): SourceRecord[] {
  const { sourcePartition, topic, kafkaPartition } = plan
  const { first, schema, values, keys = null, headers = null } = batch
  const keySchema = keys === null ? plan.keySchema : keys.schema
  const records = new Array<SourceRecord>(values.length)
  for (let index = 0; index < values.length; index++) {
    records[index] = new SourceRecord(
      sourcePartition,
      plan.offset(first + index + 1, isLast && index === values.length - 1),
      topic,
      kafkaPartition,
      keySchema,
      keys === null ? plan.key : keys.values[index],
      schema,
      values[index],
      null,
      headers?.[index] ?? null,
    )
  }
  return records
}

/** False once `signal` aborts before the promise is settled. */
function settledOrAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const abort = (): void => {
      resolve(false)
    }
    const settle = (): void => {
      signal.removeEventListener('abort', abort)
      resolve(true)
    }
    signal.addEventListener('abort', abort, { once: true })
    promise.then(settle, settle)
  })
}
