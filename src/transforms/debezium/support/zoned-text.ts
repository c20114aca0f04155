import { ConnectError } from '../../../api/index.ts'
import type { ZoneRules } from '../../../api/index.ts'

/** Dates and times as texts with an offset, in the forms that `java.time` reads and writes. */

class DateTimeParseError extends ConnectError {
  override readonly javaName: string = 'java.time.format.DateTimeParseException'
}

const time = String.raw`(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{0,9}))?)?`
const offset = String.raw`([Zz]|[+-]\d{2}(?::\d{2}(?::\d{2})?)?)`
const timePattern = new RegExp(`^${time}${offset}$`)
const timestampPattern = new RegExp(
  String.raw`^(\d{4}|[+-]\d{4,9})-(\d{2})-(\d{2})[Tt]${time}${offset}$`,
)

/** The zone's offset is that of the local time which stands there, as if it were the zone's: so in Debezium. */
export function zonedTimestamp(text: string, rules: ZoneRules): string {
  const match = timestampPattern.exec(text)
  if (match === null) throw unreadable(text, 'yyyy-MM-ddTHH:mm:ss+HH:mm')
  const [, year, month, day, hour = '', minute = '', second = '0', fraction, zone = ''] = match
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) {
    throw unreadable(text, 'a date that there is')
  }
  const localMs = date.getTime() + secondsOf(text, hour, minute, second) * 1000
  const target = rules.offsetAtLocal(localMs)
  const shifted = new Date(localMs + (target - offsetOf(text, zone)) * 1000)
  return `${dateText(shifted)}T${timeText(shifted, fraction)}${offsetText(target)}`
}

/** A time alone has no date, of which the offset could be: it is that of today. */
export function zonedTime(text: string, rules: ZoneRules): string {
  const match = timePattern.exec(text)
  if (match === null) throw unreadable(text, 'HH:mm:ss+HH:mm')
  const [, hour = '', minute = '', second = '0', fraction, zone = ''] = match
  const target = rules.offsetAt(Date.now())
  const seconds = secondsOf(text, hour, minute, second) + target - offsetOf(text, zone)
  return timeText(new Date(seconds * 1000), fraction) + offsetText(target)
}

function secondsOf(text: string, hour: string, minute: string, second: string): number {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    throw unreadable(text, 'a time of day')
  }
  return Number(hour) * 3600 + Number(minute) * 60 + Number(second)
}

function offsetOf(text: string, zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const [hours = 0, minutes = 0, seconds = 0] = (zone.match(/\d{2}/g) ?? []).map(Number)
  const size = hours * 3600 + minutes * 60 + seconds
  if (minutes > 59 || seconds > 59 || size > 18 * 3600) {
    throw unreadable(text, 'an offset of up to 18 hours')
  }
  return zone.startsWith('-') ? -size : size
}

function dateText(date: Date): string {
  const year = date.getUTCFullYear()
  const digits = String(Math.abs(year)).padStart(4, '0')
  const sign = year < 0 ? '-' : year > 9999 ? '+' : ''
  return `${sign}${digits}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`
}

/** With what there is of the second, less the zeros behind it. */
function timeText(date: Date, fraction = ''): string {
  const digits = fraction.replace(/0+$/, '')
  const parts = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
  return parts.map(twoDigits).join(':') + (digits === '' ? '' : `.${digits}`)
}

function offsetText(seconds: number): string {
  if (seconds === 0) return 'Z'
  const size = Math.abs(seconds)
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60]
  const shown = size % 60 === 0 ? parts.slice(0, 2) : parts
  return (seconds < 0 ? '-' : '+') + shown.map(twoDigits).join(':')
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

function unreadable(text: string, expected: string): ConnectError {
  return new DateTimeParseError(`Text '${text}' could not be parsed: expected ${expected}.`)
}
