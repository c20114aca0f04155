import { DataError, instantMs, instantOf, normalizeInt64 } from '../../../api/index.ts'
import type { Field, Instant, Int64, ZoneRules } from '../../../api/index.ts'
import type { ValueChange } from '../../support/struct-rewrite.ts'
import { DebeziumError } from './errors.ts'
import { zonedTime, zonedTimestamp } from './zoned-text.ts'

const kafkaTimestamp = 'org.apache.kafka.connect.data.Timestamp'

/** Integers since the epoch that stand for a local date and time, and how many of their units a second has. */
const localUnits: Readonly<Record<string, number>> = {
  'io.debezium.time.Timestamp': 1000,
  'io.debezium.time.MicroTimestamp': 1_000_000,
  'io.debezium.time.NanoTimestamp': 1_000_000_000,
}

/** Parts of the source block that are instants, without a name of a schema. */
const epochUnits: Readonly<Record<string, number>> = {
  ts_ms: 1000,
  ts_us: 1_000_000,
  ts_ns: 1_000_000_000,
}

/** Dates and times of day: to shift them would need the other half. */
const unsupported: readonly string[] = [
  'io.debezium.time.Date',
  'io.debezium.time.MicroTime',
  'io.debezium.time.NanoTime',
  'io.debezium.time.Time',
  'org.apache.kafka.connect.data.Date',
  'org.apache.kafka.connect.data.Time',
]

export function isUnsupported({ schema }: Field): boolean {
  return schema.name !== null && unsupported.includes(schema.name)
}

/** What is done to a field that is to be shifted; null where it is no time. */
export function shiftOf(field: Field, rules: ZoneRules, isOfSource: boolean): ValueChange | null {
  const { name, type } = field.schema
  if (name === kafkaTimestamp) return new InstantShift(rules)
  if (name === 'io.debezium.time.ZonedTimestamp') return new TextShift(zonedTimestamp, rules)
  if (name === 'io.debezium.time.ZonedTime') return new TextShift(zonedTime, rules)
  if (name !== null) {
    const units = Object.hasOwn(localUnits, name) ? localUnits[name] : undefined
    return units === undefined ? null : new LocalShift(units, rules)
  }
  const units =
    isOfSource && Object.hasOwn(epochUnits, field.name) ? epochUnits[field.name] : undefined
  if (units === undefined) return null
  if (type === 'INT64') return new EpochShift(units, rules)
  throw new DebeziumError('Epoch field value should be a java.lang.Long')
}

/** A local date and time becomes the instant at which the zone's clock shows it. */
class LocalShift implements ValueChange {
  readonly #unitsPerSecond: number
  readonly #rules: ZoneRules

  constructor(unitsPerSecond: number, rules: ZoneRules) {
    this.#unitsPerSecond = unitsPerSecond
    this.#rules = rules
  }

  apply(value: unknown): Int64 {
    const units = value as Int64
    const offset = this.#rules.offsetAtLocal(msOf(units, this.#unitsPerSecond))
    return plus(units, -offset * this.#unitsPerSecond)
  }
}

/** The same for values that are dates. */
class InstantShift implements ValueChange {
  readonly #shift: LocalShift

  constructor(rules: ZoneRules) {
    this.#shift = new LocalShift(1000, rules)
  }

  apply(value: unknown): Instant {
    return instantOf(this.#shift.apply(instantMs(value as Instant)))
  }
}

/** An instant becomes what the zone's clock shows then, as if that were UTC. */
class EpochShift implements ValueChange {
  readonly #unitsPerSecond: number
  readonly #rules: ZoneRules

  constructor(unitsPerSecond: number, rules: ZoneRules) {
    this.#unitsPerSecond = unitsPerSecond
    this.#rules = rules
  }

  apply(value: unknown): Int64 {
    const units = value as Int64
    const offset = this.#rules.offsetAt(msOf(units, this.#unitsPerSecond))
    return plus(units, offset * this.#unitsPerSecond)
  }
}

/** A text with an offset becomes that of the same instant with the zone's. */
class TextShift implements ValueChange {
  readonly #shifted: (text: string, rules: ZoneRules) => string
  readonly #rules: ZoneRules

  constructor(shifted: (text: string, rules: ZoneRules) => string, rules: ZoneRules) {
    this.#shifted = shifted
    this.#rules = rules
  }

  apply(value: unknown): string {
    if (typeof value === 'string') return this.#shifted(value, this.#rules)
    throw new DataError('A zoned time is expected to be a text.')
  }
}

/** Rounded down. */
function msOf(value: Int64, unitsPerSecond: number): number {
  const perMs = unitsPerSecond / 1000
  if (typeof value === 'number') return Math.floor(value / perMs)
  const divisor = BigInt(perMs)
  const quotient = value / divisor
  return Number(value % divisor < 0n ? quotient - 1n : quotient)
}

/** Within an int64, where it wraps as in Java. */
function plus(value: Int64, addend: number): Int64 {
  if (typeof value === 'number') {
    const sum = value + addend
    if (Number.isSafeInteger(sum)) return sum
  }
  return normalizeInt64(BigInt.asIntN(64, BigInt(value) + BigInt(addend)))
}
