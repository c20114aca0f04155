import type { TopicPartition } from '../../src/api/topic-partition.ts'
import { brokerError, ErrorCode } from '../../src/kafka/protocol/errors.ts'
import { partitionText } from '../../src/kafka/topic-partitions.ts'
import type { SinkGroup } from '../../src/worker/sink-offsets.ts'

type Offset = TopicPartition & { readonly offset: number }

/** Consumer groups without a broker, which refuse what one refuses. */
export class FakeGroups {
  /** The topics there are, with one partition each; of every group. */
  readonly topics = new Set<string>()
  /** Groups that have members. */
  readonly held = new Set<string>()
  readonly #offsets = new Map<string, Map<string, Offset>>()

  of(group: string): SinkGroup {
    return {
      offsets: () => Promise.resolve([...(this.#offsets.get(group)?.values() ?? [])]),
      commit: (offsets) => this.#answer(group, offsets, () => this.#commit(group, offsets)),
      deleteOffsets: (partitions) =>
        this.#answer(group, partitions, () => {
          for (const each of partitions) this.#offsets.get(group)?.delete(partitionText(each))
        }),
      delete: () => this.#answer(group, [], () => this.#offsets.delete(group)),
    }
  }

  #commit(group: string, offsets: readonly Offset[]): void {
    const known = this.#offsets.get(group) ?? new Map<string, Offset>()
    for (const each of offsets) known.set(partitionText(each), each)
    this.#offsets.set(group, known)
  }

  #answer(group: string, partitions: readonly TopicPartition[], act: () => unknown): Promise<void> {
    const unknown = partitions.find(
      ({ topic, partition }) => partition !== 0 || !this.topics.has(topic),
    )
    if (this.held.has(group)) {
      return Promise.reject(brokerError(ErrorCode.UNKNOWN_MEMBER_ID, 'Cannot do it'))
    }
    if (unknown) {
      return Promise.reject(brokerError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'Cannot do it'))
    }
    act()
    return Promise.resolve()
  }
}
