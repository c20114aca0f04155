import { ConnectError, DataError, isConnectError } from 'sluice/api'
import type { SinkRecord, TopicPartition } from 'sluice/api'
import { PartitionError, fileName, projectTo } from 'sluice/storage'
import { joinPath } from '../webhdfs/path-text.ts'
import { HdfsRotation } from './hdfs-rotation.ts'
import { PartitionLog } from './partition-log.ts'
import type { FinishedFile } from './partition-log.ts'
import type { SinkParts } from './sink-parts.ts'
import { SpooledFile } from './spooled-file.ts'

/** A name that HDFS refuses; dots would also lead elsewhere in the address of a request. */
const unusable = /:|(?:^|\/)\.{1,2}(?:\/|$)/

/** What became of a record: written; written, and its files are full; or not written, as others must be completed first. */
export type Outcome = 'written' | 'full' | 'rotate first'

/**
 * Writes the records of one partition of Kafka. What {@link committable} says grows only when all its files have their names (invariant 1): then no
 * file is open. It takes no record before {@link recover}.
 */
export class TopicPartitionWriter {
  readonly topicPartition: TopicPartition
  readonly #parts: SinkParts
  readonly #log: PartitionLog
  readonly #files = new Map<string, SpooledFile>()
  /** That the record before went to: mostly the next one does too. */
  #last: SpooledFile | null = null
  readonly #rotation: HdfsRotation
  /** The offset behind the last record that was handled; null before the first. */
  #position: number | null = null
  #committable: number | null = null
  #recovered = false
  /** The directory of the record before: mostly the next one is in it too. */
  #checked = ''
  /** Of the record that asked for a rotation. */
  #timestampMs: number | null = null

  constructor(parts: SinkParts, topicPartition: TopicPartition, nowMs: number) {
    this.#parts = parts
    this.topicPartition = topicPartition
    const { hdfs, paths, root, log } = parts
    this.#log = new PartitionLog({ hdfs, paths, root, log, topicPartition })
    this.#rotation = new HdfsRotation(parts.rotation, nowMs)
  }

  /** The offset that may be committed; null where nothing was completed yet. */
  get committable(): number | null {
    return this.#committable
  }

  get recovered(): boolean {
    return this.#recovered
  }

  get files(): Iterable<SpooledFile> {
    return this.#files.values()
  }

  /** When files are to be completed though no record comes. */
  get dueMs(): number {
    return this.#rotation.dueMs
  }

  isDue(nowMs: number): boolean {
    return this.#recovered && this.#rotation.isDue(nowMs)
  }

  /** Takes the partition over. Answers with the offset to read from; null where HDFS has nothing of it. */
  async recover(nowMs: number, signal: AbortSignal): Promise<number | null> {
    const offset = await this.#log.recover(signal)
    this.#recovered = true
    if (offset !== null) this.#parts.tables?.recovered(this.topicPartition.topic)
    this.#rotation.reset(null, nowMs)
    if (offset !== null) {
      this.#position = offset
      this.#committable = offset
    }
    return offset
  }

  /** Hot. Throws a DataError or a PartitionError for a record that cannot be written; it then counts as handled. */
  offer(record: SinkRecord, nowMs: number): Outcome {
    const offset = Number(record.originalKafkaOffset)
    if (offset < (this.#position ?? 0)) throw this.#wentBack(record)
    try {
      const outcome = this.#offer(record, offset, nowMs)
      if (outcome !== 'rotate first') this.#handled(offset)
      return outcome
    } catch (error) {
      if (!(isDataError(error) || error instanceof PartitionError)) throw error
      this.#handled(offset)
      throw error
    }
  }

  /** Completes all files. After an error {@link forget} and {@link recover} come first. */
  async rotate(nowMs: number, signal: AbortSignal): Promise<void> {
    if (this.#files.size > 0) {
      const files = Array.from(this.#files.values(), (file) => this.#finish(file))
      await this.#log.commit(files, signal)
      this.#tell()
    }
    this.#clear(true)
    this.#rotation.reset(this.#timestampMs, nowMs)
    this.#timestampMs = null
    this.#committable = this.#position
  }

  /** Forgets what is not complete: it is read again (invariant 2). */
  forget(): void {
    this.#clear(false)
    this.#recovered = false
    this.#position = this.#committable
    this.#timestampMs = null
  }

  /** Its name would be that of another file: whoever made the topic anew has to say what becomes of what is there. */
  #wentBack(record: SinkRecord): ConnectError {
    const { topic, partition } = this.topicPartition
    return new ConnectError(
      `The record of ${place(record)} lies before offset ${this.#position ?? 0}, up to which ${topic}-${partition} is written. If the topic was made anew, move its files and ${this.#parts.paths.logDir(this.topicPartition)} away.`,
    )
  }

  #tell(): void {
    const { tables } = this.#parts
    if (tables === null) return
    for (const { topic, directory, schema } of this.#files.values()) {
      tables.completed(topic, directory, schema)
    }
  }

  #clear(isWritten: boolean): void {
    for (const file of this.#files.values()) file.clear(this.#parts.budget, isWritten)
    this.#files.clear()
    this.#last = null
  }

  #handled(offset: number): void {
    this.#position = offset + 1
    // Nothing waits to be completed: what was left out needs not be read again.
    if (this.#files.size === 0) this.#committable = this.#position
  }

  #offer(record: SinkRecord, offset: number, nowMs: number): Outcome {
    if (record.value === null || record.value === undefined) {
      throw new DataError(`There is no value to write in the record of ${place(record)}.`)
    }
    const { partitioner } = this.#parts
    const timestampMs = partitioner.timestampOf(record, nowMs)
    const directory = partitioner.encode(record, timestampMs)
    if (directory !== this.#checked) this.#check(directory, record)
    const reason = this.#rotation.before(record.valueSchema, timestampMs, nowMs)
    if (reason !== null && this.#files.size > 0) {
      this.#timestampMs = timestampMs
      return 'rotate first'
    }
    return this.#write(record, directory, offset)
  }

  #check(directory: string, record: SinkRecord): void {
    if (unusable.test(directory)) {
      throw new DataError(
        `HDFS has no names with a colon, and none that are dots alone, as in ${directory} of the record of ${place(record)}. Set another partitioner or path.format.`,
      )
    }
    this.#checked = directory
  }

  #write(record: SinkRecord, directory: string, offset: number): Outcome {
    const { schema } = this.#rotation
    const value = projectTo(record.valueSchema, record.value, schema)
    const file = this.#fileOf(record, directory, offset)
    file.encoder.write(value, record)
    if (file.records === 0) this.#files.set(keyOf(record, directory), file)
    this.#last = file
    file.end = offset
    file.records++
    file.account(this.#parts.budget)
    return this.#rotation.written() ? 'full' : 'written'
  }

  #fileOf(record: SinkRecord, directory: string, offset: number): SpooledFile {
    const last = this.#last
    if (last?.directory === directory && last.topic === record.topic) return last
    return this.#files.get(keyOf(record, directory)) ?? this.#open(record, directory, offset)
  }

  #open({ topic }: SinkRecord, directory: string, start: number): SpooledFile {
    const { format, spill } = this.#parts
    const { schema } = this.#rotation
    const encoder = format.open(schema)
    return new SpooledFile({ topic, directory, start, schema, encoder, spill })
  }

  #finish(file: SpooledFile): FinishedFile {
    const { paths, names, format } = this.#parts
    const { topic, directory, start, end } = file
    const { partition } = this.topicPartition
    const { extension } = format
    const name = fileName(names, { topic, partition, directory, start, end, extension })
    const final = joinPath(paths.topicsDir(topic), topic, directory, name)
    return { final, extension, body: file.finish() }
  }
}

/** A transformation may have given records of one partition several topics. */
function keyOf({ topic }: SinkRecord, directory: string): string {
  return `${topic}/${directory}`
}

function place(record: SinkRecord): string {
  const { originalTopic, originalKafkaPartition, originalKafkaOffset } = record
  return `topic ${originalTopic}, partition ${originalKafkaPartition}, offset ${originalKafkaOffset}`
}

function isDataError(error: unknown): boolean {
  return (
    isConnectError(error) && error.javaName !== 'org.apache.kafka.connect.errors.ConnectException'
  )
}
