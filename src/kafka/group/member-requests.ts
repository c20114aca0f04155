import { request } from '../protocol/api.ts'
import { brokerError, ErrorCode } from '../protocol/errors.ts'
import { heartbeatApi, leaveGroupApi } from '../protocol/group.ts'
import type { GroupCoordinator } from './coordinator.ts'
import type { MemberOptions } from './group-options.ts'
import type { Generation } from './join-exchange.ts'

/** One heartbeat; gives the error code. */
export async function heartbeat(
  parts: { readonly coordinator: GroupCoordinator; readonly options: MemberOptions },
  { id, memberId }: Generation,
  signal: AbortSignal,
): Promise<number> {
  const { groupId, groupInstanceId, sessionTimeoutMs } = parts.options
  const body = { groupId, generationId: id, memberId, groupInstanceId }
  const asked = request(heartbeatApi, body, { timeoutMs: sessionTimeoutMs })
  return (await parts.coordinator.send(asked, signal)).errorCode
}

/** Takes a member out of its group, so that the others need not wait for its session to end. */
export async function leaveGroup(
  coordinator: GroupCoordinator,
  groupId: string,
  memberId: string,
  signal: AbortSignal,
): Promise<void> {
  const members = [{ memberId, groupInstanceId: null, reason: null }]
  const answer = await coordinator.send(request(leaveGroupApi, { groupId, members }), signal)
  const code = answer.errorCode || (answer.members[0]?.errorCode ?? ErrorCode.NONE)
  if (code === ErrorCode.NONE || code === ErrorCode.UNKNOWN_MEMBER_ID) return
  throw brokerError(code, `Cannot leave group ${groupId}`)
}
