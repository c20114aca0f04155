import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IndexRuns } from '../../../src/kafka/producer/index-runs.ts'

function runsOf(indexes: readonly number[]): IndexRuns {
  const runs = new IndexRuns()
  for (const index of indexes) runs.add(index)
  return runs
}

function expand(runs: IndexRuns): number[] {
  const indexes: number[] = []
  runs.each((from, to, position) => {
    expect(position).toBe(indexes.length)
    for (let i = from; i < to; i++) indexes.push(i)
  })
  return indexes
}

/** Ascending indexes with gaps, as interleaved partitions make them. */
const ascending = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 100 }).map((steps) =>
  steps.map(
    (
      (at) => (step: number) =>
        (at += step)
    )(-1),
  ),
)

describe('runs of indexes', () => {
  test('records one after another are one run', () => {
    const visited: number[][] = []
    runsOf([5, 6, 7, 8]).each((...run) => visited.push(run))
    expect(visited).toEqual([[5, 9, 0]])
  })

  test('whatever the gaps, the indexes come back in order', () => {
    fc.assert(
      fc.property(ascending, (indexes) => {
        expect(expand(runsOf(indexes))).toEqual(indexes)
      }),
    )
  })

  test('a slice has the indexes of its records', () => {
    fc.assert(
      fc.property(ascending, fc.nat(100), fc.nat(100), (indexes, start, length) => {
        const part = runsOf(indexes).slice(start, start + length)
        expect(expand(part)).toEqual(indexes.slice(start, start + length))
      }),
    )
  })

  test('cleared runs begin anew', () => {
    const runs = runsOf([1, 3, 5])
    runs.clear()
    expect(expand(runs)).toEqual([])
    runs.add(0)
    expect(expand(runs)).toEqual([0])
  })
})
