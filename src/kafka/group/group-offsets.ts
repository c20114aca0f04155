import type { TopicPartition } from '../../api/topic-partition.ts'
import { isRetriable } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import { backoffMs } from '../net/backoff.ts'
import type { Backoff } from '../net/backoff.ts'
import { request } from '../protocol/api.ts'
import { brokerError, ErrorCode, isRetriableCode } from '../protocol/errors.ts'
import { offsetCommitApi, offsetFetchApi } from '../protocol/group-offsets.ts'
import type { OffsetFetchResponse } from '../protocol/group-offsets.ts'
import { byTopic, partitionText } from '../topic-partitions.ts'
import type { GroupCoordinator } from './coordinator.ts'
import type { MemberOptions } from './group-options.ts'
import type { Generation } from './join-exchange.ts'
import { CommitFailedError } from './errors.ts'
import { limited } from './limited.ts'
import type { Membership } from './membership.ts'

export interface CommittedOffset extends TopicPartition {
  readonly offset: number
  readonly metadata?: string
}

export interface GroupOffsetsParts {
  readonly coordinator: GroupCoordinator
  readonly options: MemberOptions & { readonly apiTimeoutMs: number }
  readonly retryBackoff: Backoff
}

/**
 * Commits offsets in the generation in force (invariant 4: a later one makes the coordinator refuse them). Tries
 * again for `default.api.timeout.ms` while the coordinator cannot be reached or moves; then, and where the
 * group is rebalanced, rejects with a RetriableError; with a CommitFailedError where the generation is over.
 */
export async function commitOffsets(
  parts: GroupOffsetsParts,
  membership: Membership,
  offsets: readonly CommittedOffset[],
  signal: AbortSignal,
): Promise<void> {
  if (offsets.length === 0) return
  const { apiTimeoutMs, groupId } = parts.options
  await limited(apiTimeoutMs, signal, `commit the offsets of group ${groupId}`, (limit) =>
    commitUntilDone(parts, membership, offsets, limit),
  )
}

async function commitUntilDone(
  parts: GroupOffsetsParts,
  membership: Membership,
  offsets: readonly CommittedOffset[],
  signal: AbortSignal,
): Promise<void> {
  // The offsets are those of this generation: in a later one the partitions may be another member's (invariant 4).
  const generation = membership.committing()
  for (let failures = 1; ; failures++) {
    if (membership.committing() !== generation) {
      throw new CommitFailedError(
        `The generation of group ${parts.options.groupId} that the offsets belong to has ended. What they cover is read again.`,
      )
    }
    try {
      const error = await commitOnce(parts, membership, { generation, offsets }, signal)
      if (error === null) return
      throw error
    } catch (error) {
      signal.throwIfAborted()
      if (!isRetriable(error) || membership.mustJoin) throw error
    }
    await delay(backoffMs(parts.retryBackoff, failures), signal)
  }
}

interface Commit {
  readonly generation: Generation
  readonly offsets: readonly CommittedOffset[]
}

/** The first error of a partition, or null. */
async function commitOnce(
  { coordinator, options }: GroupOffsetsParts,
  membership: Membership,
  { generation, offsets }: Commit,
  signal: AbortSignal,
): Promise<Error | null> {
  const topics = Array.from(byTopic(offsets), ([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition, offset, metadata }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: -1,
      committedMetadata: metadata ?? '',
    })),
  }))
  const { groupId, groupInstanceId } = options
  const { id: generationId, memberId } = generation
  const body = { groupId, generationId, memberId, groupInstanceId, topics }
  const answer = await coordinator.send(request(offsetCommitApi, body), signal)
  for (const { name, partitions } of answer.topics) {
    for (const { partitionIndex, errorCode } of partitions) {
      if (errorCode === ErrorCode.NONE) continue
      const what = partitionText({ topic: name, partition: partitionIndex })
      return isOfGroup(errorCode)
        ? membership.heard(errorCode, generation)
        : brokerError(errorCode, `Group ${groupId} cannot commit the offset of ${what}`)
    }
  }
  return null
}

/** Codes that say something of the member or of the coordinator, and not of the partition. */
function isOfGroup(code: number): boolean {
  return groupCodes.has(code)
}

const groupCodes = new Set<number>([
  ErrorCode.REBALANCE_IN_PROGRESS,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.FENCED_INSTANCE_ID,
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.NOT_COORDINATOR,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.GROUP_AUTHORIZATION_FAILED,
])

/** Where a group is to go on, and the epoch of the leader that wrote what stands before it; -1 where nobody told. */
export interface CommittedPosition {
  readonly offset: number
  readonly leaderEpoch: number
}

/** What is committed for `partitions`, by `topic-partition`; those left out have nothing. Waits as long as it takes. */
export async function fetchOffsets(
  parts: GroupOffsetsParts,
  partitions: readonly TopicPartition[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CommittedPosition>> {
  for (let failures = 1; ; failures++) {
    try {
      return await fetchOnce(parts, partitions, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!isRetriable(error)) throw error
      await delay(backoffMs(parts.retryBackoff, failures), signal)
    }
  }
}

async function fetchOnce(
  { coordinator, options: { groupId } }: GroupOffsetsParts,
  partitions: readonly TopicPartition[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CommittedPosition>> {
  const topics = Array.from(byTopic(partitions), ([name, each]) => ({
    name,
    partitionIndexes: each.map(({ partition }) => partition),
  }))
  const body = { groupId, topics, requireStable: true }
  const answer = await coordinator.send(request(offsetFetchApi, body), signal)
  if (isLost(answer.errorCode)) coordinator.forget()
  if (answer.errorCode !== ErrorCode.NONE) throw refusal(groupId, answer.errorCode)
  return committedOf(groupId, answer)
}

function committedOf(
  groupId: string,
  answer: OffsetFetchResponse,
): ReadonlyMap<string, CommittedPosition> {
  const committed = new Map<string, CommittedPosition>()
  for (const { name: topic, partitions } of answer.topics) {
    for (const { partitionIndex: partition, committedOffset, ...each } of partitions) {
      if (each.errorCode !== ErrorCode.NONE) throw refusal(groupId, each.errorCode)
      if (committedOffset < 0) continue
      const position = { offset: committedOffset, leaderEpoch: each.committedLeaderEpoch }
      committed.set(partitionText({ topic, partition }), position)
    }
  }
  return committed
}

function isLost(code: number): boolean {
  return isRetriableCode(code) && code !== ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
}

function refusal(groupId: string, code: number): Error {
  return brokerError(code, `Cannot read the offsets of group ${groupId}`)
}
