import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { lagUnits, TaskCounters } from '../../src/messages/counters.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1000 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** What a poll found: records behind, those of them that may be read, whether it returned some; and the time of it. */
type Poll = readonly [at: number, records: number, readable: number, moved: boolean]

describe('records wait in Kafka', () => {
  test.each<{ name: string; polls: readonly Poll[]; since: number }>([
    { name: 'not where there are none', polls: [[1000, 0, 0, false]], since: 0 },
    {
      name: 'from the poll that found them',
      polls: [
        [1000, 0, 0, false],
        [2000, 5, 5, false],
        [3000, 6, 6, false],
      ],
      since: 2000,
    },
    {
      name: 'anew after each poll that returned some',
      polls: [
        [1000, 5, 5, false],
        [4000, 9, 9, true],
      ],
      since: 4000,
    },
    {
      name: 'anew where they become fewer, as past control records',
      polls: [
        [1000, 5, 5, false],
        [4000, 4, 4, false],
      ],
      since: 4000,
    },
    {
      name: 'not while their partitions are paused',
      polls: [
        [1000, 5, 5, false],
        [4000, 5, 0, false],
      ],
      since: 0,
    },
    {
      name: 'no more once all are read',
      polls: [
        [1000, 5, 5, false],
        [4000, 0, 0, true],
      ],
      since: 0,
    },
  ])('$name', ({ polls, since }) => {
    const counters = new TaskCounters()
    for (const [at, ...poll] of polls) {
      vi.setSystemTime(at)
      counters.setLag(...poll)
    }
    expect(counters.get('lagSince')).toBe(since)
  })

  test('and how many, when, in what is told too', () => {
    const counters = new TaskCounters()
    counters.setLag(7, 3, false)
    expect(counters.get('lag')).toBe(7)
    expect(counters.get('lagAt')).toBe(1000)
    expect(lagUnits[counters.get('lagUnit')]).toBe('records')
  })
})
