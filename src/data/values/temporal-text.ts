import { ConnectDate, ConnectTime, ConnectTimestamp, dayMs } from '../temporal.ts'
import type { Schema } from '../schema.ts'

/**
 * Dates and times as text, in the time zone of the process, by the three patterns of Java's `Values`. Reading is lenient as
 * Java's SimpleDateFormat is: a month of 13 is next January, what follows the pattern is not looked at.
 */

const number = String.raw`[ \t]*(-?\d+)`
const date = `${number}-${number}-${number}`
const time = String.raw`${number}:${number}:${number}\.${number}Z`
const patterns = {
  date: new RegExp(`^${date}`),
  time: new RegExp(`^${time}`),
  timestamp: new RegExp(`^${date}T${time}`),
}

/** The temporal value that `text` is, told by its length alone; null where it is none. */
export function parseTemporal(
  text: string,
): { readonly schema: Schema; readonly value: Date } | null {
  const plain = text.replaceAll('\\:', ':')
  if (plain.length === 13) {
    const [hours, minutes, seconds, ms] = fieldsOf(patterns.time, plain)
    return valid(ConnectTime.SCHEMA, [1970, 1, 1, hours, minutes, seconds, ms])
  }
  if (plain.length === 24) {
    return valid(ConnectTimestamp.SCHEMA, fieldsOf(patterns.timestamp, plain))
  }
  if (plain.length === 10) {
    const [year, month, day] = fieldsOf(patterns.date, plain)
    return valid(ConnectDate.SCHEMA, [year, month, day, 0, 0, 0, 0])
  }
  return null
}

/** `HH:mm:ss.SSSZ` within the first day (and before it), `yyyy-MM-dd` at a midnight in UTC, else both with a `T` between. */
export function temporalText(value: Date): string {
  const ms = value.getTime()
  if (ms < dayMs) return timeText(value)
  return ms % dayMs === 0 ? dateText(value) : `${dateText(value)}T${timeText(value)}`
}

function fieldsOf(pattern: RegExp, text: string): (number | undefined)[] {
  return (pattern.exec(text) ?? []).slice(1).map(Number)
}

/** The instant of these fields, from year to millisecond; null where one is missing. */
function valid(
  schema: Schema,
  fields: readonly (number | undefined)[],
): { readonly schema: Schema; readonly value: Date } | null {
  const [year, month, day, hours, minutes, seconds, ms] = fields
  if (year === undefined || month === undefined || day === undefined) return null
  if (hours === undefined || minutes === undefined) return null
  if (seconds === undefined || ms === undefined) return null
  const value = new Date(2000, 0, 1, 0, 0, 0, 0)
  value.setFullYear(year, month - 1, day)
  value.setHours(hours, minutes, seconds, ms)
  return Number.isNaN(value.getTime()) ? null : { schema, value }
}

function dateText(value: Date): string {
  return `${pad(value.getFullYear(), 4)}-${pad(value.getMonth() + 1, 2)}-${pad(value.getDate(), 2)}`
}

function timeText(value: Date): string {
  const clock = [value.getHours(), value.getMinutes(), value.getSeconds()]
  return `${clock.map((part) => pad(part, 2)).join(':')}.${pad(value.getMilliseconds(), 3)}Z`
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
