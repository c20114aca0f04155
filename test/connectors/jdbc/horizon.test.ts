import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import { databaseNow } from '../../../connectors/jdbc/source/database-clock.ts'
import { Horizon } from '../../../connectors/jdbc/source/horizon.ts'
import type { OpenTransactions } from '../../../connectors/jdbc/source/horizon.ts'
import { sourceSettings } from '../../../connectors/jdbc/source/settings.ts'

function horizonOf(
  maxDelayMs = 0,
  said: string[] = [],
): {
  readonly horizon: Horizon
  readonly said: string[]
} {
  const say = (text: string): void => {
    said.push(text)
  }
  const log = { info: say, warn: say }
  return { horizon: new Horizon({ name: 'table t', maxDelayMs, log }), said }
}

const open = (oldest: number, next: number): OpenTransactions => {
  return { oldest: BigInt(oldest), next: BigInt(next) }
}

describe('a key that was noted is released', () => {
  test('after a moment, where no transaction is open', () => {
    const { horizon } = horizonOf()
    horizon.note([3], 1000)
    expect(horizon.release(open(102, 102), 1199)).toBeNull()
    expect(horizon.release(open(102, 102), 1200)).toEqual([3])
    expect(horizon.isHolding).toBe(false)
  })

  test('not before those are over that were open after that moment, whichever began first', () => {
    const { horizon } = horizonOf()
    horizon.note([3], 0)
    expect(horizon.release(open(101, 102), 200)).toBeNull()
    expect(horizon.release(open(101, 500), 300)).toBeNull()
    expect(horizon.release(open(102, 501), 400)).toEqual([3])
  })

  test('though others have begun since', () => {
    const { horizon } = horizonOf()
    horizon.note([3], 0)
    expect(horizon.release(open(101, 103), 200)).toBeNull()
    expect(horizon.release(open(103, 200), 250)).toEqual([3])
  })

  test('never after a reset', () => {
    const { horizon } = horizonOf()
    horizon.note([3], 0)
    horizon.reset()
    expect(horizon.release(open(102, 102), 200)).toBeNull()
    expect(horizon.heldMs(200)).toBe(0)
  })
})

test('looks come after the first moment, then seldom and seldomer, and at least once a second', () => {
  const { horizon } = horizonOf()
  horizon.note([3], 0)
  expect([0, 150, 200, 400, 60_000].map((at) => horizon.waitMs(at))).toEqual([
    200, 50, 50, 100, 1000,
  ])
})

test('a limit ends the hold for the reader, and not the wait for the transactions', () => {
  const { horizon } = horizonOf(100)
  horizon.note([3], 0)
  expect([horizon.isOverdue(100), horizon.isOverdue(101)]).toEqual([false, true])
  expect([horizon.heldMs(100), horizon.heldMs(101)]).toEqual([100, 0])
  expect(horizon.isHolding).toBe(true)
})

test('a long hold is told of once, with what holds, and so is its end', () => {
  const { horizon, said } = horizonOf()
  horizon.note([3], 0)
  const oldest = 2 ** 32 + 7
  for (const at of [200, 29_999, 30_000, 31_000]) horizon.release(open(oldest, oldest + 1), at)
  expect(said).toEqual([expect.stringMatching(/^Rows of table t .* 30000 ms, .* being 7: /)])
  horizon.release(open(oldest + 1, oldest + 1), 40_000)
  expect(said.slice(1)).toEqual(['table t is read on: it was held back for 40000 ms.'])
})

test('a standby is refused: it does not know what is open', async () => {
  const connection = {
    dialect: { nowSql: 'SELECT 1' },
    query: () => Promise.resolve({ rows: [['2026-11-22 10:00:00', '9', '1', 'true']] }),
  } as unknown as Connection
  const settings = sourceSettings(
    {
      ...{ 'connection.url': 'jdbc:postgresql://h/d', 'topic.prefix': '', mode: 'incrementing' },
      'snapshot.horizon': 'true',
    },
    'confluent',
  )
  await expect(databaseNow(connection, settings)).rejects.toThrow(/needs the primary server/)
})

/** A database as far as numbers and transactions go, and a reader that looks at it every 100 ms. */
class Model {
  readonly committed = new Set<number>()
  readonly found: number[] = []
  readonly #horizon = horizonOf().horizon
  readonly #writers = new Map<number, { xid: number | null; ids: number[]; seen: number }>()
  #sequence = 0
  #xid = 100
  #at = 0

  /** Draws a number; the id of the transaction may come up to two looks later. */
  write(who: number, isQuick: boolean): void {
    const writer = this.#writers.get(who) ?? { xid: null, ids: [], seen: 0 }
    this.#writers.set(who, writer)
    writer.ids.push(++this.#sequence)
    if (isQuick) writer.xid ??= this.#xid++
  }

  end(who: number, commits: boolean): void {
    const writer = this.#writers.get(who)
    if (writer === undefined) return
    this.#writers.delete(who)
    if (writer.xid === null) this.#xid++
    if (commits) for (const id of writer.ids) this.committed.add(id)
  }

  look(): void {
    this.#at += 100
    this.#read()
    for (const writer of this.#writers.values()) if (++writer.seen > 1) writer.xid ??= this.#xid++
  }

  #read(): void {
    const visible = [...this.committed].filter((id) => id > (this.found.at(-1) ?? 0))
    const horizon = this.#horizon
    if (!horizon.isHolding) {
      if (visible.length > 0) horizon.note([Math.max(...visible)], this.#at)
      return
    }
    const running = [...this.#writers.values()].flatMap(({ xid }) => (xid === null ? [] : [xid]))
    const key = horizon.release(open(Math.min(this.#xid, ...running), this.#xid), this.#at)
    if (key === null) return
    const released = visible.filter((id) => id <= Number(key[0])).sort((a, b) => a - b)
    this.found.push(...released)
  }
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ write: fc.nat(3), isQuick: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ end: fc.nat(3), commits: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant('look' as const) },
)

test('however transactions overlap, each committed row is read, once and in order', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 60 }), (steps) => {
      const model = new Model()
      for (const each of steps) {
        if (each === 'look') model.look()
        else if ('write' in each) model.write(each.write, each.isQuick)
        else model.end(each.end, each.commits)
      }
      for (const who of [0, 1, 2, 3]) model.end(who, true)
      // A hold that is under way, and one more, of three looks each.
      for (let looks = 0; looks < 8; looks++) model.look()
      expect(model.found).toEqual([...model.committed].sort((a, b) => a - b))
    }),
    { numRuns: 500 },
  )
})
