import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { counterNames, peakNames, TaskCounters } from '../../src/messages/counters.ts'
import { histogramNames } from '../../src/messages/histograms.ts'

describe('task counters', () => {
  test('every name has a number of its own', () => {
    const counters = new TaskCounters()
    counterNames.forEach((name, index) => counters.set(name, index + 1))
    for (const name of peakNames) counters.max(name, 1000)
    for (const name of histogramNames) counters.observe(name, 1000)
    expect(Object.values(counters.snapshot())).toEqual(counterNames.map((_, index) => index + 1))
    expect(peakNames.map((name) => counters.peak(name, 0))).toEqual(peakNames.map(() => 1000))
    expect(histogramNames.map((name) => counters.histogram(name).sumMs)).toEqual(
      histogramNames.map(() => 1000),
    )
  })

  test('add sums', () => {
    const counters = new TaskCounters()
    counters.add('polled', 3)
    counters.add('polled', 4)
    expect(counters.get('polled')).toBe(7)
  })

  test('a peak is the highest of its window, and nothing where nothing was said in it', () => {
    const windows = fc.array(fc.array(fc.nat()), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(windows, (said) => {
        const writer = new TaskCounters()
        const reader = new TaskCounters(writer.shared)
        const highest = (values: readonly number[] = []): number | null =>
          values.length === 0 ? null : Math.max(...values)
        said.forEach((values, window) => {
          reader.beginWindow(window)
          for (const value of values) writer.max('activeMax', value)
          expect(reader.peak('activeMax', window)).toBe(highest(values))
          if (window > 0) {
            expect(reader.peak('activeMax', window - 1)).toBe(highest(said[window - 1]))
          }
        })
      }),
    )
  })

  test('the average of active records can be told from how often it was set', () => {
    const counters = new TaskCounters()
    for (const records of [4, 8, 0]) counters.setActive(records)
    expect(counters.get('active')).toBe(0)
    expect(counters.get('activeTotal') / counters.get('activeUpdates')).toBe(4)
    expect(counters.peak('activeMax', 0)).toBe(8)
  })

  test('a time falls into the first bucket whose bound is not below it, or above all', () => {
    const times = fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }))
    fc.assert(
      fc.property(fc.constantFrom(...histogramNames), times, (name, observed) => {
        const counters = new TaskCounters()
        for (const ms of observed) counters.observe(name, ms)
        const { boundsMs, counts, sumMs } = counters.histogram(name)
        let cumulative = 0
        boundsMs.forEach((bound, index) => {
          cumulative += counts[index] ?? 0
          expect(cumulative).toBe(observed.filter((ms) => ms <= bound).length)
        })
        expect(cumulative + (counts.at(-1) ?? 0)).toBe(observed.length)
        expect(sumMs).toBeCloseTo(
          observed.reduce((sum, ms) => sum + ms, 0),
          5,
        )
      }),
    )
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
