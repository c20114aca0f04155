import type { RecordHeader } from '../types.ts'
import {
  at,
  attribute,
  batchEnd,
  headerBytes,
  offsetAfterBatch,
  readInt64,
} from './batch-format.ts'
import { codecById } from './compression.ts'
import { crc32c } from './crc32c.ts'
import { BatchTooLargeError, CorruptRecordError } from './errors.ts'

/** What {@link RecordCursor.timestampType} says. */
export type TimestampType = 'NoTimestampType' | 'CreateTime' | 'LogAppendTime'

/** Fewest bytes a record takes: length, attributes, timestamp, offset, two lengths and the number of headers. */
const LEAST_RECORD_BYTES = 7
const EMPTY = Buffer.alloc(0)

/**
 * Walks the records of one batch (magic 2) where it lies. Members describe the batch after `open` and the current
 * record after `advance`; nothing is allocated per record. Garbage ends in a {@link CorruptRecordError}.
 */
export class BatchCursor {
  /** Holds the records: the buffer given to `open`, or what was decompressed from it. */
  buffer: Buffer = EMPTY
  /** Where the batch lies in the buffer given to `open`. */
  batchStart = 0
  batchEnd = 0
  baseOffset = 0
  /** Offset after the batch, also where compaction has left none of its records. */
  nextBatchOffset = 0
  /** Records in the batch. */
  recordCount = 0
  producerId = -1
  isControl = false
  isTransactional = false
  timestampType: TimestampType = 'CreateTime'

  offset = -1
  timestamp = -1
  keyStart = -1
  keyEnd = -1
  valueStart = -1
  valueEnd = -1
  headerCount = 0

  #baseTimestamp = 0
  #appendTimestamp = 0
  #isAppendTime = false
  #codec = 0
  #index = 0
  /** Where the next record begins, and where the records end. */
  #next = 0
  #end = 0
  #headersStart = 0

  /**
   * Opens the batch at `start`. False where it does not lie whole before `limit`, as at the end of a fetch;
   * then the cursor is as before.
   */
  open(source: Buffer, start: number, limit: number, checkCrc: boolean): boolean {
    if (!this.openHeader(source, start, limit)) return false
    if (checkCrc) verifyCrc(source, start, this.batchEnd)
    this.openRecords()
    return true
  }

  /** Reads what describes the batch alone: `advance` finds no record until {@link openRecords}. */
  openHeader(source: Buffer, start: number, limit: number): boolean {
    const end = batchEnd(source, start, limit)
    if (end < 0) return false
    const attributes = source.readInt16BE(start + at.attributes)
    this.buffer = source
    this.batchStart = start
    this.batchEnd = end
    this.baseOffset = readInt64(source, start)
    this.nextBatchOffset = offsetAfterBatch(source, start)
    this.recordCount = source.readInt32BE(start + at.recordCount)
    this.producerId = readInt64(source, start + at.producerId)
    this.isControl = (attributes & attribute.control) !== 0
    this.isTransactional = (attributes & attribute.transactional) !== 0
    this.#baseTimestamp = readInt64(source, start + at.baseTimestamp)
    this.#appendTimestamp = readInt64(source, start + at.maxTimestamp)
    this.#isAppendTime = (attributes & attribute.logAppendTime) !== 0
    this.timestampType = this.#isAppendTime ? 'LogAppendTime' : 'CreateTime'
    this.#codec = attributes & attribute.codecMask
    this.#index = this.recordCount
    this.#next = this.#end = end
    return true
  }

  /** Goes before the first record of the batch whose header was opened; decompresses it where it must. */
  openRecords(): void {
    this.#index = 0
    this.#next = this.batchStart + headerBytes
    if (this.#codec !== 0) {
      this.buffer = this.#decompress(this.buffer.subarray(this.#next, this.batchEnd))
      this.#next = 0
      this.#end = this.buffer.length
    }
    if (this.recordCount < 0 || this.recordCount * LEAST_RECORD_BYTES > this.#end - this.#next) {
      throw this.#corrupt(`${this.recordCount} records announced`)
    }
  }

  /** Moves to the next record of the batch; false behind the last. */
  advance(): boolean {
    if (this.#index >= this.recordCount) {
      if (this.#next !== this.#end) throw this.#corrupt('bytes behind the last record')
      return false
    }
    this.#index++
    const b = this.buffer
    let p = this.#next
    let byte = b[p++] ?? 0
    let value = byte & 0x7f
    for (let shift = 7; byte > 0x7f && shift < 35; shift += 7) {
      byte = b[p++] ?? 0
      value |= (byte & 0x7f) << shift
    }
    const end = p + (value >>> 1)
    if (end > this.#end || (value & 1) !== 0) throw this.#corrupt('a record longer than its batch')
    p++ // attributes, unused

    byte = b[p++] ?? 0
    if (byte <= 0x7f) {
      this.timestamp = this.#baseTimestamp + ((byte >>> 1) ^ -(byte & 1))
    } else {
      let long = byte & 0x7f
      for (let scale = 0x80; byte > 0x7f && scale < 2 ** 70; scale *= 0x80) {
        byte = b[p++] ?? 0
        long += (byte & 0x7f) * scale
      }
      this.timestamp = this.#baseTimestamp + (long % 2 === 0 ? long / 2 : -(long + 1) / 2)
    }

    byte = b[p++] ?? 0
    value = byte & 0x7f
    for (let shift = 7; byte > 0x7f && shift < 35; shift += 7) {
      byte = b[p++] ?? 0
      value |= (byte & 0x7f) << shift
    }
    this.offset = this.baseOffset + ((value >>> 1) ^ -(value & 1))
    this.#readFields(p, end)
    this.#next = end
    if (this.#isAppendTime) this.timestamp = this.#appendTimestamp
    return true
  }

  /** The current record's headers; their values are views of `buffer`. */
  headers(): RecordHeader[] {
    const headers: RecordHeader[] = []
    const reader = new LengthReader(this.buffer, this.#headersStart, this.#next)
    for (let i = 0; i < this.headerCount; i++) {
      const keyBytes = reader.length()
      const keyStart = reader.take(keyBytes)
      const valueBytes = reader.length()
      const valueStart = reader.take(Math.max(valueBytes, 0))
      if (keyBytes < 0 || reader.position > this.#next)
        throw this.#corrupt('headers beyond the record')
      headers.push({
        key: this.buffer.utf8Slice(keyStart, keyStart + keyBytes),
        value: valueBytes < 0 ? null : this.buffer.subarray(valueStart, valueStart + valueBytes),
      })
    }
    if (reader.position !== this.#next) throw this.#corrupt('bytes behind the headers')
    return headers
  }

  /** A view of the key's bytes, or null. */
  key(): Buffer | null {
    return this.keyStart < 0 ? null : this.buffer.subarray(this.keyStart, this.keyEnd)
  }

  /** A view of the value's bytes, or null. */
  value(): Buffer | null {
    return this.valueStart < 0 ? null : this.buffer.subarray(this.valueStart, this.valueEnd)
  }

  /** Key, value and the number of headers, from `start`; all must lie before `end`. */
  #readFields(start: number, end: number): void {
    const b = this.buffer
    let p = start
    let byte = b[p++] ?? 0
    let value = byte & 0x7f
    for (let shift = 7; byte > 0x7f && shift < 35; shift += 7) {
      byte = b[p++] ?? 0
      value |= (byte & 0x7f) << shift
    }
    let length = (value >>> 1) ^ -(value & 1)
    this.keyStart = length < 0 ? -1 : p
    if (length > 0) p += length
    this.keyEnd = length < 0 ? -1 : p

    byte = b[p++] ?? 0
    value = byte & 0x7f
    for (let shift = 7; byte > 0x7f && shift < 35; shift += 7) {
      byte = b[p++] ?? 0
      value |= (byte & 0x7f) << shift
    }
    length = (value >>> 1) ^ -(value & 1)
    this.valueStart = length < 0 ? -1 : p
    if (length > 0) p += length
    this.valueEnd = length < 0 ? -1 : p

    byte = b[p++] ?? 0
    value = byte & 0x7f
    for (let shift = 7; byte > 0x7f && shift < 35; shift += 7) {
      byte = b[p++] ?? 0
      value |= (byte & 0x7f) << shift
    }
    this.headerCount = value >>> 1
    this.#headersStart = p
    if (p > end || (p < end && value === 0) || (value & 1) !== 0) {
      throw this.#corrupt('fields that do not fill their record')
    }
  }

  #decompress(compressed: Buffer): Buffer {
    const codec = codecById(this.#codec)
    try {
      return codec.decompress(compressed)
    } catch (cause) {
      if (cause instanceof BatchTooLargeError) throw this.#tooLarge(cause)
      throw new CorruptRecordError(
        `The batch at offset ${this.baseOffset} could not be decompressed with ${codec.name}.`,
        { cause },
      )
    }
  }

  #tooLarge(cause: BatchTooLargeError): BatchTooLargeError {
    const message = `Cannot decompress the batch at offset ${this.baseOffset}: ${cause.message}`
    return new BatchTooLargeError(message, { cause })
  }

  #corrupt(found: string): CorruptRecordError {
    return new CorruptRecordError(
      `Found ${found} in the batch at offset ${this.baseOffset} of ${this.#end - this.#next} bytes left, record ` +
        `${this.#index} of ${this.recordCount}: it does not follow the record format 2.`,
    )
  }
}

/** Throws a {@link CorruptRecordError} where the batch from `start` up to `end` was damaged. */
export function verifyCrc(source: Buffer, start: number, end: number): void {
  const stored = source.readUInt32BE(start + at.crc)
  const computed = crc32c(source.subarray(start + at.attributes, end))
  if (stored === computed) return
  throw new CorruptRecordError(
    `Found a record batch at offset ${readInt64(source, start)} whose CRC is ${computed}, expected ${stored}: ` +
      'its bytes were damaged on the way or on disk.',
  )
}

/** Reads zigzag lengths before `end`; what lies beyond reads as 0. */
class LengthReader {
  readonly #buffer: Buffer
  readonly #end: number
  position: number

  constructor(buffer: Buffer, start: number, end: number) {
    this.#buffer = buffer
    this.position = start
    this.#end = end
  }

  length(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.position < this.#end ? (this.#buffer[this.position] ?? 0) : 0
      this.position++
      value |= (byte & 0x7f) << shift
      if (byte <= 0x7f) break
    }
    return (value >>> 1) ^ -(value & 1)
  }

  /** Steps over `bytes` and returns where they began. */
  take(bytes: number): number {
    const start = this.position
    this.position += bytes
    return start
  }
}
