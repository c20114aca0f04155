import type { Api } from './api.ts'
import { array, int16, int32, int8, safeInt64, string, struct } from './codec.ts'
import type { ValueOf } from './codec.ts'

/** Times that ask for the end or the beginning of a partition. */
export const LATEST_TIMESTAMP = -1
export const EARLIEST_TIMESTAMP = -2

const requestBody = struct({
  replicaId: int32,
  /** 0 read_uncommitted: up to the high watermark; 1 read_committed: up to the last stable offset. */
  isolationLevel: int8,
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({ partitionIndex: int32, currentLeaderEpoch: int32, timestamp: safeInt64 }),
      ),
    }),
  ),
})

const responseBody = struct({
  throttleTimeMs: int32,
  topics: array(
    struct({
      name: string,
      partitions: array(
        struct({
          partitionIndex: int32,
          errorCode: int16,
          timestamp: safeInt64,
          offset: safeInt64,
          leaderEpoch: int32,
        }),
      ),
    }),
  ),
})

export type ListOffsetsRequest = ValueOf<typeof requestBody>
export type ListOffsetsResponse = ValueOf<typeof responseBody>

/** Version 4 has the leader's epoch, 6 is flexible. */
export const listOffsetsApi: Api<ListOffsetsRequest, ListOffsetsResponse> = {
  key: 2,
  name: 'ListOffsets',
  minVersion: 4,
  maxVersion: 7,
  flexibleFrom: 6,
  request: requestBody,
  response: responseBody,
}
