import { ConfigError, ZoneRules } from 'sluice/api'

/** A time zone with the conversions of Joda's `DateTimeZone`. Offsets are in milliseconds. */
export class JodaZone {
  readonly id: string
  readonly #rules: ZoneRules

  /** Throws a ConfigError for a zone that there is not. */
  constructor(id: string, key = 'timezone') {
    const rules = ZoneRules.of(id === 'Z' ? 'UTC' : id)
    if (rules === null) {
      throw new ConfigError(
        `Invalid value ${id} for configuration ${key}: The datetime zone id '${id}' is not recognised. Name a region (Europe/Paris), UTC or an offset (+08:00).`,
      )
    }
    this.id = id
    this.#rules = rules
  }

  /** How far the zone is ahead of UTC at an instant. */
  offsetAt(ms: number): number {
    return this.#rules.offsetAt(ms) * 1000
  }

  /** The instant at which the clock shows `localMs`; of a time that the clock leaves out, one beside the gap (`convertLocalToUTC`, not strict). */
  toUtc(localMs: number): number {
    const offsetLocal = this.offsetAt(localMs)
    const offset = this.offsetAt(localMs - offsetLocal)
    if (offsetLocal === offset || offsetLocal >= 0) return localMs - offset + 0
    return localMs - (this.offsetAt(localMs - offset) === offset ? offset : offsetLocal)
  }
}
