import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateText, dayOf } from '../../../connectors/jdbc/core/calendar.ts'
import {
  TemporalText,
  offsetText,
  timestampText,
} from '../../../connectors/jdbc/core/temporal-text.ts'
import { Zone } from '../../../connectors/jdbc/core/zone.ts'

const dayMs = 86_400_000

describe('a date', () => {
  test.each([
    [1977, 2, 13, 'LEGACY', 2600],
    [1, 1, 1, 'LEGACY', -62_135_769_600_000 / dayMs],
    [1, 1, 1, 'PROLEPTIC_GREGORIAN', -62_135_596_800_000 / dayMs],
    [1582, 10, 15, 'LEGACY', -141_427],
    [1582, 10, 4, 'LEGACY', -141_428],
    [2000, 2, 29, 'LEGACY', 11_016],
  ] as const)(
    '%i-%i-%i is counted as the %s calendar has it',
    (year, month, day, calendar, days) => {
      expect(dayOf(year, month, day, calendar)).toBe(days)
    },
  )

  test.each(['LEGACY', 'PROLEPTIC_GREGORIAN'] as const)(
    'of the %s calendar is read as it was written',
    (calendar) => {
      const text = new TemporalText(calendar)
      fc.assert(
        fc.property(fc.integer({ min: -2_000_000, max: 3_000_000 }), (day) => {
          expect(text.read(dateText(day, calendar))).toBe(true)
          expect(text.secondsMs).toBe(day * dayMs)
        }),
      )
    },
  )
})

describe('a timestamp', () => {
  const text = new TemporalText('LEGACY')

  test.each([
    ['2020-01-15 10:00:00.123456', '2020-01-15T10:00:00Z', 123_456_000, null],
    ['2020-01-15T10:00:00Z', '2020-01-15T10:00:00Z', 0, 0],
    ['2016-12-08 12:34:56.7850000 -07:00', '2016-12-08T12:34:56Z', 785_000_000, -7 * 3_600_000],
    ['1977-02-13 23:03:20+05:45', '1977-02-13T23:03:20Z', 0, 20_700_000],
    ['23:03:20.5', '1970-01-01T23:03:20Z', 500_000_000, null],
    ['1969-12-31 23:59:59.999', '1969-12-31T23:59:59Z', 999_000_000, null],
  ])('%s is read to the nanosecond', (value, seconds, nanos, offsetMs) => {
    expect(text.read(value)).toBe(true)
    const { secondsMs } = text
    expect([secondsMs, text.nanos, text.offsetMs]).toEqual([Date.parse(seconds), nanos, offsetMs])
  })

  test.each([
    '',
    'infinity',
    '2020-13-01',
    '2020-01-01x',
    '25:00:00',
    '2020-01-01 10',
    '0000-00-00',
  ])('"%s" is none', (value) => {
    expect(text.read(value)).toBe(false)
  })

  test('is written with the digits asked for, years before Christ too', () => {
    const at = (digits: number): string =>
      timestampText(1_474_661_402_123, 123_000_100, { calendar: 'LEGACY', digits })
    expect([at(0), at(3), at(9)]).toEqual([
      '2016-09-23 20:10:02',
      '2016-09-23 20:10:02.123',
      '2016-09-23 20:10:02.123000100',
    ])
    const caesar = '0044-03-15 10:00:00.000 BC'
    expect(text.read(caesar)).toBe(true)
    expect(timestampText(text.secondsMs, 0, { calendar: 'LEGACY', digits: 3 })).toBe(caesar)
    expect([offsetText(20_700_000), offsetText(-9_000_000), offsetText(0)]).toEqual([
      '+05:45',
      '-02:30',
      '+00:00',
    ])
  })
})

describe('a time zone', () => {
  const wall = (text: string): number => Date.parse(`${text}Z`)

  test.each([
    ['America/Los_Angeles', '2020-01-15T10:00:00.123', '2020-01-15T18:00:00.123Z'],
    ['PST', '2020-07-15T10:00:00', '2020-07-15T17:00:00.000Z'],
    ['EST', '2020-07-15T10:00:00', '2020-07-15T15:00:00.000Z'],
    ['UTC+2', '2020-07-15T10:00:00', '2020-07-15T08:00:00.000Z'],
    ['GMT-7', '2020-07-15T10:00:00', '2020-07-15T17:00:00.000Z'],
    ['Asia/Kathmandu', '2020-07-15T10:00:00', '2020-07-15T04:15:00.000Z'],
    // Left out: as much later as the clocks went forward. Twice: the second one.
    ['America/Los_Angeles', '2020-03-08T02:30:00', '2020-03-08T10:30:00.000Z'],
    ['America/Los_Angeles', '2020-11-01T01:30:00', '2020-11-01T09:30:00.000Z'],
    ['Europe/Berlin', '2020-03-29T02:30:00', '2020-03-29T01:30:00.000Z'],
    ['Europe/Berlin', '2020-10-25T02:30:00', '2020-10-25T01:30:00.000Z'],
  ])('%s: %s on the wall is the instant that Java takes it for', (id, text, instant) => {
    expect(new Date(new Zone(id).instantOf(wall(text))).toISOString()).toBe(instant)
  })

  test.each(['America/Los_Angeles', 'Asia/Kathmandu', 'Africa/Casablanca', 'Australia/Lord_Howe'])(
    '%s: an instant shown on the wall is that instant again, but for the hour that comes twice',
    (id) => {
      const zone = new Zone(id)
      fc.assert(
        fc.property(fc.integer({ min: -2_000_000_000, max: 4_000_000_000 }), (seconds) => {
          const instant = seconds * 1000
          const again = zone.instantOf(zone.wallOf(instant))
          expect(zone.wallOf(again)).toBe(zone.wallOf(instant))
        }),
      )
    },
  )

  test.each(['Mars/Olympus', 'UTC+99', '', 'XYZ'])('"%s" is refused', (id) => {
    expect(() => new Zone(id)).toThrow('expected a time zone like UTC')
  })
})
