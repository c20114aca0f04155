import { DataError, javaToString } from 'sluice/api'
import type { SinkRecord } from 'sluice/api'
import type { JodaZone } from 'sluice/storage'
import { place } from '../record-sides.ts'
import type { Grouping } from './grouping.ts'
import type { Template, TemplateParameter } from './template.ts'

const hourMs = 3_600_000

export interface ObjectNamesOptions {
  /** What files are named by, and grouped by. */
  readonly template: Template
  readonly grouping: Grouping
  readonly timestamps: {
    /** By the clock, or by the records' own time. */
    readonly source: 'wallclock' | 'event'
    readonly zone: JodaZone
  }
  /** The naming of older releases, which stands before topic, partition and offset; null where the template names files. */
  readonly oldPrefix: Template | null
  /** With the old prefix: what the name ends with. */
  readonly oldSuffix: string
}

/** What the objects of Aiven's sink are called. */
export class ObjectNames {
  readonly #options: ObjectNamesOptions
  readonly #units: readonly string[]
  #lastHour: number | null = null
  #lastTime = ''

  constructor(options: ObjectNamesOptions) {
    this.#options = options
    const units = options.template.variables.flatMap(({ name, parameter }) =>
      name === 'timestamp' && parameter !== null ? [parameter.value] : [],
    )
    this.#units = [...new Set(units)]
  }

  get grouping(): Grouping {
    return this.#options.grouping
  }

  /** Hot. What records of one file have in common beside their time: their key where names tell it. Empty else. */
  scopeOf(record: SinkRecord): string {
    const key = this.#options.grouping === 'partition' ? '' : keyText(record)
    // A transformation may have given records of one partition several topics.
    return record.topic === record.originalTopic ? key : `${record.topic}\u0000${key}`
  }

  /** Hot. The time of a record as far as names tell it; empty where they do not. */
  timeOf(record: SinkRecord, nowMs: number): string {
    if (this.#units.length === 0) return ''
    const localMs = this.#localMs(record, nowMs)
    const hour = Math.floor(localMs / hourMs)
    if (hour !== this.#lastHour) {
      this.#lastHour = hour
      const date = new Date(localMs)
      this.#lastTime = this.#units.map((unit) => unitText(date, unit)).join('-')
    }
    return this.#lastTime
  }

  /** The name of the object that this record is the first of, or, where its time asks for another, belongs to. `start` is the file's first offset. */
  nameOf(record: SinkRecord, start: number, nowMs: number): string {
    const { template, oldPrefix, oldSuffix } = this.#options
    if (oldPrefix === null) {
      return template.render((name, parameter) =>
        this.#text(name, parameter, { record, start, nowMs }),
      )
    }
    const prefix = oldPrefix.render((name, parameter) => {
      if (name === 'utc_date') return new Date(nowMs).toISOString().slice(0, 10)
      if (name === 'local_date') return localDate(new Date(nowMs))
      return name === 'key' ? null : this.#text(name, parameter, { record, start, nowMs })
    })
    const { topic, kafkaPartition } = record
    return `${prefix}${topic}-${kafkaPartition}-${padded(start, 20)}${oldSuffix}`
  }

  #text(
    name: string,
    parameter: TemplateParameter | null,
    of: { readonly record: SinkRecord; readonly start: number; readonly nowMs: number },
  ): string | null {
    const { record } = of
    const pads = parameter?.value.toLowerCase() === 'true'
    switch (name) {
      case 'topic':
        return record.topic
      case 'partition':
        return pads ? padded(record.kafkaPartition, 10) : String(record.kafkaPartition)
      case 'start_offset':
        return pads ? padded(of.start, 20) : String(of.start)
      case 'timestamp':
        return unitText(new Date(this.#localMs(record, of.nowMs)), parameter?.value ?? '')
      case 'key':
        return this.#options.grouping === 'partition' ? null : keyText(record)
      default:
        return null
    }
  }

  /** What the clock of the zone shows, as if it were UTC. */
  #localMs(record: SinkRecord, nowMs: number): number {
    const { source, zone } = this.#options.timestamps
    const ms = source === 'event' ? record.timestamp : nowMs
    if (ms === null) {
      throw new DataError(
        `The record has no time to name its file by: ${place(record)}. Set file.name.timestamp.source to wallclock.`,
      )
    }
    return ms + zone.offsetAt(ms)
  }
}

/** As Java's connector writes a key into names. */
function keyText({ key, keySchema }: SinkRecord): string {
  if (key === null || key === undefined) return 'null'
  return typeof key === 'string' ? key : javaToString(key, keySchema)
}

function unitText(date: Date, unit: string): string {
  switch (unit) {
    case 'yyyy':
      return padded(date.getUTCFullYear(), 4)
    case 'MM':
      return padded(date.getUTCMonth() + 1, 2)
    case 'dd':
      return padded(date.getUTCDate(), 2)
    default:
      return padded(date.getUTCHours(), 2)
  }
}

function localDate(date: Date): string {
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()]
  return day.map((value, index) => padded(value, index === 0 ? 4 : 2)).join('-')
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
