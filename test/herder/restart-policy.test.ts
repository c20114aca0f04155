import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ownKeyFaults } from '../../src/config/own-keys.ts'
import { restartSettings } from '../../src/config/restart-keys.ts'
import type { RestartSettings } from '../../src/config/restart-keys.ts'
import { nextAttemptAt, restartsAfter } from '../../src/herder/restart-policy.ts'

const settings: RestartSettings = {
  policy: 'on-failure',
  backoffMs: 1000,
  maxBackoffMs: 10_000,
  maxAttempts: 3,
  windowMs: 60_000,
}
const now = 1_000_000

describe('the next restart', () => {
  test.each<[string, readonly number[], number, number]>([
    ['waits for the first pause', [], 0, now + 1000],
    ['comes up to a half of it earlier, by chance', [], 1, now + 500],
    ['waits twice as long after each restart of the window', [now - 9, now - 5], 0, now + 4000],
    ['forgets restarts older than the window', [now - 60_000, now - 5], 0, now + 2000],
    ['waits for room in a full window', [now - 9, now - 5, now - 2], 0, now - 9 + 60_000],
    [
      'of a window once more than full too',
      [1, 2, 3, 4, 5].map((ago) => now - 10 + ago),
      0,
      now - 7 + 60_000,
    ],
  ])('%s', (_, attempts, random, at) => {
    expect(nextAttemptAt(settings, attempts, now, random)).toBe(at)
  })

  test('never waits longer than the most, while there is room', () => {
    const roomy = { ...settings, maxAttempts: 100 }
    expect(
      nextAttemptAt(
        roomy,
        Array.from({ length: 50 }, () => now - 1),
        now,
        0,
      ),
    ).toBe(now + 10_000)
  })

  test('never makes more attempts in any window than are allowed, whatever fails when', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 10, maxLength: 40 })
    fc.assert(
      fc.property(pauses, fc.double({ min: 0, max: 1, noNaN: true }), (failsAfter, random) => {
        const attempts: number[] = []
        let time = now
        for (const pause of failsAfter) {
          time = nextAttemptAt(settings, attempts, time, random)
          attempts.push(time)
          time += pause
        }
        for (const [index, at] of attempts.entries()) {
          const within = attempts.slice(index).filter((other) => other < at + settings.windowMs)
          expect(within.length).toBeLessThanOrEqual(settings.maxAttempts)
        }
      }),
    )
  })
})

test.each([
  ['none', true, false],
  ['none', false, false],
  ['on-failure', true, true],
  ['on-failure', false, true],
  ['on-retriable-failure', true, true],
  ['on-retriable-failure', false, false],
] as const)(
  '%s: an error that is retriable (%s) is restarted after: %s',
  (policy, retriable, is) => {
    expect(restartsAfter({ ...settings, policy }, { retriable })).toBe(is)
  },
)

describe('the keys of restarts', () => {
  test('are none by default, as in Java', () => {
    expect(restartSettings({}, {})).toEqual({
      policy: 'none',
      backoffMs: 5000,
      maxBackoffMs: 300_000,
      maxAttempts: 10,
      windowMs: 3_600_000,
    })
  })

  test('of a connector win over those of the worker', () => {
    const worker = { 'errors.restart.policy': 'on-failure', 'errors.restart.max.attempts': '3' }
    const connector = { 'errors.restart.max.attempts': '7', 'connector.class': 'X' }
    expect(restartSettings(worker, connector)).toMatchObject({
      policy: 'on-failure',
      maxAttempts: 7,
    })
  })

  test.each([
    [{}, []],
    [{ 'errors.restart.policy': 'on-failure' }, []],
    [
      { 'errors.restart.policy': 'always' },
      [
        'Invalid value always for configuration errors.restart.policy: String must be one of: none, on-failure, on-retriable-failure',
      ],
    ],
    [
      { 'errors.restart.max.attempts': '0' },
      ['Invalid value 0 for configuration errors.restart.max.attempts: Value must be at least 1'],
    ],
  ])('%j is wrong in: %j', (config, messages) => {
    const faults = ownKeyFaults(config, 'sink')
    expect(faults.flatMap(({ value }) => value.errorMessages)).toEqual(messages)
  })
})
