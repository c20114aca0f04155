import { request } from '../protocol/api.ts'
import { ErrorCode } from '../protocol/errors.ts'
import { joinGroupApi, syncGroupApi } from '../protocol/group.ts'
import type { JoinGroupResponse } from '../protocol/group.ts'
import { faultPoint } from '../../util/fault-point.ts'
import { thisMoment } from '../../util/moment.ts'
import type { Moment } from '../../util/moment.ts'
import type { GroupCoordinator } from './coordinator.ts'
import type { MemberOptions } from './group-options.ts'
import { refusedMember } from './member-errors.ts'

/** What the broker adds to the rebalance timeout before it gives up on an answer to JoinGroup. */
const JOIN_SLACK_MS = 5000

/** What members of a group say to each other through the coordinator: `consumer`, or `connect`. */
export interface GroupProtocol {
  readonly type: string
  /** The ways of assigning that this member knows, best first, each with what the leader must know of it. */
  protocols(generationId: number): readonly { readonly name: string; readonly metadata: Buffer }[]
  /** Decides, as the leader, what each member does. A member left out is told nothing; all are where the assignment stays. */
  assign(task: LeaderTask, signal: AbortSignal): Promise<ReadonlyMap<string, Buffer>>
}

/** All that the leader gets to decide by. */
export interface LeaderTask {
  readonly protocolName: string
  /** Of the generation that is being made. */
  readonly generationId: number
  readonly members: JoinGroupResponse['members']
  /** The assignment in force stays: a static member that leads came back, and nothing has changed (KIP-814). */
  readonly keepsAssignment: boolean
}

/** A generation of the group that this member belongs to. */
export interface Generation {
  readonly id: number
  readonly memberId: string
  readonly protocolName: string
  readonly isLeader: boolean
}

export interface JoinedGroup {
  readonly kind: 'joined'
  readonly generation: Generation
  readonly assignment: Buffer
  /** When the request was sent whose answer says that the group counts with this member. */
  readonly sentAt: Moment
}

/** How one JoinGroup and the SyncGroup after it went. `memberId` is the one to come back with. */
export type JoinOutcome =
  | JoinedGroup
  | {
      readonly kind: 'again'
      readonly memberId: string
      readonly atOnce: boolean
      readonly sentAt: Moment
    }
  /** The coordinator does not know the member, or its generation, any more. */
  | { readonly kind: 'lost'; readonly memberId: string }

export interface JoinParts {
  readonly coordinator: GroupCoordinator
  readonly protocol: GroupProtocol
  readonly options: MemberOptions
}

export interface JoiningMember {
  /** Empty for a new one. */
  readonly memberId: string
  /** Of what it holds; -1 for none. */
  readonly generationId: number
  /** Called with a new member's id as soon as it is given: from then on the group counts with it. */
  readonly onMemberId: (memberId: string) => void
}

/**
 * Joins once. Waits as long as the other members take to join. Rejects with what is not to be tried again, and with
 * what the connection ended in.
 */
export async function joinOnce(
  parts: JoinParts,
  member: JoiningMember,
  signal: AbortSignal,
): Promise<JoinOutcome> {
  let { memberId } = member
  faultPoint('group.join')
  let sentAt = thisMoment()
  let answer = await join(parts, { ...member, memberId }, signal)
  if (answer.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
    memberId = answer.memberId
    member.onMemberId(memberId)
    sentAt = thisMoment()
    answer = await join(parts, { ...member, memberId }, signal)
  }
  if (answer.errorCode !== ErrorCode.NONE) {
    return refused(parts, answer.errorCode, { memberId, sentAt })
  }
  faultPoint('group.joined')
  return await sync(parts, answer, signal)
}

function join(
  { coordinator, protocol, options }: JoinParts,
  { memberId, generationId }: JoiningMember,
  signal: AbortSignal,
): Promise<JoinGroupResponse> {
  const body = {
    groupId: options.groupId,
    sessionTimeoutMs: options.sessionTimeoutMs,
    rebalanceTimeoutMs: options.maxPollIntervalMs,
    memberId,
    groupInstanceId: options.groupInstanceId,
    protocolType: protocol.type,
    protocols: protocol.protocols(generationId),
    reason: null,
  }
  const timeoutMs = options.maxPollIntervalMs + JOIN_SLACK_MS
  return coordinator.send(request(joinGroupApi, body, { timeoutMs }), signal)
}

async function sync(
  parts: JoinParts,
  joined: JoinGroupResponse,
  signal: AbortSignal,
): Promise<JoinOutcome> {
  const { coordinator, protocol, options } = parts
  const { memberId, generationId: id, members } = joined
  const isLeader = joined.leader === memberId
  const protocolName = joined.protocolName ?? ''
  const keepsAssignment = joined.skipAssignment
  const task = { protocolName, generationId: id, members, keepsAssignment }
  const decided = isLeader ? await protocol.assign(task, signal) : new Map<string, Buffer>()
  const sentAt = thisMoment()
  const answer = await coordinator.send(
    request(syncGroupApi, {
      groupId: options.groupId,
      generationId: id,
      memberId,
      groupInstanceId: options.groupInstanceId,
      protocolType: protocol.type,
      protocolName,
      assignments: Array.from(decided, ([member, assignment]) => ({
        memberId: member,
        assignment,
      })),
    }),
    signal,
  )
  if (answer.errorCode !== ErrorCode.NONE) {
    return refused(parts, answer.errorCode, { memberId, sentAt })
  }
  const generation = { id, memberId, protocolName, isLeader }
  return { kind: 'joined', generation, assignment: answer.assignment, sentAt }
}

function refused(
  { coordinator, options }: JoinParts,
  code: number,
  { memberId, sentAt }: { readonly memberId: string; readonly sentAt: Moment },
): JoinOutcome {
  switch (code) {
    case ErrorCode.UNKNOWN_MEMBER_ID:
      return { kind: 'lost', memberId: '' }
    case ErrorCode.ILLEGAL_GENERATION:
      return { kind: 'lost', memberId }
    case ErrorCode.REBALANCE_IN_PROGRESS:
      return { kind: 'again', memberId, atOnce: true, sentAt }
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
      return { kind: 'again', memberId, atOnce: false, sentAt }
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.NOT_COORDINATOR:
      coordinator.forget()
      return { kind: 'again', memberId, atOnce: false, sentAt }
    default:
      throw refusedMember(options, code, `Cannot join group ${options.groupId}`)
  }
}
