import type { WireRequest } from './api.ts'
import type { Api } from './api.ts'
import { request } from './api.ts'
import {
  array,
  int16,
  int32,
  int64,
  int8,
  nullableArray,
  nullableString,
  recordsView,
  safeInt64,
  since,
  string,
  struct,
  tagged,
} from './codec.ts'
import type { ValueOf } from './codec.ts'

const requestBody = struct({
  clusterId: tagged(0, 12, nullableString, null),
  replicaId: int32,
  maxWaitMs: int32,
  minBytes: int32,
  maxBytes: int32,
  /** 0 read_uncommitted, 1 read_committed. */
  isolationLevel: int8,
  sessionId: int32,
  sessionEpoch: int32,
  topics: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          partition: int32,
          currentLeaderEpoch: int32,
          fetchOffset: safeInt64,
          lastFetchedEpoch: since(12, int32, -1),
          logStartOffset: safeInt64,
          partitionMaxBytes: int32,
        }),
      ),
    }),
  ),
  forgottenTopicsData: array(struct({ topic: string, partitions: array(int32) })),
  rackId: string,
})

const epochEnd = struct({ epoch: int32, endOffset: safeInt64 })
const leader = struct({ leaderId: int32, leaderEpoch: int32 })
const NO_LEADER = { leaderId: -1, leaderEpoch: -1 }

const responseBody = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  sessionId: int32,
  topics: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          partition: int32,
          errorCode: int16,
          highWatermark: safeInt64,
          lastStableOffset: safeInt64,
          logStartOffset: safeInt64,
          divergingEpoch: tagged(0, 12, epochEnd, { epoch: -1, endOffset: -1 }),
          currentLeader: tagged(1, 12, leader, NO_LEADER),
          abortedTransactions: nullableArray(struct({ producerId: int64, firstOffset: safeInt64 })),
          preferredReadReplica: int32,
          /** A view of `frame`; its last batch may be cut off. */
          records: recordsView,
        }),
      ),
    }),
  ),
})

type FetchRequestBody = ValueOf<typeof requestBody>

/** The answer's parts, and the frame that its record sets are views of. */
export type FetchResponse = ValueOf<typeof responseBody> & { readonly frame: Buffer }

/** Version 11 has the rack (KIP-392), 12 is flexible and the last with topic names. */
export const fetchApi: Api<FetchRequestBody, ValueOf<typeof responseBody>> = {
  key: 1,
  name: 'Fetch',
  minVersion: 11,
  maxVersion: 12,
  flexibleFrom: 12,
  request: requestBody,
  response: responseBody,
}

export interface FetchOptions {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly isolationLevel: 0 | 1
  readonly topics: FetchRequestBody['topics']
  readonly rackId?: string
  readonly timeoutMs?: number
}

/**
 * A full fetch (no session: id 0, epoch -1). The record sets of the answer are views of `frame`, a buffer that
 * belongs to the caller: give it back to the client's frame pool once no view is used any more.
 */
export function fetchRequest(options: FetchOptions): WireRequest<FetchResponse> {
  const { rackId = '', timeoutMs, ...asked } = options
  const body: FetchRequestBody = {
    clusterId: null,
    replicaId: -1,
    ...asked,
    sessionId: 0,
    sessionEpoch: -1,
    forgottenTopicsData: [],
    rackId,
  }
  const plain = request(fetchApi, body)
  return {
    api: fetchApi,
    ...(timeoutMs !== undefined && { timeoutMs }),
    keepsFrame: true,
    encode: (version) => plain.encode(version),
    decode: (from, version) => ({ ...plain.decode(from, version), frame: from.buffer }),
  }
}
