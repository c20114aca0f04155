import { describe, expect, test } from 'vitest'
import { FetchMemory } from '../../../src/kafka/consumer/fetch-memory.ts'
import { MemoryAccount, MemoryBudget } from '../../../src/util/memory-budget.ts'

const KIB = 1024
const options = { fetchMaxBytes: 8192 * KIB, maxPartitionFetchBytes: 1024 * KIB }

function open(limitKib: number) {
  const budget = new MemoryBudget(limitKib * KIB)
  const account = new MemoryAccount(budget.shared, budget.newAccount())
  return { budget, account, memory: new FetchMemory(options, account.open()) }
}

describe('what a fetch asks for', () => {
  test('is twice what the last one brought, and no more than the keys allow', () => {
    const { memory } = open(1024 * KIB)
    const asked: number[] = []
    for (const brought of [1024, 2048, 6000, 6000, 1]) {
      const reserved = memory.reserve(8, false)
      asked.push(reserved / KIB)
      memory.answered(reserved, brought * KIB)
      memory.give(brought * KIB)
    }
    expect(asked).toEqual([1024, 2048, 4096, 8192, 8192])
    expect(memory.reserve(8, false)).toBe(256 * KIB)
    expect(memory.reserve(1, false)).toBe(256 * KIB)
  })

  test('is what there is where memory is short; with nothing left it waits, unless it has nothing else to do', () => {
    const { account, budget, memory } = open(1024)
    account.open().take(700 * KIB)
    expect(memory.reserve(4, true)).toBe(256 * KIB)
    expect(memory.reserve(4, true)).toBe(64 * KIB)
    expect(memory.reserve(4, true)).toBe(0)
    expect(memory.reserve(4, false)).toBe(64 * KIB)
    expect(budget.usedBytes).toBe(1084 * KIB)
  })

  test('goes round the partitions', () => {
    const { memory } = open(1024)
    expect([0, 1, 2, 3].map(() => memory.inTurn(['a', 'b', 'c']).join(''))).toEqual([
      'abc',
      'bca',
      'cab',
      'abc',
    ])
  })
})
