import type { Api, WireRequest } from './api.ts'
import { decodeBody } from './api.ts'
import { ByteWriter } from './byte-writer.ts'
import {
  array,
  int16,
  int32,
  nullableString,
  safeInt64,
  since,
  string,
  struct,
  tagged,
} from './codec.ts'
import type { ValueOf } from './codec.ts'

const responseBody = struct({
  topics: array(
    struct({
      topic: string,
      partitions: array(
        struct({
          partition: int32,
          errorCode: int16,
          /** Offset of the batch's first record; -1 where the broker does not say. */
          baseOffset: safeInt64,
          logAppendTimeMs: safeInt64,
          logStartOffset: safeInt64,
          recordErrors: since(8, array(struct({ batchIndex: int32, message: nullableString })), []),
          errorMessage: since(8, nullableString, null),
          /** On NOT_LEADER_OR_FOLLOWER: who leads now (KIP-951). */
          currentLeader: tagged(0, 10, struct({ leaderId: int32, leaderEpoch: int32 }), {
            leaderId: -1,
            leaderEpoch: -1,
          }),
        }),
      ),
    }),
  ),
  throttleTimeMs: int32,
  nodeEndpoints: tagged(
    0,
    10,
    array(struct({ nodeId: int32, host: string, port: int32, rack: nullableString })),
    [],
  ),
})

export type ProduceResponse = ValueOf<typeof responseBody>

/**
 * Version 7 has zstd, 9 is flexible. 12 may be spoken in transactions of TV2 alone (KIP-890), 13 has topic ids. The
 * request is written by {@link produceRequest}.
 */
export const produceApi: Omit<Api<never, ProduceResponse>, 'request'> = {
  key: 0,
  name: 'Produce',
  minVersion: 7,
  maxVersion: 12,
  flexibleFrom: 9,
  response: responseBody,
}
/** Outside transactions, and in those of TV1. */
export const PRODUCE_MAX_VERSION = 11

/** The record set of one partition, in parts (a compressed batch has its header and its payload). */
export interface ProducePartition {
  readonly partition: number
  readonly records: readonly Uint8Array[]
}

export interface ProduceTopic {
  readonly topic: string
  readonly partitions: readonly ProducePartition[]
}

export interface ProduceOptions {
  readonly transactionalId: string | null
  /** -1: all in-sync replicas; 1: the leader; 0: no answer at all. */
  readonly acks: -1 | 0 | 1
  /** How long the leader may wait for its replicas. */
  readonly brokerTimeoutMs: number
  readonly topics: readonly ProduceTopic[]
  /** 12 in a transaction of TV2. */
  readonly maxVersion?: number
}

/** Written by hand: the record sets are sent from where they lie, between the small parts that name them. */
export function produceRequest(options: ProduceOptions): WireRequest<ProduceResponse> {
  const { maxVersion = PRODUCE_MAX_VERSION } = options
  return {
    api: produceApi,
    maxVersion,
    ...(options.acks === 0 && { oneWay: () => NO_RESPONSE }),
    encode: (version) => encodeProduce(options, version),
    decode: (from, version) => decodeBody(produceApi, responseBody, from, version),
  }
}

const NO_RESPONSE: ProduceResponse = { topics: [], throttleTimeMs: 0, nodeEndpoints: [] }

function encodeProduce(options: ProduceOptions, version: number): readonly Uint8Array[] {
  const frame = new PartsWriter(version >= produceApi.flexibleFrom)
  const { writer } = frame
  nullableString.write(writer, options.transactionalId, version)
  writer.int16(options.acks)
  writer.int32(options.brokerTimeoutMs)
  writer.length(options.topics.length, 4)
  for (const { topic, partitions } of options.topics) {
    string.write(writer, topic, version)
    writer.length(partitions.length, 4)
    for (const { partition, records } of partitions) {
      writer.int32(partition)
      writer.length(sizeOf(records), 4)
      frame.splice(records)
      frame.endStruct()
    }
    frame.endStruct()
  }
  frame.endStruct()
  return frame.parts()
}

/** A message whose large byte fields stay where they are. */
class PartsWriter {
  readonly writer = new ByteWriter()
  readonly #cuts: { readonly at: number; readonly parts: readonly Uint8Array[] }[] = []

  constructor(flexible: boolean) {
    this.writer.flexible = flexible
  }

  splice(parts: readonly Uint8Array[]): void {
    this.#cuts.push({ at: this.writer.position, parts })
  }

  /** The empty section of tagged fields at the end of every struct of a flexible version. */
  endStruct(): void {
    if (this.writer.flexible) this.writer.uvarint(0)
  }

  parts(): readonly Uint8Array[] {
    const all: Uint8Array[] = []
    let start = 0
    for (const { at, parts } of this.#cuts) {
      all.push(this.writer.view(start, at))
      for (const part of parts) all.push(part)
      start = at
    }
    if (start < this.writer.position) all.push(this.writer.view(start))
    return all
  }
}

function sizeOf(parts: readonly Uint8Array[]): number {
  let size = 0
  for (const part of parts) size += part.length
  return size
}
