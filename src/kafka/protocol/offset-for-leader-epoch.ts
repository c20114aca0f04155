import type { Api } from './api.ts'
import { array, int16, int32, safeInt64, string, struct } from './codec.ts'
import type { ValueOf } from './codec.ts'

const requestBody = struct({
  /** -1 for a consumer. */
  replicaId: int32,
  topics: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          partition: int32,
          currentLeaderEpoch: int32,
          /** The epoch whose end is asked for. */
          leaderEpoch: int32,
        }),
      ),
    }),
  ),
})

const responseBody = struct({
  throttleTimeMs: int32,
  topics: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          errorCode: int16,
          partition: int32,
          /** The largest epoch of the log that is not above the one asked for, and the offset after it; -1 for none. */
          leaderEpoch: int32,
          endOffset: safeInt64,
        }),
      ),
    }),
  ),
})

export type OffsetForLeaderEpochRequest = ValueOf<typeof requestBody>
export type OffsetForLeaderEpochResponse = ValueOf<typeof responseBody>

/** Where an epoch ends in the log of the leader (KIP-320). Version 3 may be asked by consumers, 4 is flexible. */
export const offsetForLeaderEpochApi: Api<
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse
> = {
  key: 23,
  name: 'OffsetForLeaderEpoch',
  minVersion: 3,
  maxVersion: 4,
  flexibleFrom: 4,
  request: requestBody,
  response: responseBody,
}
