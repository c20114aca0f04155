import type { Api } from './api.ts'
import { array, bool, int16, int32, int64, nullableString, since, string, struct } from './codec.ts'
import type { ValueOf } from './codec.ts'

const initProducerIdRequest = struct({
  /** Null: an idempotent producer without transactions. */
  transactionalId: nullableString,
  transactionTimeoutMs: int32,
  /** With its epoch: the identity that asks for a higher epoch (KIP-360); -1 for a new one. */
  producerId: since(3, int64, -1),
  producerEpoch: since(3, int16, -1),
})
const initProducerIdResponse = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  producerId: int64,
  producerEpoch: int16,
})

export type InitProducerIdResponse = ValueOf<typeof initProducerIdResponse>

export const initProducerIdApi: Api<
  ValueOf<typeof initProducerIdRequest>,
  InitProducerIdResponse
> = {
  key: 22,
  name: 'InitProducerId',
  minVersion: 1,
  maxVersion: 5,
  flexibleFrom: 2,
  request: initProducerIdRequest,
  response: initProducerIdResponse,
}

const addPartitionsRequest = struct({
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  topics: array(struct({ name: string, partitions: array(int32) })),
})
const addPartitionsResponse = struct({
  throttleTimeMs: int32,
  results: array(
    struct({
      name: string,
      partitions: array(struct({ partitionIndex: int32, errorCode: int16 })),
    }),
  ),
})

export type AddPartitionsToTxnResponse = ValueOf<typeof addPartitionsResponse>

/** Names the partitions of a transaction before their first record (TV1). From version 4 on it is between brokers. */
export const addPartitionsToTxnApi: Api<
  ValueOf<typeof addPartitionsRequest>,
  ValueOf<typeof addPartitionsResponse>
> = {
  key: 24,
  name: 'AddPartitionsToTxn',
  minVersion: 1,
  maxVersion: 3,
  flexibleFrom: 3,
  request: addPartitionsRequest,
  response: addPartitionsResponse,
}

const endTxnRequest = struct({
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  committed: bool,
})
const endTxnResponse = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  /** The identity to go on with (TV2: every end raises the epoch). */
  producerId: since(5, int64, -1),
  producerEpoch: since(5, int16, -1),
})

/** Commits or aborts. Version 5 may be spoken in transactions of TV2 alone (KIP-890): see `maxVersion` of a request. */
export const endTxnApi: Api<ValueOf<typeof endTxnRequest>, ValueOf<typeof endTxnResponse>> = {
  key: 26,
  name: 'EndTxn',
  minVersion: 1,
  maxVersion: 5,
  flexibleFrom: 3,
  request: endTxnRequest,
  response: endTxnResponse,
}
