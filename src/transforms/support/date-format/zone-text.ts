import { weakZones, zones } from './names.ts'

/** An offset from UTC read from a text: in minutes, and where the text goes on. */
export interface ZoneText {
  readonly minutes: number
  readonly end: number
  /** A weak name, one for summer and winter, gives way to digits that were read before it. */
  readonly by: 'digits' | 'name' | 'weak name'
}

/** `z` and `Z`: `+hhmm`, `GMT`, `GMT+hh:mm` or a name. */
export function readZone(text: string, at: number): ZoneText | null {
  const sign = signAt(text, at)
  if (sign !== 0) return readOffset(text, at + 1, { sign, count: 0, colon: false })
  if (/^gmt/i.test(text.slice(at, at + 3))) {
    const own = signAt(text, at + 3)
    if (own === 0) return { minutes: 0, end: at + 3, by: 'digits' }
    return readOffset(text, at + 4, { sign: own, count: 0, colon: true })
  }
  return readZoneName(text, at)
}

/** `X`: `Z`, or as many digits as the pattern says. */
export function readIsoZone(text: string, at: number, count: number): ZoneText | null {
  if (text.charAt(at) === 'Z') return { minutes: 0, end: at + 1, by: 'digits' }
  const sign = signAt(text, at)
  return sign === 0 ? null : readOffset(text, at + 1, { sign, count, colon: count === 3 })
}

function readZoneName(text: string, at: number): ZoneText | null {
  let best: ZoneText | null = null
  for (const [name, minutes] of zones) {
    const found = text.slice(at, at + name.length).toLowerCase() === name.toLowerCase()
    if (found && name.length > (best?.end ?? at) - at) {
      best = { minutes, end: at + name.length, by: weakZones.has(name) ? 'weak name' : 'name' }
    }
  }
  return best
}

interface OffsetForm {
  readonly sign: number
  /** Letters of an ISO pattern; 0 for the other kinds, 1 for hours alone. */
  readonly count: number
  readonly colon: boolean
}

function readOffset(text: string, at: number, { sign, count, colon }: OffsetForm): ZoneText | null {
  // Only GMT+h:mm may have a single digit.
  const hoursForm = count > 0 || !colon ? /^\d\d/ : /^\d\d?/
  const hours = hoursForm.exec(text.slice(at, at + 2))?.[0]
  if (hours === undefined || Number(hours) > 23) return null
  const end = at + hours.length
  if (count === 1) return { minutes: sign * Number(hours) * 60, end, by: 'digits' }
  const rest = (colon ? /^:(\d\d)/ : /^(\d\d)/).exec(text.slice(end, end + 3))
  if (rest === null || Number(rest[1]) > 59) return null
  const minutes = sign * (Number(hours) * 60 + Number(rest[1]))
  return { minutes, end: end + rest[0].length, by: 'digits' }
}

function signAt(text: string, at: number): number {
  const char = text.charAt(at)
  return char === '+' ? 1 : char === '-' ? -1 : 0
}
