import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryAccount, MemoryBudget } from '../../src/util/memory-budget.ts'
import type { MemoryShare } from '../../src/util/memory-budget.ts'

const KIB = 1024

function open(limitKib: number) {
  const budget = new MemoryBudget(limitKib * KIB)
  const memory = budget.newAccount()
  const account = new MemoryAccount(budget.shared, memory)
  return { budget, memory, account }
}

describe('the memory budget', () => {
  test('lets each have its part of one half, and who asks first have the other', () => {
    const { account, budget } = open(100)
    const [first, second] = [account.open(), account.open()]
    expect(first.tryTake(75 * KIB)).toBe(true)
    expect(first.tryTake(KIB)).toBe(false)
    expect(second.tryTake(25 * KIB)).toBe(true)
    expect(second.tryTake(KIB)).toBe(false)
    expect(budget.usedBytes).toBe(100 * KIB)
    first.give(10 * KIB)
    expect(second.tryTake(10 * KIB)).toBe(true)
  })

  test('tells who has more than it may, until enough was given back by anyone', () => {
    const { account } = open(100)
    const [first, second] = [account.open(), account.open()]
    first.take(60 * KIB)
    second.take(60 * KIB)
    expect([first.isOver, second.isOver]).toEqual([true, true])
    second.give(40 * KIB)
    expect([first.isOver, second.isOver]).toEqual([false, false])
  })

  test('takes back what a thread had that is gone, and leaves that of others', () => {
    const { account, budget, memory } = open(100)
    const other = new MemoryAccount(budget.shared, budget.newAccount())
    account.open().take(80 * KIB)
    const kept = other.open()
    kept.take(5 * KIB)
    expect(kept.tryTake(50 * KIB)).toBe(false)
    budget.takeBack(memory)
    expect(budget.usedBytes).toBe(5 * KIB)
    expect(kept.tryTake(90 * KIB)).toBe(true)
    budget.takeBack(memory)
    expect(budget.usedBytes).toBe(95 * KIB)
  })

  test('counts what a closed share held no more, nor what comes late', () => {
    const { account, budget } = open(100)
    const share = account.open()
    share.take(50 * KIB)
    share.close()
    share.give(20 * KIB)
    share.take(30 * KIB)
    share.close()
    expect(budget.usedBytes).toBe(0)
    expect(account.open().tryTake(100 * KIB)).toBe(true)
  })

  test('never grants beyond its limit, never starves a share of its part, and comes out even', () => {
    const step = fc.record({ who: fc.nat(3), bytes: fc.nat(40 * KIB), gives: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { account, budget } = open(100)
        const shares = Array.from({ length: 4 }, (): MemoryShare => account.open())
        for (const { who, bytes, gives } of steps) {
          const share = shares[who]
          if (share === undefined) continue
          const part = Math.floor((50 * KIB) / 4 / KIB) * KIB
          if (gives) share.give(Math.min(bytes, share.bytes))
          else if (!share.tryTake(bytes)) expect(share.bytes + bytes).toBeGreaterThan(part)
          // Each counts whole units.
          expect(budget.usedBytes).toBeLessThanOrEqual(budget.limitBytes + shares.length * KIB)
        }
        for (const share of shares) share.close()
        expect(budget.usedBytes).toBe(0)
      }),
    )
  })
})
