import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WorkerLease } from '../../src/messages/worker-lease.ts'
import { thisMoment } from '../../src/util/moment.ts'

const sessionMs = 10_000
/** A lease is rounded down to this. */
const tickMs = 100

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'hrtime', 'Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** As another thread sees it. */
function seen(lease: WorkerLease): WorkerLease {
  return new WorkerLease(lease.shared)
}

describe("a worker's lease", () => {
  test('never ends where nobody extends it', () => {
    const lease = new WorkerLease()
    vi.advanceTimersByTime(10 * 365 * 86_400_000)
    expect([lease.held, seen(lease).held]).toEqual([true, true])
  })

  test('lasts a session from when the heartbeat was sent that was confirmed', () => {
    const lease = new WorkerLease()
    vi.advanceTimersByTime(86_400_000)
    const sentAt = thisMoment()
    vi.advanceTimersByTime(4000)
    lease.extend(sentAt, sessionMs)
    vi.advanceTimersByTime(sessionMs - 4000 - tickMs - 1)
    expect([lease.held, seen(lease).held]).toEqual([true, true])
    vi.advanceTimersByTime(tickMs + 1)
    expect([lease.held, seen(lease).held]).toEqual([false, false])
    lease.extend(thisMoment(), sessionMs)
    expect([lease.held, seen(lease).held]).toEqual([true, true])
  })

  test('is over where the wall clock alone says so, as after a suspend', () => {
    const lease = new WorkerLease()
    lease.extend(thisMoment(), sessionMs)
    vi.setSystemTime(Date.now() + sessionMs)
    expect(lease.held).toBe(false)
  })

  test('is not prolonged by a wall clock that is set back', () => {
    const lease = new WorkerLease()
    lease.extend(thisMoment(), sessionMs)
    vi.setSystemTime(Date.now() - 100 * sessionMs)
    expect(lease.held).toBe(true)
    vi.advanceTimersByTime(sessionMs)
    expect(lease.held).toBe(false)
  })

  test('ends at once where the group says so', () => {
    const lease = new WorkerLease()
    vi.advanceTimersByTime(tickMs)
    lease.extend(thisMoment(), sessionMs)
    lease.end()
    expect(seen(lease).held).toBe(false)
  })
})
