import { DataError } from 'sluice/api'
import type { Schema, SinkRecord, TopicPartition } from 'sluice/api'
import { PartitionError, Rotation, objectName, projectTo } from 'sluice/storage'
import type { Candidate, RotationReason } from 'sluice/storage'
import { isDataError } from './data-errors.ts'
import { TakenError } from './file-committer.ts'
import type { FileCommitter } from './file-committer.ts'
import { ObjectWriter } from './object-writer.ts'
import { abortFile, account, firstTimestampOf } from './open-file.ts'
import type { OpenFile } from './open-file.ts'
import type { Outcome, PartitionWriter } from './partition-writer.ts'
import { Progress } from './progress.ts'
import type { ObjectFormat } from './sink-formats.ts'
import { place } from './record-sides.ts'
import type { SinkParts } from './sink-parts.ts'

/**
 * Writes the records of one partition of Kafka as Confluent's sink does: any rotation completes all its objects, so that no file is open, and whatever
 * comes next begins new ones.
 */
export class TopicPartitionWriter implements PartitionWriter {
  readonly topicPartition: TopicPartition
  readonly #parts: SinkParts
  readonly #committer: FileCommitter
  readonly #files = new Map<string, OpenFile>()
  /** Of a directory, the last offset that is known to lie in the store already. */
  readonly #covered = new Map<string, number>()
  /** Offsets of records that tore a file apart, and why: read again, they are left out. */
  readonly #torn = new Map<number, unknown>()
  readonly #rotation: Rotation
  readonly #progress = new Progress()
  lastFile: OpenFile | null = null

  constructor(
    parts: SinkParts,
    committer: FileCommitter,
    topicPartition: TopicPartition,
    nowMs: number,
  ) {
    this.#parts = parts
    this.#committer = committer
    this.topicPartition = topicPartition
    this.#rotation = new Rotation(parts.rotation, nowMs)
  }

  get committable(): number | null {
    return this.#progress.committable
  }

  get files(): Iterable<OpenFile> {
    return this.#files.values()
  }

  /** When the schedule asks for a rotation next. */
  get dueMs(): number {
    return this.#rotation.dueMs
  }

  isDue(nowMs: number): boolean {
    return this.#rotation.isDue(nowMs)
  }

  offer(record: SinkRecord, nowMs: number): Outcome {
    const offset = Number(record.originalKafkaOffset)
    this.#progress.begin(offset)
    try {
      const outcome = this.#offer(record, offset, nowMs)
      if (outcome !== 'rotate first') this.#progress.handled(offset, this.#files.size > 0)
      return outcome
    } catch (error) {
      if (error instanceof TornError || !(isDataError(error) || error instanceof PartitionError)) {
        throw error
      }
      this.#progress.handled(offset, this.#files.size > 0)
      throw error
    }
  }

  async rotate(nowMs: number, signal: AbortSignal): Promise<void> {
    const files = Array.from(this.#files.values())
    await this.#committer.complete(files, this.#covered, signal)
    for (const file of files) {
      for (const object of file.objects) await object.abort(signal)
      account(file, this.#parts.budget)
    }
    this.#files.clear()
    this.lastFile = null
    this.#rotation.reset(nowMs)
    this.#progress.completed()
  }

  async completeFull(nowMs: number, signal: AbortSignal): Promise<void> {
    await this.rotate(nowMs, signal)
  }

  async rewind(error: unknown, nowMs: number, signal: AbortSignal): Promise<number | null> {
    if (error instanceof TakenError) {
      for (const [directory, end] of error.covered) this.#covered.set(directory, end)
    }
    await this.abort(signal)
    this.#rotation.reset(nowMs)
    return this.#progress.rewind(error)
  }

  async abort(signal: AbortSignal): Promise<void> {
    const files = Array.from(this.#files.values())
    this.#files.clear()
    this.lastFile = null
    for (const file of files) await abortFile(file, this.#parts, signal)
  }

  #offer(record: SinkRecord, offset: number, nowMs: number): Outcome {
    if (this.#torn.size > 0 && this.#torn.has(offset)) throw this.#torn.get(offset)
    const { partitioner, tombstones } = this.#parts
    const isTombstone = record.value === null || record.value === undefined
    if (isTombstone && tombstones.behavior !== 'write') return this.#leaveOut(record)
    const timestampMs = partitioner.timestampOf(record, nowMs)
    const schema = isTombstone ? null : record.valueSchema
    const encoded = isTombstone ? tombstones.directory : partitioner.encode(record, timestampMs)
    const directory = isTombstone ? encoded : this.#withAffix(encoded, schema)
    // A transformation may have given records of one partition several topics.
    const key =
      record.topic === record.originalTopic ? directory : `${record.topic}\u0000${directory}`
    if (this.#covered.size > 0 && offset <= (this.#covered.get(key) ?? -1)) return 'written'
    const candidate = { directory: key, schema, timestampMs }
    const reason = this.#rotation.before(candidate, nowMs)
    if (reason !== null && this.#files.size > 0) return this.#rotateFirst(reason)
    const last = this.lastFile
    const file =
      last?.key === key
        ? last
        : (this.#files.get(key) ?? this.#open(record, key, directory, schema, isTombstone))
    return this.#write(file, record, candidate, offset)
  }

  #rotateFirst(reason: RotationReason): Outcome {
    const { topic, partition } = this.topicPartition
    this.#parts.log.debug(`Objects of ${topic}-${partition} are completed: ${reason}.`)
    return 'rotate first'
  }

  #leaveOut(record: SinkRecord): Outcome {
    const { behavior, report } = this.#parts.tombstones
    if (behavior === 'fail' || report) {
      throw new DataError(
        `Null valued records are not writeable with current behavior.on.null.values '${behavior}': ${place(record)}. Set it to ignore to leave them out.`,
      )
    }
    return 'written'
  }

  #withAffix(encoded: string, schema: Schema | null): string {
    const { affix, names } = this.#parts
    if (affix === 'NONE') return encoded
    const named = `schema_name=${schema?.name ?? 'null'}`
    const parts = affix === 'PREFIX' ? [named, encoded] : [encoded, named]
    return parts.join(names.directoryDelimiter)
  }

  #open(
    record: SinkRecord,
    key: string,
    directory: string,
    schema: Schema | null,
    isTombstone: boolean,
  ): OpenFile {
    const { formats } = this.#parts
    const { topic, kafkaPartition: partition } = record
    const start = Number(record.originalKafkaOffset)
    const make = (kind: string, made: ObjectFormat, of: Schema | null): ObjectWriter =>
      new ObjectWriter({
        ...this.#parts.objects,
        key: objectName(this.#parts.names, {
          ...{ topic, partition, directory, start },
          extension: kind + made.extension,
        }),
        encoder: made.format.open(of),
        compressor: made.compressor(),
        firstTimestamp: firstTimestampOf(record),
      })
    const { keys, headers } = formats
    const values = isTombstone ? null : make('', formats.values, schema)
    const ofHeaders = headers && make('.headers', headers, headers.side.schemaOf(record))
    const ofKeys = keys && make('.keys', keys, keys.side.schemaOf(record))
    const objects = [ofHeaders, ofKeys, values].filter((object) => object !== null)
    const file: OpenFile = {
      ...{ key, topic, partition, directory, schema, start, end: start, records: 0 },
      ...{ objects, values, keys: ofKeys, headers: ofHeaders },
      ...{
        firstTimestamp: firstTimestampOf(record),
        candidates: [],
        accounted: 0,
        completed: false,
      },
    }
    this.#files.set(key, file)
    return file
  }

  #write(file: OpenFile, record: SinkRecord, candidate: Candidate, offset: number): Outcome {
    const { formats, maxScan, budget } = this.#parts
    try {
      const key = formats.keys?.side.valueOf(record)
      const headers = formats.headers?.side.valueOf(record)
      const value = projectTo(candidate.schema, record.value, file.schema)
      file.values?.write(value, record)
      this.#writeRest(file, record, { key, headers }, offset)
    } catch (error) {
      if (file.records === 0 && !(error instanceof TornError))
        this.#files.delete(candidate.directory)
      throw error
    }
    file.end = offset
    file.records++
    if (file.candidates.length < maxScan) file.candidates.push(offset)
    account(file, budget)
    this.lastFile = file
    const { schema } = file
    const written = candidate.schema === schema ? candidate : { ...candidate, schema }
    return this.#rotation.written(written) ? 'full' : 'written'
  }

  #writeRest(
    file: OpenFile,
    record: SinkRecord,
    { key, headers }: { readonly key: unknown; readonly headers: unknown },
    offset: number,
  ): void {
    if (file.keys === null && file.headers === null) return
    try {
      file.keys?.write(key, record)
      file.headers?.write(headers, record)
    } catch (cause) {
      this.#torn.set(offset, cause)
      throw new TornError(cause)
    }
  }
}

/** A record's value was written and its key or headers were not: the files are begun anew without it. */
export class TornError extends DataError {
  constructor(cause: unknown) {
    super('A record was written in part.', { cause })
  }
}
