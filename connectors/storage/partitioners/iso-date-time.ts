const dateTime =
  /^(?!$)(?:(?<year>[+-]?\d{1,9})(?:-W(?<week>\d{1,2})(?:-(?<weekday>[1-7]))?|-(?<dayOfYear>\d{3})|-(?<month>\d{1,2})(?:-(?<day>\d{1,2}))?)?)?(?:T(?:(?<hour>\d{1,2})(?::(?<minute>\d{1,2})(?::(?<second>\d{1,2}))?)?(?:[.,](?<fraction>\d+))?)?(?<offset>Z|[+-]\d{2}(?::?\d{2})?)?)?$/

/**
 * Milliseconds since the epoch of a date and time in ISO 8601, as Joda's `dateTimeParser` takes them: the date or the time may be left out, and of a date all but the year.
 * Without an offset it is the time of the worker's own zone. Null for any other text.
 */
export function parseIsoDateTime(text: string): number | null {
  const found = dateTime.exec(text)?.groups
  if (found === undefined) return null
  const number = (name: string, byDefault: number): number => Number(found[name] ?? byDefault)
  const [month, hour] = [number('month', 1), number('hour', 0)]
  const [minute, second] = [number('minute', 0), number('second', 0)]
  const days = dayOf(found, number('year', 1970), month, number('day', 1))
  if (days === null || hour > 23 || minute > 59 || second > 59) return null
  const ms = fractionMs(found)
  const local = days * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000 + ms
  if (found.offset !== undefined) return local - offsetMs(found.offset)
  const shown = new Date(local)
  const here = new Date(0)
  here.setFullYear(shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate())
  here.setHours(hour, minute, second)
  return here.getTime() + ms
}

/** Of the last of hour, minute and second that is there. */
function fractionMs(found: Readonly<Record<string, string | undefined>>): number {
  const { fraction = '', minute, second } = found
  if (second !== undefined) return Number(fraction.padEnd(3, '0').slice(0, 3))
  return Math.trunc(Number(`0.${fraction}`) * (minute === undefined ? 3_600_000 : 60_000))
}

/** Days since the epoch; null for a day that there is not. */
function dayOf(
  found: Readonly<Record<string, string | undefined>>,
  year: number,
  month: number,
  day: number,
): number | null {
  const first = new Date(0)
  first.setUTCFullYear(year, 0, 1)
  if (found.dayOfYear !== undefined) return shifted(first, Number(found.dayOfYear) - 1, year)
  if (found.week !== undefined) {
    const fourth = new Date(0)
    fourth.setUTCFullYear(year, 0, 4)
    const monday = fourth.getTime() / 86_400_000 - ((fourth.getUTCDay() + 6) % 7)
    const week = Number(found.week)
    if (week < 1 || week > 53) return null
    return monday + (week - 1) * 7 + Number(found.weekday ?? 1) - 1
  }
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? date.getTime() / 86_400_000
    : null
}

function shifted(first: Date, days: number, year: number): number | null {
  const date = new Date(first.getTime() + days * 86_400_000)
  return days >= 0 && date.getUTCFullYear() === year ? date.getTime() / 86_400_000 : null
}

function offsetMs(text: string): number {
  if (text === 'Z') return 0
  const digits = text.replace(/[^\d]/g, '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0)
  return (text.startsWith('-') ? -minutes : minutes) * 60_000
}
