import type { TopicPartition } from '../../api/topic-partition.ts'
import { readClientConfig } from '../../config/client-values.ts'
import { isRetriable } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import { intOf } from '../config-values.ts'
import { CoordinatorLink } from '../group/coordinator.ts'
import { limited } from '../group/limited.ts'
import { backoffMs } from '../net/backoff.ts'
import { clientOptions } from '../net/client-options.ts'
import { KafkaClient } from '../net/client.ts'
import { request } from '../protocol/api.ts'
import type { WireRequest } from '../protocol/api.ts'
import { brokerError, codeOf, ErrorCode } from '../protocol/errors.ts'
import {
  deleteGroupsApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
} from '../protocol/group-offsets.ts'
import type { OffsetCommitResponse } from '../protocol/group-offsets.ts'
import { byTopic, partitionText } from '../topic-partitions.ts'
import type { ClientConfig } from '../types.ts'

/** What a group has committed for one partition. */
export interface GroupOffset extends TopicPartition {
  readonly offset: number
}

/**
 * The committed offsets of consumer groups, seen and changed from outside. Connects for each call and closes the
 * connection after it. While the coordinator moves or cannot be reached it is asked again, for `default.api.timeout.ms`;
 * what else a broker refuses is an error with its code.
 */
export interface GroupAdmin {
  /** Every offset that the group has committed; none for a group that is not there. */
  offsets(groupId: string, signal: AbortSignal): Promise<readonly GroupOffset[]>
  /**
   * Commits offsets for a group without members, which need not be there. Nothing is committed where one of the
   * partitions does not exist.
   */
  commit(groupId: string, offsets: readonly GroupOffset[], signal: AbortSignal): Promise<void>
  /** Forgets offsets of a group that does not subscribe to their topics. */
  deleteOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    signal: AbortSignal,
  ): Promise<void>
  /** Deletes a group without members. False where there is none. */
  deleteGroup(groupId: string, signal: AbortSignal): Promise<boolean>
}

/** Under Kafka's configuration keys. Throws a ConfigError that names the key. */
export function createGroupAdmin(config: ClientConfig): GroupAdmin {
  readClientConfig('admin', config)
  const options = clientOptions(config)
  const limitMs = intOf(config, 'default.api.timeout.ms', 60_000)
  const use = async <T>(
    groupId: string,
    signal: AbortSignal,
    act: (group: Group) => Promise<T>,
  ): Promise<T> => {
    const client = new KafkaClient(options)
    try {
      const doing = `read or change the offsets of group ${groupId}`
      return await limited(limitMs, signal, doing, (limit) =>
        act(new Group(client, groupId, limit)),
      )
    } finally {
      await client.close()
    }
  }
  return {
    offsets: (groupId, signal) => use(groupId, signal, (group) => group.offsets()),
    commit: (groupId, offsets, signal) => use(groupId, signal, (group) => group.commit(offsets)),
    deleteOffsets: (groupId, partitions, signal) =>
      use(groupId, signal, (group) => group.deleteOffsets(partitions)),
    deleteGroup: (groupId, signal) => use(groupId, signal, (group) => group.delete()),
  }
}

/** An error code of an answer; `of` names the partition where it concerns one. */
interface Failure {
  readonly errorCode: number
  readonly of?: string
}

/** One group, over one client, for one call. */
class Group {
  readonly #client: KafkaClient
  readonly #id: string
  readonly #signal: AbortSignal
  readonly #coordinator: CoordinatorLink

  constructor(client: KafkaClient, id: string, signal: AbortSignal) {
    this.#client = client
    this.#id = id
    this.#signal = signal
    this.#coordinator = new CoordinatorLink(client, id, 'admin')
  }

  async offsets(): Promise<readonly GroupOffset[]> {
    const doing = `list the offsets of group ${this.#id}`
    const body = { groupId: this.#id, topics: null, requireStable: false }
    const { topics } = await this.#ask(doing, request(offsetFetchApi, body), (answer) => [
      { errorCode: answer.errorCode },
    ])
    return topics.flatMap(({ name: topic, partitions }) =>
      partitions.flatMap(({ partitionIndex: partition, committedOffset: offset, errorCode }) =>
        errorCode === ErrorCode.NONE && offset >= 0 ? [{ topic, partition, offset }] : [],
      ),
    )
  }

  async commit(offsets: readonly GroupOffset[]): Promise<void> {
    const doing = `alter the offsets of group ${this.#id}`
    await this.#checkPartitions(doing, offsets)
    const topics = Array.from(byTopic(offsets), ([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: -1,
        committedMetadata: '',
      })),
    }))
    // Neither a generation nor a member: the coordinator takes it only while the group has no members.
    const outside = { generationId: -1, memberId: '', groupInstanceId: null }
    const body = { groupId: this.#id, ...outside, topics }
    await this.#ask(doing, request(offsetCommitApi, body), (answer) => partitionFailures(answer))
  }

  async deleteOffsets(partitions: readonly TopicPartition[]): Promise<void> {
    const doing = `delete offsets of group ${this.#id}`
    const topics = Array.from(byTopic(partitions), ([name, each]) => ({
      name,
      partitions: each.map(({ partition }) => ({ partitionIndex: partition })),
    }))
    const asked = request(offsetDeleteApi, { groupId: this.#id, topics })
    await this.#ask(doing, asked, (answer) => [
      { errorCode: answer.errorCode },
      ...partitionFailures(answer),
    ])
  }

  async delete(): Promise<boolean> {
    const asked = request(deleteGroupsApi, { groupsNames: [this.#id] })
    const { results } = await this.#ask(`delete group ${this.#id}`, asked, (answer) =>
      answer.results.filter(({ errorCode }) => errorCode !== ErrorCode.GROUP_ID_NOT_FOUND),
    )
    return results.every(({ errorCode }) => errorCode === ErrorCode.NONE)
  }

  /** Invariant 5: a commit with one unknown partition would commit the others. */
  async #checkPartitions(doing: string, partitions: readonly TopicPartition[]): Promise<void> {
    const topics = new Set(partitions.map(({ topic }) => topic))
    await this.#retrying(() => this.#client.metadata.refresh([...topics], this.#signal))
    for (const each of partitions) {
      const known = this.#client.metadata.topic(each.topic)
      if (known?.partitions[each.partition] !== undefined) continue
      const code = known?.errorCode ?? ErrorCode.NONE
      throw brokerError(
        code === ErrorCode.NONE ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : code,
        `Cannot ${doing}: ${partitionText(each)}`,
      )
    }
  }

  /** Throws the first failure. */
  async #ask<R>(
    doing: string,
    asked: WireRequest<R>,
    failuresOf: (answer: R) => readonly Failure[],
  ): Promise<R> {
    return this.#retrying(async () => {
      const answer = await this.#coordinator.send(asked, this.#signal)
      const failure = failuresOf(answer).find(({ errorCode }) => errorCode !== ErrorCode.NONE)
      if (failure === undefined) return answer
      const { errorCode, of } = failure
      if (ofCoordinator.has(errorCode)) this.#coordinator.forget()
      throw brokerError(errorCode, `Cannot ${doing}${of === undefined ? '' : `: ${of}`}`)
    })
  }

  async #retrying<T>(act: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await act()
      } catch (error) {
        this.#signal.throwIfAborted()
        if (!isPassing(error)) throw error
      }
      await delay(backoffMs(this.#client.options.retryBackoff, failures), this.#signal)
    }
  }
}

/** Whether there was no answer, or one that says that the coordinator is not ready or is another broker. */
function isPassing(error: unknown): boolean {
  const code = codeOf(error)
  return code === undefined ? isRetriable(error) : ofCoordinator.has(code)
}

const ofCoordinator = new Set<number>([
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
])

function partitionFailures({ topics }: Pick<OffsetCommitResponse, 'topics'>): Failure[] {
  return topics.flatMap(({ name: topic, partitions }) =>
    partitions.map(({ partitionIndex: partition, errorCode }) => ({
      errorCode,
      of: partitionText({ topic, partition }),
    })),
  )
}
