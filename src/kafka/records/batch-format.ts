import { CorruptRecordError, UnsupportedRecordFormatError } from './errors.ts'

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
 * the middle of one. Throws a {@link CorruptRecordError} where the length or the magic cannot be right, and an
 * {@link UnsupportedRecordFormatError} for records from before Kafka 0.11.
 */
export function batchEnd(buffer: Buffer, start: number, limit: number): number {
  if (limit - start < at.crc) return -1
  const length = buffer.readInt32BE(start + at.length)
  const magic = buffer[start + at.magic]
  if (magic !== 2) throw badMagic(magic, readInt64(buffer, start))
  if (length < headerBytes - logOverheadBytes) {
    throw new CorruptRecordError(
      `Found a record batch of ${length} bytes at offset ${readInt64(buffer, start)}, expected at least ` +
        `${headerBytes - logOverheadBytes}.`,
    )
  }
  const end = start + logOverheadBytes + length
  return end > limit ? -1 : end
}

/**
 * Offset after the batch at `start`, whatever is left of its records after compaction. Throws a {@link CorruptRecordError}
 * where the position would go nowhere: no CRC covers the offset that a broker gives a batch.
 */
export function offsetAfterBatch(buffer: Buffer, start: number): number {
  const first = readInt64(buffer, start)
  const delta = buffer.readInt32BE(start + at.lastOffsetDelta)
  const next = first + delta + 1
  if (first >= 0 && delta >= 0 && Number.isSafeInteger(next)) return next
  throw new CorruptRecordError(
    `Found a record batch at offset ${first} whose last offset is ${delta} further, expected offsets from 0 to 2^53: ` +
      'its bytes were damaged.',
  )
}

function badMagic(magic: number | undefined, offset: number): Error {
  if (magic === 0 || magic === 1) {
    return new UnsupportedRecordFormatError(
      `Found records of format ${magic} at offset ${offset}, expected format 2. They were written by a client or a ` +
        'broker older than Kafka 0.11: copy the topic with MirrorMaker or the console tools of Kafka 3 and read the ' +
        'copy, or begin behind them by committing an offset for the group.',
    )
  }
  return new CorruptRecordError(
    `Found a record batch of format ${String(magic)} at offset ${offset}, expected format 2: its bytes were damaged, ` +
      'or a broker newer than this client wrote it.',
  )
}
