import { BatchCursor } from './batch-cursor.ts'
import { at, attribute, headerBytes } from './batch-format.ts'
import { BatchWriter } from './batch-writer.ts'
import { codecById } from './compression.ts'

/** What a sequence number counts up to before it begins again at 0. */
const SEQUENCE_MASK = 0x7fffffff

/**
 * The records of a closed batch in batches of at most `maxBytes` before compression, or of one record where that
 * is larger: the answer to MESSAGE_TOO_LARGE. Producer, epoch and kind stay; sequences go on from the batch's own.
 */
export function splitBatch(batch: Buffer, maxBytes: number): Buffer[] {
  const cursor = new BatchCursor()
  if (!cursor.open(batch, 0, batch.length, false)) return []
  const attributes = batch.readInt16BE(at.attributes)
  const codecId = attributes & attribute.codecMask
  const options = {
    transactional: cursor.isTransactional,
    codec: codecId === 0 ? null : codecById(codecId),
  }
  const stamp = {
    producerId: batch.readBigInt64BE(at.producerId),
    producerEpoch: batch.readInt16BE(at.producerEpoch),
  }
  const first = batch.readInt32BE(at.baseSequence)
  const parts: Buffer[] = []
  let writer = new BatchWriter(maxBytes)
  let written = 0
  const close = (): void => {
    const baseSequence = first < 0 ? first : sequenceAfter(first, written)
    written += writer.recordCount
    parts.push(writer.close({ ...stamp, baseSequence }, options))
    writer = new BatchWriter(maxBytes)
  }
  while (cursor.advance()) {
    writer.mark()
    append(writer, cursor)
    if (writer.sizeBytes <= Math.max(maxBytes, headerBytes) || writer.recordCount === 1) continue
    writer.reset()
    close()
    append(writer, cursor)
  }
  if (writer.recordCount > 0) close()
  return parts
}

/** The sequence number `count` records after `sequence`. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) & SEQUENCE_MASK
}

function append(writer: BatchWriter, cursor: BatchCursor): void {
  const headers = cursor.headerCount === 0 ? null : cursor.headers()
  writer.append(cursor.timestamp, cursor.key(), cursor.value(), headers)
}
