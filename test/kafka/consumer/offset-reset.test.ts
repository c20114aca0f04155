import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/errors/connect-error.ts'
import { isLookup, offsetResetOf, timestampOf } from '../../../src/kafka/consumer/offset-reset.ts'

const HOUR = 3_600_000
const resetOf = (text: string): ReturnType<typeof offsetResetOf> =>
  offsetResetOf({ 'auto.offset.reset': text })

describe('auto.offset.reset', () => {
  test('is latest where it is not given', () => {
    expect(offsetResetOf({}).kind).toBe('latest')
  })

  test.each(['earliest', 'latest', 'none'])('%s', (text) => {
    expect([resetOf(text).kind, isLookup(resetOf(text))]).toEqual([text, text !== 'none'])
  })

  // What AutoOffsetResetStrategy of kafka-clients 4.3.1 made of each.
  test.each([
    ['by_duration:PT1H', HOUR],
    ['by_duration:pt1h', HOUR],
    ['by_duration:P1D', 24 * HOUR],
    ['by_duration:P1DT2H3M4.5S', 26 * HOUR + 184_500],
    ['by_duration:PT0S', 0],
    ['by_duration:P0D', 0],
    ['by_duration:PT+1H', HOUR],
    ['by_duration:+PT1H', HOUR],
    ['by_duration:PT1,5S', 1500],
    ['by_duration:PT36H-5M', 36 * HOUR - 300_000],
  ])('%s is %d ms', (text, ms) => {
    expect(resetOf(text)).toEqual({ kind: 'by_duration', durationMs: ms, text })
  })

  test.each([
    ...['by_duration', 'by_duration:', 'by_duration: PT1H', 'BY_DURATION:PT1H', 'by_duration:1h'],
    ...['by_duration:PT1H:x', 'by_duration:P1Y', 'by_duration:P2W', 'by_duration:PT1.5H'],
    ...['by_duration:-PT1H', 'by_duration:PT-1H', 'by_duration:P', 'by_duration:PT'],
    ...['by_duration:PT99999999999999999999S', 'Earliest', 'smallest', ''],
  ])("%j is refused in Java's words", (text) => {
    expect(() => resetOf(text)).toThrow(ConfigError)
    expect(() => resetOf(text)).toThrow(
      `Invalid value \`${text}\` for configuration auto.offset.reset. The value must be either 'earliest', ` +
        "'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.",
    )
  })

  test('asks for an end of the log, or for a time; never for what those are numbered by', () => {
    const asked = (text: string, now: number): number | null => {
      const reset = resetOf(text)
      return isLookup(reset) ? timestampOf(reset, now) : null
    }
    expect([asked('earliest', 5), asked('latest', 5), asked('none', 5)]).toEqual([-2, -1, null])
    expect(asked('by_duration:PT1.5S', 5000)).toBe(3500)
    expect(asked('by_duration:PT0.0001S', 5000)).toBe(4999)
    expect(asked('by_duration:PT1H', 1)).toBe(0)
    expect(asked('by_duration:PT9223372036854775807S', 5000)).toBe(0)
  })
})
