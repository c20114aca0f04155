import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { JodaPattern, JodaZone } from '../../../connectors/storage/index.ts'
import { parseIsoDateTime } from '../../../connectors/storage/partitioners/iso-date-time.ts'
import { TimePartitioner } from '../../../connectors/storage/partitioners/time-partitioner.ts'

// Recorded from Joda-Time 2.10.2 on Java 17 by test/oracle/java/JodaVectors.java.
const lines = readFileSync(new URL('../../fixtures/joda/vectors.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
const having = <T>(member: string): T[] => lines.filter((line) => member in line) as T[]

/** Those of JodaVectors.java. */
const instants = [
  ...[-1, 0, 946684799999, 951825600000, 1391252400000, 1419897600000, 1420070399999],
  ...[1420070400000, 1451520000000, 1425808799999, 1425808800000, 1446366600000, 1446370200000],
  1234567890123,
]
/** Java has other blanks within its names of halves of a day. */
const blanks = (text: string): string => text.replace(/\s/g, ' ')

describe('as Joda-Time has it:', () => {
  const patterns = having<{ pattern: string; zone: string; locale: string; texts: string[] }>(
    'pattern',
  )
  test.each(patterns)('$pattern in $zone and $locale', ({ pattern, zone, locale, texts }) => {
    const by = new JodaPattern(pattern, locale)
    const where = new JodaZone(zone)
    expect(instants.map((ms) => blanks(by.format(ms, where)))).toEqual(texts.map(blanks))
  })

  const buckets = having<{ zone: string; durationMs: number; at: number[]; buckets: number[] }>(
    'buckets',
  )
  test.each(buckets)('buckets of $durationMs ms in $zone', ({ zone, durationMs, at, ...more }) => {
    const by = new TimePartitioner({
      extractor: { deterministic: true, extract: () => 0 },
      zone: new JodaZone(zone),
      pattern: new JodaPattern('YYYY', 'en'),
      durationMs,
    })
    expect(at.map((ms) => by.bucketOf(ms))).toEqual(more.buckets)
  })

  const zoned = (text: string): string =>
    text.includes('T') && !/(?:Z|[+-]\d\d(?::?\d\d)?)$/.test(text) ? `${text}Z` : text
  // A year of eight digits never comes as far: digits alone are milliseconds.
  const texts = having<{ text: string; ms: number | null }>('ms').filter(
    ({ text }) => text !== '20150402',
  )
  test.each(texts)('the time of "$text"', ({ text, ms }) => {
    const found = parseIsoDateTime(zoned(text))
    const byZone = zoned(text) === text && !text.includes('T')
    // Without an offset, as a date is, it is that of the machine.
    const shift = byZone && found !== null ? new Date(found).getTimezoneOffset() * 60_000 : 0
    expect(found === null ? null : found - shift).toBe(ms)
  })

  const odd = having<{ odd: string; printed: string | null; message?: string }>('odd').filter(
    // An empty pattern is refused before it comes so far.
    ({ odd: pattern }) => pattern !== '',
  )
  test.each(odd)('the pattern "$odd"', ({ odd: pattern, printed, message }) => {
    const print = (): string => new JodaPattern(pattern, 'en').format(0, new JodaZone('UTC'))
    if (printed === null) expect(print).toThrow(message)
    else expect(print()).toBe(printed)
  })
})
