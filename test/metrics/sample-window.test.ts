import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TaskCounters } from '../../src/messages/counters.ts'
import { SampleWindow } from '../../src/metrics/sample-window.ts'
import { StateClock } from '../../src/metrics/state-clock.ts'
import { TaskWindow } from '../../src/metrics/task-window.ts'

const settings = { windowMs: 30_000, samples: 2 }

describe('a rate', () => {
  test.each([
    // As Java's Rate with two samples of 30 s: at the beginning, a window that has not passed counts.
    { at: 0, records: 300, rate: 10 },
    { at: 10_000, records: 300, rate: 7.5 },
    { at: 29_999, records: 300, rate: 300 / 59.999 },
    { at: 30_000, records: 300, rate: 10 },
    { at: 45_000, records: 300, rate: 300 / 45 },
  ])('of $records records after $at ms is $rate', ({ at, records, rate }) => {
    const window = new SampleWindow(settings, 0, { records: 0 })
    expect(window.rate('records', { records }, at)).toBeCloseTo(rate, 10)
  })

  test('looks back over the last windows alone', () => {
    const window = new SampleWindow(settings, 0, { records: 0 })
    window.roll(30_000, { records: 3000 })
    expect(window.rate('records', { records: 3000 }, 45_000)).toBeCloseTo(3000 / 45, 10)
    window.roll(60_000, { records: 3600 })
    // Since 30 s: 600 until 60 s, and 150 more.
    expect(window.rate('records', { records: 3750 }, 75_000)).toBeCloseTo(750 / 45, 10)
    window.roll(90_000, { records: 3750 })
    window.roll(120_000, { records: 3750 })
    expect(window.rate('records', { records: 3750 }, 121_000)).toBe(0)
  })

  test('is that of a steady stream, however windows fall', () => {
    const shape = fc.record({
      windowMs: fc.integer({ min: 100, max: 60_000 }),
      samples: fc.integer({ min: 1, max: 5 }),
      rolls: fc.integer({ min: 5, max: 20 }),
      after: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      perSecond: fc.integer({ min: 1, max: 1_000_000 }),
    })
    fc.assert(
      fc.property(shape, ({ windowMs, samples, rolls, after, perSecond }) => {
        const totalsAt = (at: number) => ({ records: (at * perSecond) / 1000 })
        const window = new SampleWindow({ windowMs, samples }, 0, totalsAt(0))
        for (let n = 1; n <= rolls; n++) window.roll(n * windowMs, totalsAt(n * windowMs))
        const now = (rolls + after) * windowMs
        const rate = window.rate('records', totalsAt(now), now)
        if (samples > 1) expect(rate / perSecond).toBeCloseTo(1, 6)
        // One sample alone may be younger than a millisecond, which is the least it counts for.
        else expect(rate).toBeLessThanOrEqual(perSecond * 1.000001)
      }),
    )
  })
})

test('an average is of what came within the windows, and nothing where nothing came', () => {
  const window = new SampleWindow(settings, 0, { ms: 0, polls: 0 })
  expect(window.average('ms', 'polls', { ms: 0, polls: 0 })).toBeNaN()
  expect(window.average('ms', 'polls', { ms: 60, polls: 3 })).toBe(20)
  window.roll(30_000, { ms: 60, polls: 3 })
  window.roll(60_000, { ms: 160, polls: 4 })
  expect(window.average('ms', 'polls', { ms: 160, polls: 4 })).toBe(100)
})

test('a percentage is a fraction of what came within the windows, 0 where nothing came', () => {
  const window = new SampleWindow(settings, 0, { well: 0, badly: 0 })
  expect(window.fraction('well', 'badly', { well: 0, badly: 0 })).toBe(0)
  expect(window.fraction('well', 'badly', { well: 3, badly: 1 })).toBe(0.75)
  window.roll(30_000, { well: 3, badly: 1 })
  window.roll(60_000, { well: 3, badly: 2 })
  expect(window.fraction('badly', 'well', { well: 3, badly: 2 })).toBe(1)
})

describe('a task seen through the windows', () => {
  test('has as its maximum the highest of the last windows', () => {
    const shape = fc.record({
      samples: fc.integer({ min: 1, max: 4 }),
      said: fc.array(fc.array(fc.nat({ max: 1000 }), { maxLength: 3 }), {
        minLength: 1,
        maxLength: 8,
      }),
    })
    fc.assert(
      fc.property(shape, ({ samples, said }) => {
        const counters = new TaskCounters()
        const task = new TaskWindow(
          new TaskCounters(counters.shared),
          { windowMs: 1000, samples },
          0,
        )
        said.forEach((values, window) => {
          if (window > 0) task.roll(window * 1000)
          for (const value of values) counters.max('batchSizeMax', value)
          const kept = said.slice(Math.max(0, window - samples + 1), window + 1).flat()
          const expected = kept.length === 0 ? Number.NaN : Math.max(...kept)
          expect(task.view(window * 1000 + 1).max('batchSizeMax')).toBe(expected)
        })
      }),
    )
  })

  test('has totals of its whole life, and rates and averages of the windows', () => {
    const counters = new TaskCounters()
    const task = new TaskWindow(counters, settings, 0)
    counters.add('polled', 600)
    counters.add('batches', 6)
    counters.add('batchTimeMs', 90)
    task.roll(30_000)
    task.roll(60_000)
    counters.add('polled', 90)
    counters.add('batches', 1)
    counters.add('batchTimeMs', 5)
    const view = task.view(75_000)
    expect([view.total('polled'), view.grown('polled')]).toEqual([690, 90])
    expect(view.rate('polled')).toBe(2)
    expect(view.average('batchTimeMs', 'batches')).toBe(5)
  })
})

test('the parts of a life spent in each state add up to it', () => {
  const clock = new StateClock<'STARTING' | 'RUNNING' | 'PAUSED'>('STARTING', 1000)
  expect(clock.ratio('STARTING', 1000)).toBe(0)
  clock.change('RUNNING', 2000)
  clock.change('PAUSED', 5000)
  clock.change('RUNNING', 9000)
  expect(clock.ratio('RUNNING', 11_000)).toBe(0.5)
  expect(clock.ratio('PAUSED', 11_000)).toBe(0.4)
  expect(clock.ratio('STARTING', 11_000)).toBe(0.1)
})
