import { ByteReader } from '../../../src/kafka/protocol/byte-reader.ts'
import { decodeBody } from '../../../src/kafka/protocol/api.ts'
import {
  array,
  int16,
  int32,
  nullableString,
  recordsView,
  string,
  struct,
} from '../../../src/kafka/protocol/codec.ts'
import { fetchApi } from '../../../src/kafka/protocol/fetch.ts'
import { produceApi } from '../../../src/kafka/protocol/produce.ts'
import {
  at as field,
  headerBytes,
  logOverheadBytes,
} from '../../../src/kafka/records/batch-format.ts'

/** The header of a request, as every version of it begins. */
export interface RequestHead {
  readonly api: number
  readonly version: number
  readonly correlationId: number
}

/** `frame` begins with its length. */
export function headOf(frame: Buffer): RequestHead {
  return {
    api: frame.readInt16BE(4),
    version: frame.readInt16BE(6),
    correlationId: frame.readInt32BE(8),
  }
}

const produceBody = struct({
  transactionalId: nullableString,
  acks: int16,
  timeoutMs: int32,
  topics: array(
    struct({
      topic: string,
      partitions: array(struct({ partition: int32, records: recordsView })),
    }),
  ),
})

/** The record sets of a Produce request, as views of its frame. */
export function recordSetsOf(frame: Buffer): Buffer[] {
  const { version } = headOf(frame)
  const from = new ByteReader(frame, 12)
  nullableString.read(from, version)
  from.flexible = version >= produceApi.flexibleFrom
  if (from.flexible) from.skip(1)
  const { topics } = produceBody.read(from, version)
  return topics.flatMap(({ partitions }) => partitions.flatMap(({ records }) => records ?? []))
}

/**
 * Alters the frame of a request in its place, so that the broker must notice: the records of a Produce request are below
 * a checksum; of another request only the key of the api cannot be taken for something else.
 */
export function corruptRequest(frame: Buffer, where: number): void {
  const { api } = headOf(frame)
  if (api !== produceApi.key) {
    frame.writeInt16BE(0x7f7f, 4)
    return
  }
  const sets = recordSetsOf(frame)
  const set = sets[Math.floor(where * sets.length)]
  if (set === undefined) return
  flipPayload(set, where)
}

/** Changes a byte of the records of the first batch of a set, which its checksum covers. */
function flipPayload(set: Buffer, where: number): void {
  const size = logOverheadBytes + set.readInt32BE(field.length) - headerBytes
  const position = headerBytes + Math.floor(where * size)
  set.writeUInt8(set.readUInt8(position) ^ 0x55, position)
}

/** Another frame for that of a response, of which a client must notice that it cannot be right. */
export function corruptedResponse(frame: Buffer, head: RequestHead, where: number): Buffer {
  const corrupted = Buffer.from(frame)
  const fetched = head.api === fetchApi.key ? wholeSetsOf(corrupted, head) : []
  const set = fetched[Math.floor(where * 2 * fetched.length)]
  if (set !== undefined) {
    flipPayload(set, where)
    return corrupted
  }
  switch (Math.floor(where * 4)) {
    case 0:
      corrupted.writeInt32BE(frame.readInt32BE(4) ^ 0x5a5a, 4)
      return corrupted
    case 1:
      corrupted.writeInt32BE(0x7fffffff, 0)
      return corrupted
    case 2:
      corrupted.writeInt32BE(-7, 0)
      return corrupted
    default: {
      const short = corrupted.subarray(0, 8 + ((frame.length - 8) >> 1))
      short.writeInt32BE(short.length - 4, 0)
      return short
    }
  }
}

/** The record sets of a Fetch response that begin with a whole batch. */
function wholeSetsOf(frame: Buffer, { version }: RequestHead): Buffer[] {
  const start = version >= fetchApi.flexibleFrom ? 9 : 8
  const body = decodeBody(fetchApi, fetchApi.response, new ByteReader(frame, start), version)
  const sets = body.topics.flatMap(({ partitions }) =>
    partitions.flatMap(({ records }) => records ?? []),
  )
  return sets.filter(
    (set) =>
      set.length > headerBytes && set.length >= logOverheadBytes + set.readInt32BE(field.length),
  )
}
