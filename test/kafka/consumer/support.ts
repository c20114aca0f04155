import { FrameLease } from '../../../src/kafka/consumer/frame-lease.ts'
import { FramePool } from '../../../src/kafka/net/frame-pool.ts'
import { at, headerBytes } from '../../../src/kafka/records/batch-format.ts'
import { crc32c } from '../../../src/kafka/records/crc32c.ts'
import { javaBatch, batchOf } from '../records/support.ts'

/** A batch of a log: `kept` says for each of its records whether compaction left it; a control batch has none. */
export type LogBatch = { readonly kept: readonly boolean[] } | 'marker'

export interface Log {
  readonly bytes: Buffer
  /** Offsets of the records left. */
  readonly offsets: readonly number[]
  readonly endOffset: number
}

/** Lays batches one after another, from `startOffset` on; a record's value is its offset. */
export function logOf(batches: readonly LogBatch[], startOffset = 0): Log {
  const parts: Buffer[] = []
  const offsets: number[] = []
  let next = startOffset
  for (const batch of batches) {
    if (batch === 'marker') {
      parts.push(markerAt(next++))
      continue
    }
    const values = batch.kept.map((_, i) => String(next + i))
    parts.push(compacted(batchOf(values, next), batch.kept))
    batch.kept.forEach((isKept, i) => {
      if (isKept) offsets.push(next + i)
    })
    next += batch.kept.length
  }
  return { bytes: Buffer.concat(parts), offsets, endOffset: next }
}

/** The batch as the log cleaner leaves it: records taken out, offsets and the last offset delta as they were. */
function compacted(batch: Buffer, kept: readonly boolean[]): Buffer {
  const records: Buffer[] = []
  let start = headerBytes
  for (const isKept of kept) {
    // Records of these tests are shorter than 64 bytes: their length is one byte.
    const end = start + 1 + batch.readUInt8(start) / 2
    if (isKept) records.push(batch.subarray(start, end))
    start = end
  }
  const left = Buffer.concat([batch.subarray(0, headerBytes), ...records])
  left.writeInt32BE(left.length - 12, at.length)
  left.writeInt32BE(records.length, at.recordCount)
  return withCrc(left)
}

function markerAt(offset: number): Buffer {
  const marker = Buffer.from(javaBatch('commit marker').hex, 'hex')
  marker.writeBigInt64BE(BigInt(offset))
  return marker
}

function withCrc(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.crc)
  return batch
}

export function leaseOf(frame: Buffer, pool = new FramePool()): FrameLease {
  return new FrameLease(frame, pool)
}
