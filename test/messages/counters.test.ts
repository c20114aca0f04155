import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { counterNames, TaskCounters } from '../../src/messages/counters.ts'

describe('task counters', () => {
  test('every name has a number of its own', () => {
    const counters = new TaskCounters()
    counterNames.forEach((name, index) => counters.set(name, index + 1))
    expect(Object.values(counters.snapshot())).toEqual(counterNames.map((_, index) => index + 1))
  })

  test('add sums and max keeps the highest', () => {
    const counters = new TaskCounters()
    counters.add('polled', 3)
    counters.add('polled', 4)
    counters.max('activeMax', 5)
    counters.max('activeMax', 2)
    expect([counters.get('polled'), counters.get('activeMax')]).toEqual([7, 5])
  })

  test('are read while the thread that wrote them hangs', async () => {
    const counters = new TaskCounters()
    const hung = new Worker(
      `const { workerData } = require('node:worker_threads')
       new Float64Array(workerData)[0] = 42
       for (;;);`,
      { eval: true, workerData: counters.shared },
    )
    try {
      await expect.poll(() => counters.get('polled')).toBe(42)
    } finally {
      await hung.terminate()
    }
  })
})
