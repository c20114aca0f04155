/** Numbers in shared memory count in this unit, so that a word holds two terabytes. */
const unitBytes = 1024
/** Places in the memory of the budget, and of an account but for the first. */
const LIMIT = 0
const SHARES = 1
const USED = 2
const POOLED = 3
const words = 4

/**
 * What Kafka's records may take up in buffers, all threads of the process together, in memory that every thread sees. Half
 * of it is divided equally among the shares there are, one a task: that much each may always have, so none can starve. The
 * other half is a pool, for who asks first. What goes beyond is told to wait, and not refused what it has begun:
 * {@link MemoryShare} says by how much.
 */
export class MemoryBudget {
  /** Give this to the other threads, with an account for each: {@link MemoryAccount}. */
  readonly shared: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(limitBytes: number) {
    this.shared = newMemory()
    this.#words = new Int32Array(this.shared)
    this.#words[LIMIT] = Math.floor(limitBytes / unitBytes)
  }

  get limitBytes(): number {
    return Atomics.load(this.#words, LIMIT) * unitBytes
  }

  get usedBytes(): number {
    return Atomics.load(this.#words, USED) * unitBytes
  }

  /** The memory of one thread's account. */
  newAccount(): SharedArrayBuffer {
    return newMemory()
  }

  /** What a thread may hold in buffers that are counted here, or are kept to be used again. */
  allows(account: SharedArrayBuffer): number {
    return Atomics.load(new Int32Array(account), USED) * unitBytes + this.limitBytes / 2
  }

  /** A thread is gone: what it had is free again. To be called once, when nothing of it runs any more. */
  takeBack(account: SharedArrayBuffer): void {
    const held = new Int32Array(account)
    for (const place of [SHARES, USED, POOLED]) {
      Atomics.sub(this.#words, place, Atomics.exchange(held, place, 0))
    }
  }
}

/** What one thread has of the budget. */
export class MemoryAccount {
  readonly #budget: Int32Array
  readonly #account: Int32Array

  constructor(budget: SharedArrayBuffer, account: SharedArrayBuffer) {
    this.#budget = new Int32Array(budget)
    this.#account = new Int32Array(account)
  }

  /** What the whole budget has. */
  get limitBytes(): number {
    return this.load(LIMIT) * unitBytes
  }

  /** Of the whole budget, in units. */
  load(place: number): number {
    return Atomics.load(this.#budget, place)
  }

  /** Adds to budget and account. With nothing between the two a thread cannot be ended, so both stay the same. */
  add(place: number, units: number): number {
    const before = Atomics.add(this.#budget, place, units)
    Atomics.add(this.#account, place, units)
    return before + units
  }

  open(): MemoryShare {
    return new MemoryShare(this)
  }
}

/**
 * What one Kafka client of a task has of the budget. It may have more than it may: a batch that is begun is finished, and a
 * broker sends a whole batch whatever it is asked for. Called once a batch or a fetch.
 */
export class MemoryShare {
  readonly #account: MemoryAccount
  #bytes = 0
  #units = 0
  /** Of them, those beyond what every share may have. */
  #pooled = 0
  #closed = false

  constructor(account: MemoryAccount) {
    this.#account = account
    account.add(SHARES, 1)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether it has more than it may: then it waits until something is given back. */
  get isOver(): boolean {
    return this.#pooled > 0 && this.#account.load(POOLED) > this.#poolUnits()
  }

  /** How much may be kept in buffers that nobody uses at the moment, for all shares together half of the budget. */
  get keepBytes(): number {
    return this.#ownUnits() * unitBytes
  }

  /** Counts `bytes` that are taken already. */
  take(bytes: number): void {
    this.#set(this.#bytes + bytes)
  }

  /** Takes `bytes` where there is room for them. */
  tryTake(bytes: number): boolean {
    this.take(bytes)
    if (!this.isOver) return true
    this.give(bytes)
    return false
  }

  give(bytes: number): void {
    this.#set(this.#bytes - bytes)
  }

  /** Gives everything back. What is counted later counts no more. */
  close(): void {
    if (this.#closed) return
    this.#set(0)
    this.#closed = true
    this.#account.add(SHARES, -1)
  }

  #set(bytes: number): void {
    if (this.#closed) return
    const units = Math.ceil(bytes / unitBytes)
    const pooled = Math.max(units - this.#ownUnits(), 0)
    if (units !== this.#units) this.#account.add(USED, units - this.#units)
    if (pooled !== this.#pooled) this.#account.add(POOLED, pooled - this.#pooled)
    this.#bytes = bytes
    this.#units = units
    this.#pooled = pooled
  }

  #poolUnits(): number {
    return Math.floor(this.#account.load(LIMIT) / 2)
  }

  #ownUnits(): number {
    return Math.floor(this.#poolUnits() / Math.max(this.#account.load(SHARES), 1))
  }
}

function newMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(words * 4)
}
