import { ConnectError, RetriableError } from 'sluice/api'
import type { Logger } from 'sluice/api'
import { ConditionError, UnsupportedConditionError } from './object-store.ts'
import type { FoundObject, ObjectStore } from './object-store.ts'
import { uploadNameOf } from './object-writer.ts'
import type { Contents, ObjectWriter } from './object-writer.ts'
import { mainObjectOf } from './open-file.ts'
import type { OpenFile } from './open-file.ts'

/** Files of a topic partition that are completed at once. */
const filesAtOnce = 8

/** Objects of another run hold what was about to be written; reading goes on at the first offset that they do not hold. */
export class TakenError extends ConnectError {
  readonly firstFree: number
  /** The last offset of each directory that lies in the store already. */
  readonly covered: ReadonlyMap<string, number>

  constructor(firstFree: number, covered: ReadonlyMap<string, number>) {
    super(`Objects are there already; reading goes on at offset ${firstFree}.`)
    this.firstFree = firstFree
    this.covered = covered
  }
}

/**
 * How objects of other runs are treated. `replace`: a replay makes the same objects, so what has no more than ours is replaced, and only what has more is
 * kept. `keep`: a replay makes others, so all are kept and reading goes on behind them. `ignore`: nothing is looked at.
 */
export type ConflictPolicy = 'replace' | 'keep' | 'ignore'

export interface CommitterOptions {
  readonly store: ObjectStore
  readonly policy: ConflictPolicy
  /** What the object of a file would be called if it began with this offset. */
  keyOf(file: OpenFile, start: number): string
  readonly log: Logger
  /** The tags of an object; null where it gets none. */
  readonly tags: ((file: OpenFile) => Readonly<Record<string, string>>) | null
  readonly failsOnTagging: boolean
}

/** Completes objects, so that no other run's records are lost: a task that has lost its partitions without knowing replaces nothing newer. */
export class FileCommitter {
  readonly #options: CommitterOptions
  #policy: ConflictPolicy

  constructor(options: CommitterOptions) {
    this.#options = options
    this.#policy = options.policy
  }

  /** In the order of their first offsets where others' are kept, so that what was completed is a beginning. Sets in `covered` what lies there already. */
  async complete(
    files: readonly OpenFile[],
    covered: Map<string, number>,
    signal: AbortSignal,
  ): Promise<void> {
    const ordered = [...files].sort((a, b) => a.start - b.start)
    const atOnce = this.#policy === 'keep' ? 1 : filesAtOnce
    for (let at = 0; at < ordered.length; at += atOnce) {
      const group = ordered.slice(at, at + atOnce)
      const done = await Promise.allSettled(group.map((file) => this.#file(file, covered, signal)))
      const failed = done.find((each) => each.status === 'rejected')
      if (failed === undefined) continue
      if (failed.reason instanceof ConditionError) throw await this.#taken(ordered, signal)
      throw failed.reason
    }
  }

  async #file(file: OpenFile, covered: Map<string, number>, signal: AbortSignal): Promise<void> {
    for (const object of file.objects) {
      const end = await this.#object(object, file, signal)
      // What others of it hold says nothing: the run that wrote them may have ended before this one.
      if (end > file.end && object === mainObjectOf(file)) covered.set(file.key, end)
      object.release()
    }
    file.completed = true
    await this.#tag(file, signal)
  }

  /** Answers with the last offset that the object holds. */
  async #object(object: ObjectWriter, file: OpenFile, signal: AbortSignal): Promise<number> {
    const contents = contentsOf(file)
    if (this.#policy === 'ignore') {
      await object.complete(contents, 'any', signal)
      return file.end
    }
    try {
      await object.complete(contents, 'absent', signal)
      return file.end
    } catch (error) {
      if (error instanceof UnsupportedConditionError) {
        this.#policy = 'ignore'
        this.#options.log.warn(
          'The store knows no conditional writes: objects are replaced whoever wrote them. Set enable.conditional.writes=false to be told no more.',
        )
        return await this.#object(object, file, signal)
      }
      if (!(error instanceof ConditionError)) throw error
      return await this.#conflict(object, file, error, signal)
    }
  }

  async #conflict(
    object: ObjectWriter,
    file: OpenFile,
    error: ConditionError,
    signal: AbortSignal,
  ): Promise<number> {
    const found = await this.#options.store.find(object.key, signal)
    if (found === null) throw new RetriableError(`${object.key} was there and is gone.`)
    // The answer to our own request was lost, or a twin was quicker.
    if (found !== 'forbidden' && isSame(object, file, found)) return file.end
    if (await this.#isLeftover(object, file, signal)) {
      return await this.#replace(object, file, found, signal)
    }
    if (this.#policy === 'keep') throw error
    const end = found === 'forbidden' ? null : moreIn(found, object, file)
    if (end === null) return await this.#replace(object, file, found, signal)
    this.#options.log.warn(
      `${object.key} holds more than it was about to be replaced by, which ends with offset ${file.end}: it is kept.`,
    )
    return end
  }

  /** Whether a run wrote keys or headers, and ended before what they belong to. */
  async #isLeftover(object: ObjectWriter, file: OpenFile, signal: AbortSignal): Promise<boolean> {
    const main = mainObjectOf(file)
    if (main === null || main === object) return false
    return (await this.#options.store.find(main.key, signal)) === null
  }

  async #replace(
    object: ObjectWriter,
    file: OpenFile,
    found: FoundObject | 'forbidden',
    signal: AbortSignal,
  ): Promise<number> {
    const condition = found === 'forbidden' ? 'any' : { etag: found.etag }
    try {
      await object.complete(contentsOf(file), condition, signal)
    } catch (cause) {
      if (!(cause instanceof ConditionError)) throw cause
      throw new RetriableError(`${object.key} was replaced by somebody else meanwhile.`, { cause })
    }
    return file.end
  }

  /** Of all directories the first offset that no object holds. */
  async #taken(files: readonly OpenFile[], signal: AbortSignal): Promise<TakenError> {
    const covered = new Map<string, number>()
    let least = Number.POSITIVE_INFINITY
    for (const file of files) {
      const free = file.completed ? file.end + 1 : await this.#firstFree(file, signal)
      if (free > file.start) covered.set(file.key, free - 1)
      least = Math.min(least, free)
    }
    return new TakenError(least, covered)
  }

  /** Looks at the names that the records would have had. An offset that is not remembered counts as free. */
  async #firstFree(file: OpenFile, signal: AbortSignal): Promise<number> {
    const { store } = this.#options
    const known = new Set(file.candidates)
    let offset = file.start
    while (known.has(offset)) {
      const found = await store.find(this.#options.keyOf(file, offset), signal)
      if (found === null) return offset
      if (found === 'forbidden') return offset + 1
      offset = Math.max(endOf(found) ?? offset, offset) + 1
    }
    return offset
  }

  async #tag(file: OpenFile, signal: AbortSignal): Promise<void> {
    const { tags, store, failsOnTagging, log } = this.#options
    const object = file.values
    if (tags === null || object === null) return
    try {
      await store.tag(object.key, tags(file), signal)
    } catch (cause) {
      const message = `Unable to tag S3 object ${object.key}`
      if (failsOnTagging) throw new ConnectError(message, { cause })
      log.warn(message, cause)
    }
  }
}

function contentsOf({ end, records }: OpenFile): Contents {
  return { endOffset: String(end), records }
}

/** The last offset that an object holds which has more than ours; null where it has not. Of one in parts only its length is known. */
function moreIn(found: FoundObject, object: ObjectWriter, file: OpenFile): number | null {
  if (!isOfThisLog(file, found)) return null
  const end = endOf(found)
  if (end !== null) return end > file.end ? end : null
  return uploadNameOf(found) !== null && found.bytes > object.bytes ? file.end : null
}

/** Of a topic that was deleted and made anew, offsets say nothing of the objects that are there. */
function isOfThisLog(file: OpenFile, { metadata }: FoundObject): boolean {
  const first = metadata['sluice-first-timestamp']
  return first === undefined || first === file.firstTimestamp
}

function isSame(object: ObjectWriter, file: OpenFile, found: FoundObject): boolean {
  if (object.isSame(found)) return true
  // Of one in parts nobody could say how many records it would have.
  const isAsLong = uploadNameOf(found) !== null && found.bytes === object.bytes
  if (isAsLong && file.firstTimestamp !== 'none' && isOfThisLog(file, found)) return true
  return (
    isOfThisLog(file, found) &&
    endOf(found) === file.end &&
    found.metadata['sluice-records'] === String(file.records)
  )
}

function endOf({ metadata }: FoundObject): number | null {
  const end = metadata['sluice-end-offset']
  return end === undefined ? null : Number(end)
}
