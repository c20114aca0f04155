import type { TopicPartition } from '../../src/api/topic-partition.ts'
import { DeadLetterQueue } from '../../src/runtime/dead-letter-queue.ts'
import type { RawRecord } from '../../src/runtime/raw-record.ts'
import type { Keeping } from '../../src/runtime/task-plugins.ts'
import type { FakeServices, Sent } from './fakes.ts'
import { FakeProducer } from './fakes.ts'

/** Keeps dead letters in a producer that acknowledges when the test says so, and finds records that the test lays down. */
export class FakeKeeping implements Keeping {
  readonly found: RawRecord[] = []
  readonly lookedFor: number[] = []
  /** What looking for a record fails with, one after the other. */
  readonly lookupErrors: Error[] = []
  opened = 0
  #producer: FakeProducer | null = null
  readonly #services: FakeServices

  constructor(services: FakeServices) {
    this.#services = services
  }

  get producer(): FakeProducer {
    if (this.#producer === null) throw new Error('The queue is not open.')
    return this.#producer
  }

  get letters(): readonly Sent[] {
    return this.#producer?.sent ?? []
  }

  openQueue(settings: Parameters<Keeping['openQueue']>[0], signal: AbortSignal) {
    this.opened++
    return DeadLetterQueue.open({
      task: { connector: 'c', task: 0 },
      settings,
      counters: this.#services.counters,
      signal,
      onFailure: (error) => this.#services.fail(error),
      openProducer: (listener) => {
        this.#producer = new FakeProducer(listener)
        return Promise.resolve(this.#producer)
      },
    })
  }

  openLookup() {
    return {
      find: ({ partition }: TopicPartition, offset: number) => {
        this.lookedFor.push(offset)
        const error = this.lookupErrors.shift()
        if (error !== undefined) return Promise.reject(error)
        const same = (raw: RawRecord): boolean =>
          raw.partition === partition && raw.offset === offset
        return Promise.resolve(this.found.find(same) ?? null)
      },
      close: () => Promise.resolve(),
    }
  }
}

/** Headers as text, by their keys. */
export function headerTexts({ headers }: Sent): Record<string, string> {
  return Object.fromEntries(
    (headers ?? []).map(({ key, value }) => [
      key,
      value === null ? '' : Buffer.from(value).toString(),
    ]),
  )
}
