import type { ThreadBoard, ThreadMemory } from '../messages/thread-board.ts'

/** A thread as the memory watch sees it. */
export interface MeasuredThread {
  readonly board: Pick<ThreadBoard, 'turnedAt' | 'memory'>
  /** Limit of its JavaScript heap. */
  readonly heapMb: number
}

/** What a thread holds beyond its share. */
export interface Overgrown<T> {
  readonly thread: T
  readonly heldBytes: number
  readonly shareBytes: number
  /** It grew within one turn of its event loop: then it is the call on its board that grows. */
  readonly withinTurn: boolean
}

/** The main thread's part of what `process.memoryUsage()` says. */
export interface ProcessMemory {
  readonly rss: number
  readonly heapTotal: number
  readonly external: number
}

/** No thread has less than this for its Buffers: drivers and codecs begin with some. */
const leastShareMb = 64
/** So many reports in a row must be over the share: garbage counts until it is collected, and that is done by then. */
const reportsOver = 3
/** No garbage grows to so many times the share: this much is enough in one report. */
const farOver = 4
/** A thread that has not turned for so many looks is taken to hold its event loop. */
const looksHeld = 3

interface Seen {
  turn: number
  /** Looks since that turn. */
  looks: number
  /** Of its reports, the last ones, that were over. */
  over: number
  /** Of the process, when it turned: what was resident, and how much of that no thread had reported. */
  rss: number
  unreported: number
}

/**
 * Looks for the thread that takes the process's memory up outside of its JavaScript heap, where V8 knows no limit. A thread may hold
 * as much there as in its heap, and nobody is looked at while the process takes up less than heaps and buffers may. A thread
 * that turns reports what it holds; of one that does not, what the process has grown by since, and nobody has reported, is its.
 */
export class MemoryWatch<T extends MeasuredThread> {
  readonly #limitBytes: number
  readonly #ownBytes: (thread: T) => number
  readonly #seen = new Map<T, Seen>()

  /**
   * `limitBytes`: what the process may take up before a thread is held to its share. `ownBytes`: what the worker itself keeps in
   * Buffers of the thread, which is counted elsewhere.
   */
  constructor(limitBytes: number, ownBytes: (thread: T) => number) {
    this.#limitBytes = limitBytes
    this.#ownBytes = ownBytes
  }

  /** To be called several times a second; of those that are beyond their shares, the one that holds most. */
  look(threads: readonly T[], main: ProcessMemory): Overgrown<T> | null {
    const alive = new Set(threads)
    for (const thread of this.#seen.keys()) if (!alive.has(thread)) this.#seen.delete(thread)
    const unreported = threads.reduce(
      (rest, { board }) => rest - total(board.memory()),
      main.rss - main.heapTotal - main.external,
    )
    const grown = threads
      .flatMap((thread) => this.#judge(thread, main.rss, unreported) ?? [])
      .sort((a, b) => b.heldBytes - a.heldBytes)
    const [most] = main.rss > this.#limitBytes ? grown : []
    if (!most) return null
    // Whatever else is over may be in order once this one is gone.
    this.#seen.clear()
    return most
  }

  #judge(thread: T, rss: number, unreported: number): Overgrown<T> | null {
    const { board, heapMb } = thread
    const shareBytes = Math.max(heapMb, leastShareMb) * 2 ** 20
    const { heapBytes, externalBytes: allBytes } = board.memory()
    const externalBytes = allBytes - this.#ownBytes(thread)
    const seen = this.#see(thread, externalBytes > shareBytes, rss, unreported)
    if (seen.over >= reportsOver || externalBytes > shareBytes * farOver) {
      return { thread, heldBytes: externalBytes, shareBytes, withinTurn: false }
    }
    if (seen.looks < looksHeld) return null
    const grown = Math.min(rss - seen.rss, unreported - seen.unreported)
    const heldBytes = externalBytes + grown
    // What it has grown by may be heap too, which V8 limits.
    const heapLeft = Math.max(heapMb * 2 ** 20 - heapBytes, 0)
    return heldBytes > shareBytes + heapLeft
      ? { thread, heldBytes, shareBytes, withinTurn: true }
      : null
  }

  #see(thread: T, isOver: boolean, rss: number, unreported: number): Seen {
    const turn = thread.board.turnedAt()
    const before = this.#seen.get(thread)
    if (before?.turn === turn) {
      before.looks++
      return before
    }
    const over = isOver ? (before?.over ?? 0) + 1 : 0
    const seen = { turn, looks: 0, over, rss, unreported }
    this.#seen.set(thread, seen)
    return seen
  }
}

function total({ heapBytes, externalBytes }: ThreadMemory): number {
  return heapBytes + externalBytes
}
