import type { OffsetStorageReader, SourceOffset } from 'sluice/api'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import { nameOf } from '../webhdfs/path-text.ts'
import { compareNames, filesIn } from './source-files.ts'
import type { FileSelection, SourceFile } from './source-files.ts'

/** A file, and the index of the record to begin with. */
export interface FileToRead {
  readonly file: SourceFile
  readonly from: number
}

/** How far a source partition was read. */
interface Position {
  readonly name: string
  readonly records: number
  readonly ended: boolean
}

export interface FileQueueOptions {
  readonly hdfs: Hdfs
  readonly folders: readonly string[]
  readonly selection: FileSelection
  readonly offsets: OffsetStorageReader
}

/** The files of a task's directories that are not read yet. */
export class FileQueue {
  readonly #options: FileQueueOptions
  readonly #positions = new Map<string, Position | null>()
  #files: SourceFile[] = []

  constructor(options: FileQueueOptions) {
    this.#options = options
  }

  /** How many are known and not read. */
  get length(): number {
    return this.#files.length
  }

  /** Null where all that was listed is read: {@link list} again later. */
  next(): FileToRead | null {
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      const from = this.#rest(file)
      if (from !== null) return { file, from }
      this.#files.shift()
    }
    return null
  }

  /** Looks for files that have come. */
  async list(signal: AbortSignal): Promise<void> {
    const { hdfs, folders, selection } = this.#options
    const found: SourceFile[] = []
    for (const folder of folders) found.push(...(await filesIn(hdfs, folder, selection, signal)))
    await this.#lookUp(found, signal)
    this.#files = found.filter((file) => this.#rest(file) !== null)
  }

  /** So many records of a file were read; `ended` where there are no more. */
  read({ source, path }: SourceFile, records: number, ended: boolean): SourceOffset {
    const position = { name: nameOf(path), records, ended }
    this.#positions.set(keyOf(source), position)
    return { file: position.name, record: records, end: ended }
  }

  /** The index of the first record that was not read; null where all were. */
  #rest({ source, path }: SourceFile): number | null {
    const position = this.#positions.get(keyOf(source)) ?? null
    if (position === null) return 0
    const order = compareNames(nameOf(path), position.name)
    if (order > 0) return 0
    return order < 0 || position.ended ? null : position.records
  }

  async #lookUp(files: readonly SourceFile[], signal: AbortSignal): Promise<void> {
    const unknown = new Map(
      files
        .map(({ source }) => [keyOf(source), source] as const)
        .filter(([key]) => !this.#positions.has(key)),
    )
    if (unknown.size === 0) return
    const keys = [...unknown.keys()]
    const found = await this.#options.offsets.offsets([...unknown.values()], signal)
    for (const [index, offset] of found.entries()) {
      this.#positions.set(keys[index] ?? '', offset === null ? null : positionOf(offset))
    }
  }
}

const keys = new WeakMap<SourceOffset, string>()

/** Hot. Sources are told apart by what they hold; each is put into words once. */
function keyOf(source: SourceOffset): string {
  const known = keys.get(source)
  if (known !== undefined) return known
  const key = JSON.stringify(source)
  keys.set(source, key)
  return key
}

function positionOf({ file, record, end }: SourceOffset): Position | null {
  if (typeof file !== 'string') return null
  return { name: file, records: Number(record ?? 0), ended: end === true }
}
