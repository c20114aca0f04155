/** A bug, put into the producer on purpose, that the model must find. `docs/delivery.md` lists them by name. */
export interface Break {
  readonly name: string
  /** In `file` each `find` stands exactly once. */
  readonly file: string
  readonly edits: readonly (readonly [find: string, replace: string])[]
}

const queue = 'src/kafka/producer/partition-queue.ts'

/**
 * What kafkajs 2.2.4 does: a batch without an answer gives its sequence back, the next one takes it, and the broker, which has
 * the first one, acknowledges the second as a duplicate. It is lost, and the first one written twice.
 */
export const sequenceGivenBack: Break = {
  name: 'a batch whose answer is lost gives its sequence back to the next one',
  file: queue,
  edits: [
    [
      'this.#queued.splice(at < 0 ? this.#queued.length : at, 0, ...parts)',
      'this.#queued.splice(at < -1 ? at : this.#queued.length, 0, ...parts)\n    this.#nextSequence -= batch.recordCount',
    ],
    ['if (!batch.stamped) {', 'if (!batch.stamped || batch.attempts > 0) {'],
  ],
}

export const otherBreaks: readonly Break[] = [
  {
    name: 'a batch that is sent again gets another sequence',
    file: queue,
    edits: [['if (!batch.stamped) {', 'if (!batch.stamped || batch.attempts > 0) {']],
  },
  {
    name: 'the second batch of a partition is sent before the broker knows the first',
    file: queue,
    edits: [['this.#knownId === this.#identity.producerId', 'this.#knownId !== undefined']],
  },
  {
    name: 'what is behind a batch that comes back is sent before it',
    file: queue,
    edits: [
      ['if (this.#broken || head.attempts > 0 ||', 'if (this.#broken ||'],
      ['other.order > batch.order', 'other.order < batch.order'],
    ],
  },
  {
    name: 'a transaction is committed though a record of it has failed',
    file: 'src/kafka/producer/transactions.ts',
    edits: [
      [
        '    if (this.#failure !== null) throw this.#failure\n    await this.#end(true',
        '    await this.#end(true',
      ],
    ],
  },
  {
    name: 'an abort does not wait for what is on its way',
    file: 'src/kafka/producer/kafka-producer.ts',
    edits: [
      ['await abortable(this.#sender.abandon(error), signal)', 'void this.#sender.abandon(error)'],
    ],
  },
]
