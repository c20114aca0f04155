import type { JodaZone } from '../partitioners/joda-zone.ts'

const dayMs = 86_400_000

/**
 * When files are closed by the clock: every `periodMs` from midnight of the zone on, and at the next midnight. The result is the first such
 * instant behind `nowMs`, in milliseconds since the epoch.
 */
export function nextRotation(nowMs: number, periodMs: number, zone: JodaZone): number {
  const midnight = startOfDay(nowMs, zone, 0)
  const next = midnight + (Math.floor((nowMs - midnight) / periodMs) + 1) * periodMs
  return Math.min(next, startOfDay(nowMs, zone, 1))
}

/** The first instant of the day that holds `ms`, or of one `daysLater`. A day may have 23 or 25 hours. */
function startOfDay(ms: number, zone: JodaZone, daysLater: number): number {
  const local = ms + zone.offsetAt(ms)
  return zone.toUtc((Math.floor(local / dayMs) + daysLater) * dayMs)
}
