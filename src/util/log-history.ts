import { ownerOf } from './log-format.ts'
import { ranks } from './log-levels.ts'
import type { LogLevel } from './log-levels.ts'
import type { LogEntry } from './logger.ts'

/** A line that was kept. `run` counts the starts of its task or connector in this process; 0 is before the first. */
export interface KeptLine {
  readonly entry: LogEntry
  readonly run: number
}

/** Whose lines: of a task, or of a connector with all its tasks. */
export interface LogOwner {
  readonly connector: string
  readonly task?: number
}

export interface LogQuery {
  /** Lines of this level and graver ones. */
  readonly level: LogLevel
  /** Lines since this moment, in ms. */
  readonly since: number
  /** At most so many, the last ones. */
  readonly limit: number
}

/** Hears lines as they are kept. Neither call may throw. */
export interface LogFollower {
  line(line: KeptLine): void
  /** There will be no more: the connector was deleted, or the worker stops. */
  ended(): void
}

interface Shelf {
  readonly owner: LogOwner
  readonly lines: (KeptLine & { readonly order: number; readonly size: number })[]
  size: number
  run: number
}

const mostLines = 1000
/** In characters, of one task. */
const mostOfOne = 128 * 1024
const mostOfAll = 16 * 1024 * 1024
const mostShelves = 5000
/** Of a message, and of a trace. */
const mostOfText = 16 * 1024
const mostFollowers = 32

/**
 * The last lines of the log of every connector and task, which outlive its thread and its restarts. Bounded for each of them,
 * and over all: those that have been silent longest are forgotten first.
 */
export class LogHistory {
  /** Those that logged last stand last. */
  readonly #shelves = new Map<string, Shelf>()
  readonly #followers = new Map<LogFollower, LogOwner>()
  #size = 0
  #order = 0
  #closed = false

  keep(entry: LogEntry): void {
    const { connector, task } = ownerOf(entry.context)
    if (connector === undefined) return
    const shelf = this.#shelfOf(task === undefined ? { connector } : { connector, task })
    const cut = { ...entry, message: cutText(entry.message) }
    const kept = entry.trace === undefined ? cut : { ...cut, trace: cutText(entry.trace) }
    const size = kept.message.length + (kept.trace?.length ?? 0)
    const line = { entry: kept, run: shelf.run, order: this.#order++, size }
    shelf.lines.push(line)
    this.#grow(shelf, size)
    while (shelf.lines.length > mostLines || shelf.size > mostOfOne) this.#dropOldest(shelf)
    this.#makeRoom()
    for (const [follower, followed] of this.#followers) {
      if (matches(followed, shelf.owner)) follower.line(line)
    }
  }

  /** The task, or the connector itself, starts once more. */
  begin(owner: LogOwner): void {
    this.#shelfOf(owner).run++
  }

  /** Whether anything was kept of `owner`. */
  has(owner: LogOwner): boolean {
    return this.#shelves.has(keyOf(owner))
  }

  /** In the order in which they were logged. */
  lines(owner: LogOwner, { level, since, limit }: LogQuery): readonly KeptLine[] {
    const found = [...this.#shelves.values()]
      .filter((shelf) => matches(owner, shelf.owner))
      .flatMap((shelf) => shelf.lines)
      .filter(({ entry }) => ranks[entry.level] <= ranks[level] && entry.timestamp >= since)
    return found.sort((a, b) => a.order - b.order).slice(-limit)
  }

  /** From here on `follower` hears what is kept of `owner`. False where too many follow already. */
  follow(owner: LogOwner, follower: LogFollower): boolean {
    if (this.#closed || this.#followers.size >= mostFollowers) return false
    this.#followers.set(follower, owner)
    return true
  }

  unfollow(follower: LogFollower): void {
    this.#followers.delete(follower)
  }

  /** The connector has been deleted: its lines go, and who follows them has nothing more to hear. */
  forget(connector: string): void {
    for (const [key, shelf] of this.#shelves) {
      if (shelf.owner.connector !== connector) continue
      this.#shelves.delete(key)
      this.#size -= shelf.size
    }
    this.#end((owner) => owner.connector === connector)
  }

  /** The worker stops: nobody follows any more. */
  close(): void {
    this.#closed = true
    this.#end(() => true)
  }

  #end(isMeant: (owner: LogOwner) => boolean): void {
    for (const [follower, owner] of [...this.#followers]) {
      if (!isMeant(owner)) continue
      this.#followers.delete(follower)
      follower.ended()
    }
  }

  /** As the one that logged last. */
  #shelfOf(owner: LogOwner): Shelf {
    const key = keyOf(owner)
    const shelf = this.#shelves.get(key) ?? { owner, lines: [], size: 0, run: 0 }
    this.#shelves.delete(key)
    this.#shelves.set(key, shelf)
    return shelf
  }

  #makeRoom(): void {
    for (const [key, shelf] of this.#shelves) {
      while (this.#size > mostOfAll && shelf.lines.length > 0) this.#dropOldest(shelf)
      const isNeeded = this.#shelves.size <= mostShelves
      if (isNeeded && this.#size <= mostOfAll) return
      this.#shelves.delete(key)
      this.#size -= shelf.size
    }
  }

  #dropOldest(shelf: Shelf): void {
    const oldest = shelf.lines.shift()
    if (oldest) this.#grow(shelf, -oldest.size)
  }

  #grow(shelf: Shelf, size: number): void {
    shelf.size += size
    this.#size += size
  }
}

function keyOf({ connector, task }: LogOwner): string {
  return `${task ?? 'worker'}|${connector}`
}

/** Whether what `wanted` names takes in `owner`. */
function matches(wanted: LogOwner, owner: LogOwner): boolean {
  const isTask = wanted.task === undefined || wanted.task === owner.task
  return isTask && wanted.connector === owner.connector
}

function cutText(text: string): string {
  if (text.length <= mostOfText) return text
  return `${text.slice(0, mostOfText)} … (cut: ${text.length - mostOfText} more characters)`
}
