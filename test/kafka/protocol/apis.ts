import type { Api, ApiKey } from '../../../src/kafka/protocol/api.ts'
import { apiVersionsApi } from '../../../src/kafka/protocol/api-versions.ts'
import type { Codec } from '../../../src/kafka/protocol/codec.ts'
import { fetchApi } from '../../../src/kafka/protocol/fetch.ts'
import {
  deleteGroupsApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  txnOffsetCommitApi,
} from '../../../src/kafka/protocol/group-offsets.ts'
import {
  findCoordinatorApi,
  heartbeatApi,
  joinGroupApi,
  leaveGroupApi,
  syncGroupApi,
} from '../../../src/kafka/protocol/group.ts'
import { listOffsetsApi } from '../../../src/kafka/protocol/list-offsets.ts'
import { metadataApi } from '../../../src/kafka/protocol/metadata.ts'
import { offsetForLeaderEpochApi } from '../../../src/kafka/protocol/offset-for-leader-epoch.ts'
import { produceApi } from '../../../src/kafka/protocol/produce.ts'
import { saslAuthenticateApi, saslHandshakeApi } from '../../../src/kafka/protocol/sasl.ts'
import {
  addPartitionsToTxnApi,
  endTxnApi,
  initProducerIdApi,
} from '../../../src/kafka/protocol/transactions.ts'

/** Every message that is described by tables whole. */
export const tableApis: readonly Api<unknown, unknown>[] = [
  addPartitionsToTxnApi,
  apiVersionsApi,
  deleteGroupsApi,
  endTxnApi,
  fetchApi,
  findCoordinatorApi,
  heartbeatApi,
  initProducerIdApi,
  joinGroupApi,
  leaveGroupApi,
  listOffsetsApi,
  metadataApi,
  offsetCommitApi,
  offsetDeleteApi,
  offsetFetchApi,
  offsetForLeaderEpochApi,
  saslAuthenticateApi,
  saslHandshakeApi,
  syncGroupApi,
  txnOffsetCommitApi,
]

/** All of them: the request of Produce alone is written by hand. */
export const apis: readonly ApiKey[] = [...tableApis, produceApi]

/** One table: the request or the response of a message. */
export interface Table {
  /** As Kafka names it: `FetchResponse`. */
  readonly name: string
  readonly api: ApiKey
  readonly codec: Codec<unknown>
}

export const tables: readonly Table[] = [
  ...tableApis.flatMap((api): Table[] => [
    { name: `${api.name}Request`, api, codec: api.request },
    { name: `${api.name}Response`, api, codec: api.response },
  ]),
  { name: 'ProduceResponse', api: produceApi, codec: produceApi.response },
]

export function versionsOf({ minVersion, maxVersion }: ApiKey): number[] {
  return Array.from({ length: maxVersion - minVersion + 1 }, (_, i) => minVersion + i)
}
