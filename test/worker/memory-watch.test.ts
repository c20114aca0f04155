import { describe, expect, test } from 'vitest'
import { MemoryWatch } from '../../src/worker/memory-watch.ts'

const mb = 2 ** 20

/** A thread that reports what it is told to. */
class Thread {
  readonly name: string
  readonly heapMb: number
  heldMb = 10
  /** Of that, what is not the plugin's. */
  ownMb = 0
  turns = 1
  readonly board = {
    turnedAt: () => this.turns,
    memory: () => ({ heapBytes: 20 * mb, externalBytes: this.heldMb * mb }),
  }

  constructor(name: string, heapMb = 64) {
    this.name = name
    this.heapMb = heapMb
  }

  reports(heldMb: number): void {
    this.heldMb = heldMb
    this.turns++
  }
}

/** Two looks for each turn of a thread, as in the worker. */
const looksPerTurn = 2

/** A process that takes up 100 MB beside what its threads report, plus `hidden`, and may take up 300 MB. */
function openWatch(...threads: readonly Thread[]) {
  const watch = new MemoryWatch<Thread>(300 * mb, ({ ownMb }) => ownMb * mb)
  return (hiddenMb = 0): string | null => {
    const reported = threads.reduce((sum, { heldMb }) => sum + 20 + heldMb, 0)
    const rss = (100 + reported + hiddenMb) * mb
    const found = watch.look(threads, { rss, heapTotal: 30 * mb, external: 5 * mb })
    if (!found) return null
    const { thread, heldBytes, shareBytes, withinTurn } = found
    return `${thread.name} ${heldBytes / mb}/${shareBytes / mb}${withinTurn ? ' within a turn' : ''}`
  }
}

/** What the looks find while the thread reports these figures. */
function reporting(look: () => string | null, thread: Thread, figures: readonly number[]) {
  return figures.flatMap((figure) => {
    thread.reports(figure)
    return Array.from({ length: looksPerTurn }, look).filter((found) => found !== null)
  })
}

describe('the memory watch', () => {
  test('finds the thread that reports three times in a row that it is beyond its share', () => {
    const [grower, big] = [new Thread('grower'), new Thread('big', 200)]
    big.heldMb = 190
    const look = openWatch(grower, big)
    expect(reporting(look, grower, [70, 80])).toEqual([])
    expect(reporting(look, grower, [90])).toEqual(['grower 90/64'])
  })

  test('counts nothing that the worker itself keeps', () => {
    const [buffering, big] = [new Thread('buffering'), new Thread('big', 200)]
    big.heldMb = 190
    buffering.ownMb = 50
    const look = openWatch(buffering, big)
    expect(reporting(look, buffering, [110, 110, 110, 110])).toEqual([])
    expect(reporting(look, buffering, [120, 120, 120])).toEqual(['buffering 70/64'])
  })

  test('waits for garbage to be collected', () => {
    const [busy, big] = [new Thread('busy'), new Thread('big', 200)]
    big.heldMb = 190
    expect(reporting(openWatch(busy, big), busy, [90, 120, 30, 90, 120, 40])).toEqual([])
  })

  test('finds what is far beyond its share at once', () => {
    const grower = new Thread('grower')
    const look = openWatch(grower)
    expect(look()).toBeNull()
    grower.reports(257)
    expect(look()).toBe('grower 257/64')
  })

  test('leaves every thread alone while the process takes up less than all heaps may', () => {
    const grower = new Thread('grower')
    expect(reporting(openWatch(grower), grower, [150, 150, 150, 150, 150])).toEqual([])
  })

  test('finds the largest, and gives the others time once that is gone', () => {
    const [one, other] = [new Thread('one'), new Thread('other')]
    const look = openWatch(one, other)
    one.heldMb = 300
    other.heldMb = 280
    expect(look()).toBe('one 300/64')
    one.heldMb = 0
    other.heldMb = 80
    expect(reporting(look, other, [80, 80])).toEqual([])
  })

  test('takes what the process grows by for that of the thread that does not turn', () => {
    const [held, turning] = [new Thread('held'), new Thread('turning')]
    const look = openWatch(held, turning)
    const found = [0, 100, 200, 300].map((hiddenMb) => {
      turning.turns++
      return look(hiddenMb)
    })
    expect(found).toEqual([null, null, null, 'held 310/64 within a turn'])
  })

  test('takes what others report for theirs', () => {
    const [held, growing] = [new Thread('held'), new Thread('growing', 500)]
    const look = openWatch(held, growing)
    const found = [0, 100, 200, 300, 400].map((heldMb) => {
      growing.reports(heldMb)
      return look()
    })
    expect(found).toEqual([null, null, null, null, null])
  })

  test('does not take memory that others have freed, and the process has not, for growth', () => {
    const [held, freeing] = [new Thread('held'), new Thread('freeing', 500)]
    freeing.heldMb = 300
    const look = openWatch(held, freeing)
    const found = [0, 100, 200, 300].map((hiddenMb) => {
      freeing.reports(300 - hiddenMb)
      return look(hiddenMb)
    })
    expect(found).toEqual([null, null, null, null])
  })
})
