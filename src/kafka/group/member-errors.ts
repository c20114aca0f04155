import { brokerError, ErrorCode, errorInfo } from '../protocol/errors.ts'
import { CommitFailedError, RebalanceInProgressError } from './errors.ts'
import type { MemberOptions } from './group-options.ts'

/** `Member of group orders`, as messages begin. */
export function memberLabel({ groupId }: MemberOptions): string {
  return `Member of group ${groupId}`
}

/** Offsets cannot be committed just now. */
export function rebalanceInProgress(options: MemberOptions): RebalanceInProgressError {
  return new RebalanceInProgressError(
    `${memberLabel(options)}: offsets cannot be committed while the group is being rebalanced. ` +
      'Commit again after the next poll.',
  )
}

/** Offsets cannot be committed any more. */
export function notAMember(options: MemberOptions): CommitFailedError {
  return new CommitFailedError(
    `${memberLabel(options)}: offsets cannot be committed, as it does not belong to the group any more: its partitions may ` +
      "be someone else's. Where this is because a batch takes long, raise max.poll.interval.ms or lower max.poll.records.",
  )
}

/** What the coordinator refuses a member for, and what to do about it. `doing` names what was asked. */
export function refusedMember(options: MemberOptions, code: number, doing: string): Error {
  const hint = hints[code]?.(options)
  const detail = hint === undefined ? null : `${errorInfo(code).message} ${hint}`
  return brokerError(code, doing, detail)
}

const hints: Readonly<Record<number, (options: MemberOptions) => string>> = {
  [ErrorCode.INVALID_SESSION_TIMEOUT]: ({ sessionTimeoutMs }) =>
    `session.timeout.ms is ${sessionTimeoutMs}: set one that the brokers allow.`,
  [ErrorCode.INCONSISTENT_GROUP_PROTOCOL]: () =>
    'Give its members a partition.assignment.strategy with an assignor that all of them have.',
  [ErrorCode.GROUP_MAX_SIZE_REACHED]: () =>
    'Lower tasks.max, or raise group.max.size of the brokers.',
  [ErrorCode.FENCED_INSTANCE_ID]: ({ groupInstanceId }) =>
    `Another member came with the group.instance.id ${groupInstanceId}: give each an id of its own.`,
  [ErrorCode.GROUP_AUTHORIZATION_FAILED]: () => 'Allow its principal to READ the group.',
}
