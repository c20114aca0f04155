import { describe, expect, test } from 'vitest'
import { IncrementalAssignor } from '../../../src/herder/distributed/incremental-assignor.ts'
import type { IncrementalAssignment } from '../../../src/herder/distributed/incremental-assignor.ts'
import { noWork } from '../../../src/herder/distributed/work.ts'
import type { Work } from '../../../src/herder/distributed/work.ts'

const MAX_DELAY_MS = 10_000

/** A group that does what it is told: `rebalance` runs one round, and takes over what it decided. */
class Group {
  readonly members = new Map<string, Work>()
  readonly drained = new Set<string>()
  readonly #assignor = new IncrementalAssignor({ maxDelayMs: MAX_DELAY_MS, now: () => this.now })
  #generation = 0
  now = 0

  constructor(...members: readonly string[]) {
    for (const member of members) this.members.set(member, noWork)
  }

  rebalance(...connectors: readonly string[]): IncrementalAssignment {
    const decided = this.#assignor.assign({
      configured: { connectors, tasks: [] },
      members: this.members,
      generation: this.#generation + 1,
      lastCompletedGeneration: this.#generation,
      drained: this.drained,
    })
    this.#generation++
    for (const [id, work] of decided.allocated) this.members.set(id, work)
    return decided
  }

  /** Connectors by member. */
  get loads(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(Array.from(this.members, ([id, work]) => [id, work.connectors]))
  }
}

describe('incremental cooperative assignment', () => {
  test('gives new work to who has least, by name', () => {
    const group = new Group('m1', 'm2')
    group.rebalance('c', 'a', 'b')
    expect(group.loads).toEqual({ m1: ['a', 'c'], m2: ['b'] })
    group.rebalance('a', 'b', 'c', 'd')
    expect(group.loads).toEqual({ m1: ['a', 'c'], m2: ['b', 'd'] })
  })

  test('takes from who has too much in one round, and gives it away in the next', () => {
    const group = new Group('m1')
    group.rebalance('a', 'b')
    group.members.set('m2', noWork)
    const taking = group.rebalance('a', 'b')
    expect(taking.revoked.get('m1')).toEqual({ connectors: ['a'], tasks: [] })
    expect(group.loads).toEqual({ m1: ['b'], m2: [] })
    group.rebalance('a', 'b')
    expect(group.loads).toEqual({ m1: ['b'], m2: ['a'] })
  })

  test('keeps what is lost for the worker that had it, up to the longest delay', () => {
    const group = new Group('m1', 'm2')
    group.rebalance('a', 'b')
    group.members.delete('m2')
    group.now = 1000
    expect(group.rebalance('a', 'b').delayMs).toBe(MAX_DELAY_MS)
    group.now = 4000
    expect(group.rebalance('a', 'b').delayMs).toBe(MAX_DELAY_MS - 3000)
    expect(group.loads).toEqual({ m1: ['a'] })
    group.now = 1000 + MAX_DELAY_MS
    expect(group.rebalance('a', 'b').delayMs).toBe(0)
    expect(group.loads).toEqual({ m1: ['a', 'b'] })
  })

  test('gives it to the worker that came back meanwhile, under another id', () => {
    const group = new Group('m1', 'm2')
    group.rebalance('a', 'b')
    group.members.delete('m2')
    group.rebalance('a', 'b')
    group.members.set('m3', noWork)
    group.rebalance('a', 'b')
    group.now = MAX_DELAY_MS
    group.rebalance('a', 'b')
    expect(group.loads).toEqual({ m1: ['a'], m3: ['b'] })
  })

  test('waits longer each time it would take again, and forgets that once the loads are even', () => {
    const connectors = Array.from({ length: 60 }, (_, i) => `c${i}`)
    const group = new Group('m1')
    group.rebalance(...connectors)
    const joined = (member: string): number => {
      group.members.set(member, noWork)
      return group.rebalance(...connectors).delayMs
    }
    expect(joined('m2')).toBe(0)
    expect(joined('m3')).toBe(40)
    group.now += 40
    expect(group.rebalance(...connectors).delayMs).toBe(0)
    expect(joined('m4')).toBe(1600)
    group.now += 1600
    // What it takes is given in the round after, which finds the loads even.
    for (let round = 0; round < 3; round++) group.rebalance(...connectors)
    expect(Object.values(group.loads).map(({ length }) => length)).toEqual([15, 15, 15, 15])
    expect(joined('m5')).toBe(0)
    expect(joined('m6')).toBe(40)
  })

  test('stops what runs twice wherever it runs, and starts it again in the next round', () => {
    const group = new Group('m1', 'm2')
    group.rebalance('a')
    group.members.set('m2', { connectors: ['a'], tasks: [] })
    const decided = group.rebalance('a')
    expect([...decided.revoked.values()].map(({ connectors }) => connectors)).toEqual([
      ['a'],
      ['a'],
    ])
    group.rebalance('a')
    expect(Object.values(group.loads).flat()).toEqual(['a'])
  })

  test('stops what is deleted', () => {
    const group = new Group('m1')
    group.rebalance('a')
    expect(group.rebalance().revoked.get('m1')?.connectors).toEqual(['a'])
  })

  test('takes everything from a drained member, and gives it to the others in the next round, without a wait', () => {
    const group = new Group('m1', 'm2', 'm3')
    const connectors = ['a', 'b', 'c', 'd']
    group.rebalance(...connectors)
    expect(group.loads).toEqual({ m1: ['a', 'd'], m2: ['b'], m3: ['c'] })
    group.drained.add('m1')
    const taking = group.rebalance(...connectors)
    expect(taking.revoked.get('m1')?.connectors).toEqual(['a', 'd'])
    const giving = group.rebalance(...connectors)
    expect(group.loads).toEqual({ m1: [], m2: ['b', 'a'], m3: ['c', 'd'] })
    expect([taking.delayMs, giving.delayMs]).toEqual([0, 0])
    // What is new passes it by, and it may go without a trace.
    group.rebalance(...connectors, 'e')
    expect(group.loads.m1).toEqual([])
    group.members.delete('m1')
    expect(group.rebalance(...connectors, 'e').delayMs).toBe(0)
  })

  test('gives a member that is drained no more its share again', () => {
    const group = new Group('m1', 'm2')
    group.drained.add('m1')
    group.rebalance('a', 'b')
    expect(group.loads).toEqual({ m1: [], m2: ['a', 'b'] })
    group.drained.clear()
    group.rebalance('a', 'b')
    group.rebalance('a', 'b')
    expect(Object.values(group.loads).map(({ length }) => length)).toEqual([1, 1])
  })

  test('keeps what nobody may have until somebody may', () => {
    const group = new Group('m1')
    group.rebalance('a', 'b')
    group.drained.add('m1')
    for (let round = 0; round < 3; round++) group.rebalance('a', 'b')
    expect(group.loads).toEqual({ m1: [] })
    group.drained.clear()
    group.rebalance('a', 'b')
    expect(group.loads).toEqual({ m1: ['a', 'b'] })
  })
})
