import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DateParser } from '../../src/transforms/support/date-format/parse.ts'
import { parsePattern } from '../../src/transforms/support/date-format/pattern.ts'
import { SimpleDateFormat } from '../../src/transforms/support/date-format/simple-date-format.ts'
import { UsualDates } from '../../src/transforms/support/date-format/usual-dates.ts'

const patterns = [
  ...["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.SSS", 'yyyyMMdd', 'yyyyMMddHHmmssSSS'],
  ...['yyyy-MM-dd', 'dd.MM.yyyy HH:mm', 'yyyy', "HH:mm 'of' yyyy", 'yyyy/MM'],
]
const others = [
  'yy-MM-dd',
  'yyyy-M-d',
  'HH:mm:ss',
  'yyyy-MM-dd yyyy',
  "yyyy'1'MM",
  'yyyy-MM-dd Z',
  'G yyyy',
]

const texts = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc
    .tuple(fc.nat(9999), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(999))
    .map(([y, m, d, h, n, s]) => `${y}-${two(m)}-${two(d)}T${two(h)}:${two(n)}:${two(s)}Z`),
  fc.stringMatching(/^[12]\d{3}[-/.]?\d\d[-/.]?\d\d[T ]?[-\dE:. ]{0,12}$/),
  fc.stringMatching(/^\d{2}\.\d{2}\.[12]\d{3} \d\d:\d\d.?$/),
)

function two(value: number): string {
  return String(value).padStart(2, '0')
}

describe.each(patterns)('texts of %s', (pattern) => {
  const parts = parsePattern(pattern)
  const [whole, format] = [new DateParser(parts), new SimpleDateFormat(pattern)]

  test('are read at once as they are field by field', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(format.parse(text)).toBe(whole.parse(text))
      }),
      { numRuns: 300 },
    )
  })

  test('that it has written itself are all usual', () => {
    const usual = UsualDates.of(parts)
    const instants = fc.integer({ min: Date.UTC(1601, 0), max: Date.UTC(9999, 0) })
    fc.assert(
      fc.property(instants, (ms) => {
        const text = format.format(ms)
        expect(usual?.parse(text)).toBe(whole.parse(text))
      }),
    )
  })
})

test.each(others)('nothing is usual about %s', (pattern) => {
  expect(UsualDates.of(parsePattern(pattern))).toBe(null)
})
