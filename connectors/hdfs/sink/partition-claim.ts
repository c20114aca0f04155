import { RetriableError } from 'sluice/api'
import type { FileStatus } from '../webhdfs/answers.ts'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import { joinPath } from '../webhdfs/path-text.ts'
import { exceptionOf } from '../webhdfs/remote-exception.ts'

const epochName = /^epoch\.(\d+)$/
const empty = { bytes: 0, read: (): Buffer[] => [] }

/** Another task writes the partition now. */
export class TakenOverError extends RetriableError {}

/**
 * Says which task writes a partition: that of the highest number in the directory of its log. A task that was held up and has lost its partition without
 * knowing it finds a higher one, and gives up (invariant 4).
 */
export class PartitionClaim {
  readonly #hdfs: Hdfs
  readonly #dir: string
  #epoch = 0

  constructor(hdfs: Hdfs, dir: string) {
    this.#hdfs = hdfs
    this.#dir = dir
  }

  /** Takes the next number, and removes those before it. Answers with what else is in the directory from then on. */
  async take(signal: AbortSignal): Promise<readonly FileStatus[]> {
    const before = (await this.#hdfs.list(this.#dir, signal)) ?? []
    for (let epoch = highest(before) + 1; ; epoch++) {
      if (!(await this.#create(epoch, signal))) continue
      this.#epoch = epoch
      break
    }
    const names = (await this.#hdfs.list(this.#dir, signal)) ?? []
    for (const { name } of names) {
      const epoch = epochOf(name)
      if (epoch !== null && epoch < this.#epoch) {
        await this.#hdfs.delete(joinPath(this.#dir, name), signal)
      }
    }
    return names.filter(({ name }) => epochOf(name) === null)
  }

  /** Rejects with a {@link TakenOverError} where another task has taken the partition. */
  async check(signal: AbortSignal): Promise<void> {
    const names = (await this.#hdfs.list(this.#dir, signal)) ?? []
    if (highest(names) === this.#epoch) return
    throw new TakenOverError(
      `Another task writes to ${this.#dir} by now: what is not complete is left to it.`,
    )
  }

  async #create(epoch: number, signal: AbortSignal): Promise<boolean> {
    const path = joinPath(this.#dir, `epoch.${epoch}`)
    try {
      await this.#hdfs.create(path, empty, { overwrite: false }, signal)
      return true
    } catch (error) {
      if (exceptionOf(error) === 'FileAlreadyExistsException') return false
      throw error
    }
  }
}

function highest(names: readonly FileStatus[]): number {
  return names.reduce((most, { name }) => Math.max(most, epochOf(name) ?? 0), 0)
}

function epochOf(name: string): number | null {
  const found = epochName.exec(name)
  return found === null ? null : Number(found[1])
}
