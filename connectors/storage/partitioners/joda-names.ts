/** What Java makes of `new Locale(text)`: a language, or none that it knows. `en-US` is none. */
export function languageOf(text: string): string | null {
  if (!/^[A-Za-z]{2,3}$/.test(text)) return null
  return Intl.DateTimeFormat.supportedLocalesOf(text).length === 0 ? null : text.toLowerCase()
}

/** Names of months or days, of a date that is UTC; without a language Java has short English ones alone. */
export function calendarName(
  language: string | null,
  name: 'month' | 'weekday',
  style: 'short' | 'long',
): (date: Date) => string {
  const shown = language === null ? 'short' : style
  const options = { timeZone: 'UTC', [name]: shown } as const
  const alone = new Intl.DateTimeFormat(language ?? 'en', options)
  // Where months are numbered, a date has the number, and the name what stands behind it as well.
  if (/\d/.test(alone.format(0))) return (date) => alone.format(date)
  // Some languages shorten a name within a date otherwise than one that stands alone: Java means the former.
  const within = new Intl.DateTimeFormat(language ?? 'en', {
    month: shown,
    ...options,
    day: 'numeric',
  })
  return (date) => within.formatToParts(date).find(({ type }) => type === name)?.value ?? ''
}

/** Of a date that is UTC. */
export function halfOfDay(language: string | null): (date: Date) => string {
  const options = { timeZone: 'UTC', hour: 'numeric', hour12: true } as const
  const format = new Intl.DateTimeFormat(language ?? 'en', options)
  const [am, pm] = [0, 12].map(
    (hour) =>
      format.formatToParts(hour * 3_600_000).find(({ type }) => type === 'dayPeriod')?.value ?? '',
  )
  return (date) => (date.getUTCHours() < 12 ? (am ?? '') : (pm ?? ''))
}
