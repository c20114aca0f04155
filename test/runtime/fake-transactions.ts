import type { TransactionalProducer } from '../../src/kafka/types.ts'
import { firstOffsetNumber } from '../../src/runtime/transaction-records.ts'
import { FakeProducer } from './fakes.ts'
import type { Sent } from './fakes.ts'

/** One transaction that has ended. */
export interface Ended {
  readonly how: 'commit' | 'abort'
  readonly records: readonly (string | null)[]
  readonly offsets: readonly (readonly [key: string | null, value: string | null])[]
}

/** A producer that notes what each of its transactions held. */
export class FakeTransactionalProducer extends FakeProducer implements TransactionalProducer {
  readonly ended: Ended[] = []
  readonly calls: string[] = []
  /** What the next commit rejects with. */
  commitError: Error | null = null
  #isOpen = false
  #from = 0

  async init(): Promise<void> {
    this.calls.push('init')
    await Promise.resolve()
  }

  begin(): void {
    if (this.#isOpen) throw new Error('a transaction is open')
    this.#isOpen = true
    this.#from = this.sent.length
  }

  async commit(): Promise<void> {
    await this.#settle()
    if (this.commitError !== null) throw this.commitError
    this.#end('commit')
  }

  async abort(): Promise<void> {
    await Promise.resolve()
    for (const { index } of this.#open()) {
      this.listener.failed(index, index + 1, { topic: 't', partition: 0 }, new Error('aborted'))
    }
    this.#end('abort')
  }

  #open(): readonly Sent[] {
    return this.sent.slice(this.#from)
  }

  async #settle(): Promise<void> {
    if (!this.#isOpen) throw new Error('no transaction is open')
    await Promise.resolve()
    for (const { index, topic, partition } of this.#open()) {
      this.listener.acknowledged(index, index + 1, { topic, partition }, 100 + index)
    }
  }

  #end(how: 'commit' | 'abort'): void {
    const sent = this.#open()
    const isOffset = ({ index }: Sent): boolean => index >= firstOffsetNumber
    const records = sent.filter((each) => !isOffset(each)).map(({ value }) => value)
    const offsets = sent.filter(isOffset).map(({ key, value }) => [key, value] as const)
    this.ended.push({ how, records, offsets })
    this.#isOpen = false
    this.#from = this.sent.length
  }
}
