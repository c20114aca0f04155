import { ConnectError } from '../../errors/connect-error.ts'
import type { Int64 } from '../../util/int64.ts'
import type { RecordHeader, ValueEncoder } from '../types.ts'
import { at, attribute, headerBytes, logOverheadBytes, writeInt64 } from './batch-format.ts'
import type { CompressionCodec } from './compression.ts'
import { crc32c } from './crc32c.ts'
import { headersSize, writeHeaders } from './record-headers.ts'
import { lengthSize, maxVarintBytes, writeLength, writeVarlong } from './varint.ts'

/** Who wrote a batch and which of its batches it is: what makes a producer idempotent. -1 for none. */
export interface BatchStamp {
  readonly producerId: Int64
  readonly producerEpoch: number
  readonly baseSequence: number
}

export interface CloseOptions {
  readonly transactional?: boolean
  readonly codec?: CompressionCodec | null
}

/** Most bytes a record takes beside key, value and headers: length, attributes, timestamp, offset, two lengths. */
const RECORD_OVERHEAD = maxVarintBytes + 1 + 10 + 3 * maxVarintBytes
/** Below this a loop over the bytes is cheaper than a call that copies them. */
const COPY_FROM = 32

/**
 * Writes one record batch (magic 2) into an arena that grows and is kept: `clear` begins the next batch in it.
 * The 61 bytes of the header are filled by `close`. Records go in whole or not at all.
 */
export class BatchWriter {
  #buffer: Buffer
  #position = headerBytes
  #count = 0
  #baseTimestamp = 0
  #maxTimestamp = 0
  /** The last record's widths of its own and its value's length: the next record likely has the same. */
  #recordWidth = 1
  #valueWidth = 1
  #markPosition = headerBytes
  #markCount = 0
  #markMaxTimestamp = 0

  constructor(initialBytes = 16 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(initialBytes, 2 * headerBytes))
  }

  /** Records written so far. */
  get recordCount(): number {
    return this.#count
  }

  /** Bytes of the batch so far, header included, before compression. */
  get sizeBytes(): number {
    return this.#position
  }

  /** Bytes the arena holds on to. */
  get capacityBytes(): number {
    return this.#buffer.length
  }

  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  /** Begins an empty batch in the same arena. What `close` returned before is overwritten. */
  clear(): void {
    this.#position = headerBytes
    this.#count = 0
    this.#maxTimestamp = 0
    this.mark()
  }

  /** Remembers this place for `reset`; there is one mark. */
  mark(): void {
    this.#markPosition = this.#position
    this.#markCount = this.#count
    this.#markMaxTimestamp = this.#maxTimestamp
  }

  /** Takes back every record since `mark`. */
  reset(): void {
    this.#position = this.#markPosition
    this.#count = this.#markCount
    this.#maxTimestamp = this.#markMaxTimestamp
  }

  /** Appends one record; `timestamp` in ms since the epoch. */
  append(
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeader[] | null,
  ): void {
    const valueBytes = value === null ? 0 : value.length
    const start = this.#begin(timestamp, key, valueBytes, headers)
    let end = writeBytes(this.#buffer, this.#writePrefix(start, timestamp, key), value)
    end = writeHeaders(this.#buffer, end, headers)
    this.#finish(end, timestamp)
  }

  /** Appends one record whose value `encoder` writes in place. Where that throws, the batch is as before. */
  appendEncoded<S>(
    timestamp: number,
    key: Uint8Array | null,
    headers: readonly RecordHeader[] | null,
    encoder: ValueEncoder<S>,
    schema: S,
    value: unknown,
  ): void {
    const most = encoder.maxEncodedBytes(schema, value)
    const start = this.#begin(timestamp, key, most, headers)
    const buffer = this.#buffer
    const lengthAt = this.#writePrefix(start, timestamp, key)
    const valueAt = lengthAt + this.#valueWidth
    let end = encoder.encodeAt(buffer, valueAt, schema, value)
    const length = end - valueAt
    if (!(length >= 0 && length <= most)) throw overrun(length, most)
    const width = lengthSize(length)
    if (width !== this.#valueWidth) {
      buffer.copyWithin(lengthAt + width, valueAt, end)
      end += width - this.#valueWidth
      this.#valueWidth = width
    }
    writeLength(buffer, lengthAt, length)
    this.#finish(writeHeaders(buffer, end, headers), timestamp)
  }

  /**
   * Fills the header and returns the batch, a view of the arena: valid until `clear`, and to be left alone while
   * a socket may still read it. Invariant 3 rests on these bytes: a retry sends the same ones.
   */
  close(stamp: BatchStamp, { transactional = false, codec = null }: CloseOptions = {}): Buffer {
    if (codec !== null) this.#compress(codec)
    const buffer = this.#buffer
    const kind = transactional ? attribute.transactional : 0
    writeInt64(buffer, 0, 0)
    buffer.writeInt32BE(this.#position - logOverheadBytes, at.length)
    buffer.writeInt32BE(-1, at.leaderEpoch)
    buffer[at.magic] = 2
    buffer.writeInt16BE((codec?.id ?? 0) | kind, at.attributes)
    buffer.writeInt32BE(this.#count - 1, at.lastOffsetDelta)
    writeInt64(buffer, at.baseTimestamp, this.#baseTimestamp)
    writeInt64(buffer, at.maxTimestamp, this.#maxTimestamp)
    buffer.writeInt32BE(this.#count, at.recordCount)
    const batch = buffer.subarray(0, this.#position)
    stampBatch(batch, stamp)
    return batch
  }

  #begin(
    timestamp: number,
    key: Uint8Array | null,
    valueBytes: number,
    headers: readonly RecordHeader[] | null,
  ): number {
    if (this.#count === 0) this.#baseTimestamp = timestamp
    const keyBytes = key === null ? 0 : key.length
    const most = RECORD_OVERHEAD + keyBytes + valueBytes + headersSize(headers)
    if (this.#position + most > this.#buffer.length) this.#grow(this.#position + most)
    return this.#position + this.#recordWidth
  }

  /** Attributes, timestamp, offset and key of the record whose own length stands before `start`. */
  #writePrefix(start: number, timestamp: number, key: Uint8Array | null): number {
    const buffer = this.#buffer
    const delta = timestamp - this.#baseTimestamp
    let end = start
    buffer[end++] = 0
    if (delta >= 0 && delta < 0x40) buffer[end++] = delta << 1
    else end = writeVarlong(buffer, end, delta)
    end = writeLength(buffer, end, this.#count)
    return writeBytes(buffer, end, key)
  }

  /** Writes the record's length before it, moving the record where the length's width was not as guessed. */
  #finish(end: number, timestamp: number): void {
    const buffer = this.#buffer
    const start = this.#position + this.#recordWidth
    const length = end - start
    const width = lengthSize(length)
    if (width !== this.#recordWidth) {
      buffer.copyWithin(this.#position + width, start, end)
      this.#recordWidth = width
    }
    this.#position = writeLength(buffer, this.#position, length) + length
    if (this.#count++ === 0 || timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
  }

  #grow(needed: number): void {
    let capacity = this.#buffer.length * 2
    while (capacity < needed) capacity *= 2
    const grown = Buffer.allocUnsafeSlow(capacity)
    this.#buffer.copy(grown, 0, 0, this.#position)
    this.#buffer = grown
  }

  #compress(codec: CompressionCodec): void {
    const compressed = codec.compress(this.#buffer.subarray(headerBytes, this.#position))
    const size = headerBytes + compressed.length
    if (size > this.#buffer.length) this.#grow(size)
    this.#buffer.set(compressed, headerBytes)
    this.#position = size
  }
}

/**
 * Writes producer id, epoch and sequence into a closed batch and computes its CRC again. Only for a batch that
 * the broker is known not to have, and that no socket holds.
 */
export function stampBatch(batch: Buffer, stamp: BatchStamp): void {
  batch.writeBigInt64BE(BigInt(stamp.producerId), at.producerId)
  batch.writeInt16BE(stamp.producerEpoch, at.producerEpoch)
  batch.writeInt32BE(stamp.baseSequence, at.baseSequence)
  batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.crc)
}

function writeBytes(buffer: Buffer, start: number, bytes: Uint8Array | null): number {
  if (bytes === null) {
    buffer[start] = 1
    return start + 1
  }
  const length = bytes.length
  const end = writeLength(buffer, start, length)
  if (length < COPY_FROM) for (let i = 0; i < length; i++) buffer[end + i] = bytes[i] ?? 0
  else buffer.set(bytes, end)
  return end + length
}

function overrun(length: number, most: number): ConnectError {
  return new ConnectError(
    `A converter wrote ${length} bytes where it had announced at most ${most}. Its maxEncodedBytes must be an upper bound.`,
  )
}
