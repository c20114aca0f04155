import { isIPv4, isIPv6 } from 'node:net'
import { JavaPattern } from '../../api/index.ts'

/** The formats of texts that drafts 4 to 7 define; of others nothing is asked. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: isTime,
  'date-time': isDateTime,
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  hostname: isHostName,
  ipv4: isIPv4,
  ipv6: isIPv6,
  uri: (text) => /^[a-z][a-z\d+.-]*:[^\s<>"{}|\\^`]*$/i.test(text),
  'uri-reference': (text) => /^[^\s<>"{}|\\^`]*$/.test(text),
  'json-pointer': isPointer,
  'relative-json-pointer': (text) => /^(?:0|[1-9]\d*)(?:#|$|\/)/.test(text),
  regex: isPattern,
}

const days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) return false
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number)
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (month === 2 && day === 29) return isLeap
  return day >= 1 && day <= (days[month - 1] ?? 0)
}

function isTime(text: string): boolean {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|[+-](\d\d):?(\d\d))$/i.exec(text)
  if (match === null) return false
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0))
  return hour < 24 && minute < 60 && second < 61 && zoneHour < 24 && zoneMinute < 60
}

function isDateTime(text: string): boolean {
  return /^t$/i.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isTime(text.slice(11))
}

function isHostName(text: string): boolean {
  return (
    text.length <= 253 &&
    text.split('.').every((label) => /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(label))
  )
}

function isPointer(text: string): boolean {
  return (text === '' || text.startsWith('/')) && !/~(?![01])/.test(text)
}

function isPattern(text: string): boolean {
  try {
    new JavaPattern(text)
    return true
  } catch {
    return false
  }
}
