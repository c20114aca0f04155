import type { Schema, SinkRecord } from 'sluice/api'
import { ObjectWriter } from '../object-writer.ts'
import { account, firstTimestampOf } from '../open-file.ts'
import type { OpenFile } from '../open-file.ts'
import type { SharedParts } from '../sink-parts.ts'
import type { AivenFormat } from './aiven-formats.ts'
import { HeldBytes } from './held-bytes.ts'
import type { ObjectNames } from './object-names.ts'

export interface GroupFilesOptions {
  readonly parts: SharedParts
  readonly names: ObjectNames
  readonly output: AivenFormat
  /** Most records of a file; 0 where there is no limit. */
  readonly maxRecords: number
}

/** Files of records that have their key in common, or, where names do not tell it, of all records of a partition. */
interface Scope {
  /** The offset that their names tell. */
  readonly head: number
  readonly schema: Schema | null
  /** By the time that names tell. */
  readonly files: Map<string, OpenFile>
}

/** A record on its way to its file. */
interface Incoming {
  readonly record: SinkRecord
  readonly offset: number
  readonly nowMs: number
  /** Of its file, for {@link OpenFile.key}. */
  readonly key: string
  readonly scopeName: string
  readonly time: string
}

/** Which record of a partition goes to which file, as Aiven's sink groups them. */
export class GroupFiles {
  /** All that are not complete. */
  readonly open = new Set<OpenFile>()
  /** Those of them that no further record goes to. */
  readonly full = new Set<OpenFile>()
  /** What newer records of the same key have taken the place of; not open any more, and never completed. */
  superseded: OpenFile[] = []
  /** Of each directory, in a manner of speaking, the last offset that is known to lie in the store already. */
  readonly covered = new Map<string, number>()
  lastFile: OpenFile | null = null
  readonly #options: GroupFilesOptions
  readonly #scopes = new Map<string, Scope>()
  readonly #latest = new Map<string, OpenFile>()

  constructor(options: GroupFilesOptions) {
    this.#options = options
  }

  /** Hot. Writes a record to its file. A DataError leaves everything as it was. */
  add(record: SinkRecord, offset: number, nowMs: number): void {
    const { names } = this.#options
    const isLatest = names.grouping === 'latest of key'
    const scopeName = names.scopeOf(record)
    const time = names.timeOf(record, nowMs)
    const key = `${scopeName}\u0000${time}`
    if (this.covered.size > 0 && offset <= (this.covered.get(key) ?? -1)) return
    const incoming = { record, offset, nowMs, key, scopeName, time }
    if (isLatest) this.#replace(incoming)
    else this.#append(incoming)
  }

  /** Begins anew: what is open is the caller's. */
  forget(): void {
    this.#scopes.clear()
    this.#latest.clear()
    this.open.clear()
    this.full.clear()
    this.superseded = []
    this.lastFile = null
  }

  #append(incoming: Incoming): void {
    const { record, scopeName, time } = incoming
    const { output, maxRecords } = this.#options
    const before = this.#scopes.get(scopeName)
    const schema = output.format.schemaOf(record, before?.schema ?? null)
    const found = before?.files.get(time)
    const goesOn =
      before?.schema === schema &&
      // As in Java: where files are limited, a full one and a time that is new both begin files of another name.
      (maxRecords === 0 || (found !== undefined && found.records < maxRecords))
    if (goesOn && found !== undefined) {
      this.#write(found, record)
      return
    }
    const head = goesOn ? before.head : incoming.offset
    const file = this.#fileOf(incoming, head, schema)
    this.#write(file, record)
    if (goesOn) {
      before.files.set(time, file)
      return
    }
    for (const each of before?.files.values() ?? []) if (this.open.has(each)) this.full.add(each)
    this.#scopes.set(scopeName, { head, schema, files: new Map([[time, file]]) })
  }

  /** The only record of a file, in place of the one before. Encoded at once into no more bytes than it has: there may be many. */
  #replace(incoming: Incoming): void {
    const { record, offset, scopeName } = incoming
    const { output } = this.#options
    const schema = output.format.schemaOf(record, null)
    const encoder = output.format.open(schema)
    encoder.write(record.value, record)
    encoder.finish()
    const bytes = new HeldBytes(Buffer.concat(encoder.take()))
    const file = this.#newFile(incoming, offset, schema, bytes)
    const before = this.#latest.get(scopeName)
    if (before !== undefined && this.open.delete(before)) this.superseded.push(before)
    this.#latest.set(scopeName, file)
    this.#write(file, record)
  }

  #fileOf(incoming: Incoming, head: number, schema: Schema | null): OpenFile {
    return this.#newFile(incoming, head, schema, this.#options.output.format.open(schema))
  }

  #newFile(
    { record, offset, nowMs, key }: Incoming,
    head: number,
    schema: Schema | null,
    encoder: ConstructorParameters<typeof ObjectWriter>[0]['encoder'],
  ): OpenFile {
    const { parts, names, output } = this.#options
    const object = new ObjectWriter({
      ...parts.objects,
      key: names.nameOf(record, head, nowMs),
      encoder,
      compressor: output.compressor(),
      firstTimestamp: firstTimestampOf(record),
    })
    return {
      ...{ key, topic: record.topic, partition: record.kafkaPartition, directory: '', schema },
      ...{ start: offset, end: offset, records: 0, firstTimestamp: firstTimestampOf(record) },
      ...{ objects: [object], values: object, keys: null, headers: null },
      ...{ candidates: [], accounted: 0, completed: false },
    }
  }

  #write(file: OpenFile, record: SinkRecord): void {
    file.values?.write(record.value, record)
    file.end = Number(record.originalKafkaOffset)
    file.records++
    this.open.add(file)
    account(file, this.#options.parts.budget)
    this.lastFile = file
    if (file.records === this.#options.maxRecords) this.full.add(file)
  }
}
