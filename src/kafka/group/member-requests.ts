import { asError } from '../../errors/connect-error.ts'
import { createLogger } from '../../util/logger.ts'
import { request } from '../protocol/api.ts'
import { brokerError, ErrorCode } from '../protocol/errors.ts'
import { heartbeatApi, leaveGroupApi } from '../protocol/group.ts'
import type { GroupCoordinator } from './coordinator.ts'
import type { MemberOptions } from './group-options.ts'
import type { Generation } from './join-exchange.ts'
import { limited } from './limited.ts'
import { memberLabel } from './member-errors.ts'

const log = createLogger('org.apache.kafka.clients.consumer.internals.ConsumerCoordinator')

/** How long leaving may take: the session ends by itself where it does not come through. */
const LEAVE_MS = 5000
const neverAborted = new AbortController().signal

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

/** Has a member leave within a limit of its own, where it has an id. A static one stays: it is expected back (KIP-345). Never rejects. */
export async function leaveInTime(
  coordinator: GroupCoordinator,
  options: MemberOptions,
  memberId: string,
): Promise<void> {
  const { groupId, groupInstanceId } = options
  if (memberId === '' || groupInstanceId !== null) return
  try {
    await limited(LEAVE_MS, neverAborted, `leave group ${groupId}`, (limit) =>
      leaveGroup(coordinator, groupId, memberId, limit),
    )
  } catch (error) {
    log.info(`${memberLabel(options)} could not leave: ${asError(error).message}`)
  }
}
