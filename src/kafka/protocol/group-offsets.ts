import type { Api } from './api.ts'
import {
  array,
  bool,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  safeInt64,
  since,
  string,
  struct,
} from './codec.ts'
import type { ValueOf } from './codec.ts'

const committed = struct({
  partitionIndex: int32,
  committedOffset: safeInt64,
  committedLeaderEpoch: int32,
  committedMetadata: nullableString,
})
const errors = array(
  struct({
    name: string,
    partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
  }),
)

const offsetCommitRequest = struct({
  groupId: string,
  /** -1 outside a group. */
  generationId: int32,
  memberId: string,
  groupInstanceId: nullableString,
  topics: array(struct({ name: string, partitions: array(committed) })),
})
const offsetCommitResponse = struct({ throttleTimeMs: int32, topics: errors })

export type OffsetCommitRequest = ValueOf<typeof offsetCommitRequest>
export type OffsetCommitResponse = ValueOf<typeof offsetCommitResponse>

/** Version 7 has static membership, 8 is flexible. */
export const offsetCommitApi: Api<OffsetCommitRequest, OffsetCommitResponse> = {
  key: 8,
  name: 'OffsetCommit',
  minVersion: 7,
  maxVersion: 9,
  flexibleFrom: 8,
  request: offsetCommitRequest,
  response: offsetCommitResponse,
}

const offsetFetchRequest = struct({
  groupId: string,
  /** Null: every partition with a committed offset. */
  topics: nullableArray(struct({ name: string, partitionIndexes: array(int32) })),
  /** Answer UNSTABLE_OFFSET_COMMIT while a transaction holds offsets of the group (KIP-447). */
  requireStable: since(7, bool, false),
})
const offsetFetchResponse = struct({
  throttleTimeMs: int32,
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          /** -1 where none is committed. */
          committedOffset: safeInt64,
          committedLeaderEpoch: int32,
          metadata: nullableString,
          errorCode: int16,
        }),
      ),
    }),
  ),
  errorCode: int16,
})

export type OffsetFetchResponse = ValueOf<typeof offsetFetchResponse>

/** One group a request: version 8 asks for many at once (KIP-709). */
export const offsetFetchApi: Api<ValueOf<typeof offsetFetchRequest>, OffsetFetchResponse> = {
  key: 9,
  name: 'OffsetFetch',
  minVersion: 5,
  maxVersion: 7,
  flexibleFrom: 6,
  request: offsetFetchRequest,
  response: offsetFetchResponse,
}

const txnOffsetCommitRequest = struct({
  transactionalId: string,
  groupId: string,
  producerId: int64,
  producerEpoch: int16,
  generationId: int32,
  memberId: string,
  groupInstanceId: nullableString,
  topics: array(struct({ name: string, partitions: array(committed) })),
})
const txnOffsetCommitResponse = struct({ throttleTimeMs: int32, topics: errors })

/** Offsets of a group inside a transaction (KIP-447). */
export const txnOffsetCommitApi: Api<
  ValueOf<typeof txnOffsetCommitRequest>,
  ValueOf<typeof txnOffsetCommitResponse>
> = {
  key: 28,
  name: 'TxnOffsetCommit',
  minVersion: 3,
  maxVersion: 3,
  flexibleFrom: 3,
  request: txnOffsetCommitRequest,
  response: txnOffsetCommitResponse,
}

const offsetDeleteRequest = struct({
  groupId: string,
  topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32 })) })),
})
const offsetDeleteResponse = struct({ errorCode: int16, throttleTimeMs: int32, topics: errors })

/** Forgets single offsets of a group (KIP-496). */
export const offsetDeleteApi: Api<
  ValueOf<typeof offsetDeleteRequest>,
  ValueOf<typeof offsetDeleteResponse>
> = {
  key: 47,
  name: 'OffsetDelete',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: Number.MAX_SAFE_INTEGER,
  request: offsetDeleteRequest,
  response: offsetDeleteResponse,
}

const deleteGroupsRequest = struct({ groupsNames: array(string) })
const deleteGroupsResponse = struct({
  throttleTimeMs: int32,
  results: array(struct({ groupId: string, errorCode: int16 })),
})

/** Deletes groups without members, with all their offsets (KIP-229). */
export const deleteGroupsApi: Api<
  ValueOf<typeof deleteGroupsRequest>,
  ValueOf<typeof deleteGroupsResponse>
> = {
  key: 42,
  name: 'DeleteGroups',
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  request: deleteGroupsRequest,
  response: deleteGroupsResponse,
}
