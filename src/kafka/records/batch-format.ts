import { CorruptRecordError } from './errors.ts'

/**
 * Layout of a record batch, magic 2 (org.apache.kafka.common.record.DefaultRecordBatch):
 * baseOffset int64, batchLength int32 (of what follows it), partitionLeaderEpoch int32, magic int8, crc uint32
 * (of what follows it), attributes int16, lastOffsetDelta int32, baseTimestamp int64, maxTimestamp int64,
 * producerId int64, producerEpoch int16, baseSequence int32, recordCount int32; then the records, compressed
 * or not. All big endian.
 */
export const headerBytes = 61
/** What stands before the bytes that `batchLength` counts. */
export const logOverheadBytes = 12

export const at = {
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const

/** Bits of the attributes; the lowest three name the codec. */
export const attribute = {
  codecMask: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
} as const

/** Ends of the int64 range beyond 2^53 lose precision: no offset, timestamp or producer id gets there. */
export function readInt64(buffer: Buffer, offset: number): number {
  return buffer.readInt32BE(offset) * 0x1_0000_0000 + buffer.readUInt32BE(offset + 4)
}

export function writeInt64(buffer: Buffer, offset: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000)
  buffer.writeInt32BE(high, offset)
  buffer.writeUInt32BE(value - high * 0x1_0000_0000, offset + 4)
}

/**
 * End of the batch that begins at `start`, or -1 where it does not lie whole before `limit`: a fetch may end in
 * the middle of one. Throws a {@link CorruptRecordError} where the length or the magic cannot be right.
 */
export function batchEnd(buffer: Buffer, start: number, limit: number): number {
  if (limit - start < at.crc) return -1
  const length = buffer.readInt32BE(start + at.length)
  const magic = buffer[start + at.magic]
  if (magic !== 2) {
    throw new CorruptRecordError(
      `Found a record batch of format ${String(magic)} at offset ${readInt64(buffer, start)}, expected format 2. ` +
        'Formats 0 and 1 are older than Kafka 0.11: rewrite the topic.',
    )
  }
  if (length < headerBytes - logOverheadBytes) {
    throw new CorruptRecordError(
      `Found a record batch of ${length} bytes at offset ${readInt64(buffer, start)}, expected at least ` +
        `${headerBytes - logOverheadBytes}.`,
    )
  }
  const end = start + logOverheadBytes + length
  return end > limit ? -1 : end
}

/** Offset after the batch at `start`, whatever is left of its records after compaction. */
export function offsetAfterBatch(buffer: Buffer, start: number): number {
  const delta = buffer.readInt32BE(start + at.lastOffsetDelta)
  if (delta < 0) {
    throw new CorruptRecordError(
      `Found a last offset delta of ${delta} in the batch at offset ${readInt64(buffer, start)}, expected 0 or more.`,
    )
  }
  return readInt64(buffer, start) + delta + 1
}
