import type { Api } from './api.ts'
import {
  array,
  bool,
  bytes,
  int16,
  int32,
  int8,
  nullableString,
  since,
  string,
  struct,
} from './codec.ts'
import type { ValueOf } from './codec.ts'

/** Kinds of coordinator that FindCoordinator knows. */
export const GROUP_COORDINATOR = 0
export const TRANSACTION_COORDINATOR = 1

const findCoordinatorRequest = struct({ key: string, keyType: int8 })
const findCoordinatorResponse = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullableString,
  nodeId: int32,
  host: string,
  port: int32,
})

/** One key a request: version 4 asks for many at once (KIP-699). */
export const findCoordinatorApi: Api<
  ValueOf<typeof findCoordinatorRequest>,
  ValueOf<typeof findCoordinatorResponse>
> = {
  key: 10,
  name: 'FindCoordinator',
  minVersion: 2,
  maxVersion: 3,
  flexibleFrom: 3,
  request: findCoordinatorRequest,
  response: findCoordinatorResponse,
}

const joinGroupRequest = struct({
  groupId: string,
  sessionTimeoutMs: int32,
  rebalanceTimeoutMs: int32,
  /** Empty at first: the broker answers MEMBER_ID_REQUIRED with the id to come back with (KIP-394). */
  memberId: string,
  groupInstanceId: nullableString,
  /** `consumer` or `connect`. */
  protocolType: string,
  protocols: array(struct({ name: string, metadata: bytes })),
  reason: since(8, nullableString, null),
})
const joinGroupResponse = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  generationId: int32,
  protocolType: since(7, nullableString, null),
  protocolName: nullableString,
  leader: string,
  /** The leader must not assign: a static member came back and nothing has changed (KIP-814). */
  skipAssignment: since(9, bool, false),
  memberId: string,
  members: array(struct({ memberId: string, groupInstanceId: nullableString, metadata: bytes })),
})

export type JoinGroupRequest = ValueOf<typeof joinGroupRequest>
export type JoinGroupResponse = ValueOf<typeof joinGroupResponse>

/** Version 5 has static membership (KIP-345). */
export const joinGroupApi: Api<JoinGroupRequest, JoinGroupResponse> = {
  key: 11,
  name: 'JoinGroup',
  minVersion: 5,
  maxVersion: 9,
  flexibleFrom: 6,
  request: joinGroupRequest,
  response: joinGroupResponse,
}

const syncGroupRequest = struct({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: nullableString,
  protocolType: since(5, nullableString, null),
  protocolName: since(5, nullableString, null),
  assignments: array(struct({ memberId: string, assignment: bytes })),
})
const syncGroupResponse = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  protocolType: since(5, nullableString, null),
  protocolName: since(5, nullableString, null),
  assignment: bytes,
})

export type SyncGroupRequest = ValueOf<typeof syncGroupRequest>
export type SyncGroupResponse = ValueOf<typeof syncGroupResponse>

export const syncGroupApi: Api<SyncGroupRequest, SyncGroupResponse> = {
  key: 14,
  name: 'SyncGroup',
  minVersion: 3,
  maxVersion: 5,
  flexibleFrom: 4,
  request: syncGroupRequest,
  response: syncGroupResponse,
}

const heartbeatRequest = struct({
  groupId: string,
  generationId: int32,
  memberId: string,
  groupInstanceId: nullableString,
})
const heartbeatResponse = struct({ throttleTimeMs: int32, errorCode: int16 })

export const heartbeatApi: Api<
  ValueOf<typeof heartbeatRequest>,
  ValueOf<typeof heartbeatResponse>
> = {
  key: 12,
  name: 'Heartbeat',
  minVersion: 3,
  maxVersion: 4,
  flexibleFrom: 4,
  request: heartbeatRequest,
  response: heartbeatResponse,
}

const leaveGroupRequest = struct({
  groupId: string,
  members: array(
    struct({
      memberId: string,
      groupInstanceId: nullableString,
      reason: since(5, nullableString, null),
    }),
  ),
})
const leaveGroupResponse = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  members: array(struct({ memberId: string, groupInstanceId: nullableString, errorCode: int16 })),
})

export const leaveGroupApi: Api<
  ValueOf<typeof leaveGroupRequest>,
  ValueOf<typeof leaveGroupResponse>
> = {
  key: 13,
  name: 'LeaveGroup',
  minVersion: 3,
  maxVersion: 5,
  flexibleFrom: 4,
  request: leaveGroupRequest,
  response: leaveGroupResponse,
}
