import type { Api } from './api.ts'
import {
  array,
  bool,
  int16,
  int32,
  nullableArray,
  nullableString,
  since,
  string,
  struct,
  uuid,
  ZERO_UUID,
} from './codec.ts'
import type { ValueOf } from './codec.ts'

const requestBody = struct({
  /** Null: all topics. */
  topics: nullableArray(struct({ topicId: since(10, uuid, ZERO_UUID), name: nullableString })),
  allowAutoTopicCreation: bool,
  includeClusterAuthorizedOperations: since(8, bool, false, 10),
  includeTopicAuthorizedOperations: since(8, bool, false),
})

const partition = struct({
  errorCode: int16,
  partitionIndex: int32,
  leaderId: int32,
  leaderEpoch: int32,
  replicaNodes: array(int32),
  isrNodes: array(int32),
  offlineReplicas: array(int32),
})

const responseBody = struct({
  throttleTimeMs: int32,
  brokers: array(struct({ nodeId: int32, host: string, port: int32, rack: nullableString })),
  clusterId: nullableString,
  controllerId: int32,
  topics: array(
    struct({
      errorCode: int16,
      name: nullableString,
      topicId: since(10, uuid, ZERO_UUID),
      isInternal: bool,
      partitions: array(partition),
      topicAuthorizedOperations: since(8, int32, -2147483648),
    }),
  ),
  clusterAuthorizedOperations: since(8, int32, -2147483648, 10),
  errorCode: since(13, int16, 0),
})

export type MetadataResponse = ValueOf<typeof responseBody>

/** Version 7 has the leader's epoch, 9 is flexible, 10 has topic ids, 13 an error for the whole. */
export const metadataApi: Api<ValueOf<typeof requestBody>, MetadataResponse> = {
  key: 3,
  name: 'Metadata',
  minVersion: 7,
  maxVersion: 13,
  flexibleFrom: 9,
  request: requestBody,
  response: responseBody,
}
