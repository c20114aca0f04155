import { describe, expect, test } from 'vitest'
import { Watchdog } from '../../src/worker/watchdog.ts'

/** A thread whose event loop turns when it is told to. */
class Thread {
  turns = 1
  readonly board = { turnedAt: () => this.turns }
}

const { lookMs } = Watchdog

/** Looks at the threads for `ms`, every {@link lookMs}; the threads found. */
function watch(
  watchdog: Watchdog<Thread>,
  threads: readonly Thread[],
  clock: { ms: number },
  ms: number,
) {
  const found: Thread[] = []
  for (const end = clock.ms + ms; clock.ms < end; clock.ms += lookMs) {
    found.push(...watchdog.look(threads, clock.ms).map(({ thread }) => thread))
  }
  return found
}

describe('the watchdog', () => {
  test('finds the thread that stands still for the limit, once, and no other', () => {
    const watchdog = new Watchdog<Thread>(2000)
    const [still, turning] = [new Thread(), new Thread()]
    const clock = { ms: 5000 }
    expect(watch(watchdog, [still, turning], clock, 1900)).toEqual([])
    turning.turns++
    expect(watch(watchdog, [still, turning], clock, 1000)).toEqual([still])
    turning.turns++
    expect(watch(watchdog, [still, turning], clock, 1900)).toEqual([])
    expect(watchdog.heldMs(still)).toBeGreaterThan(4000)
  })

  test('takes the sleep of the whole process for no hang', () => {
    const watchdog = new Watchdog<Thread>(2000)
    const thread = new Thread()
    const clock = { ms: 0 }
    expect(watch(watchdog, [thread], clock, 1000)).toEqual([])
    clock.ms += 3_600_000
    expect(watch(watchdog, [thread], clock, 500)).toEqual([])
    thread.turns++
    expect(watch(watchdog, [thread], clock, 1900)).toEqual([])
  })

  test('gives a thread that has not turned yet a minute to load its code', () => {
    const watchdog = new Watchdog<Thread>(2000)
    const thread = new Thread()
    thread.turns = 0
    const clock = { ms: 0 }
    expect(watch(watchdog, [thread], clock, 59_000)).toEqual([])
    expect(watch(watchdog, [thread], clock, 3000)).toEqual([thread])
  })

  test('set to 0 finds nothing', () => {
    expect(watch(new Watchdog<Thread>(0), [new Thread()], { ms: 0 }, 3_600_000)).toEqual([])
  })
})
