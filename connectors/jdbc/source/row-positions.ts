import { DataError } from 'sluice/api'
import type { RawRow } from '../core/types.ts'
import { TemporalText } from '../core/temporal-text.ts'
import { columnSchema } from './column-schema.ts'
import { incrementingValue } from './offsets.ts'
import type { Position } from './offsets.ts'
import type { RowShape } from './row-shape.ts'
import type { TableSourceParts } from './table-source.ts'
import { valueReader } from './value-readers.ts'
import type { ValueReader } from './value-readers.ts'

type PositionParts = Pick<
  TableSourceParts,
  'name' | 'settings' | 'shape' | 'incrementing' | 'timestamps' | 'timestampsAreInstants'
>

/** Reads from a row where it stands: its number, and its timestamp to the nanosecond, which a Date would not hold. */
export class RowPositions {
  readonly #parts: PositionParts
  readonly #id: number
  readonly #readId: ValueReader | null
  readonly #timestamps: readonly number[]
  readonly #text: TemporalText

  constructor(shape: RowShape, parts: PositionParts) {
    const { settings, incrementing, timestamps } = parts
    const { mode } = settings
    this.#parts = parts
    this.#text = new TemporalText(settings.calendar)
    this.#id = mode.includes('incrementing') ? place(shape, incrementing, parts.name) : -1
    this.#timestamps = mode.includes('timestamp')
      ? timestamps.map((name) => place(shape, name, parts.name))
      : []
    this.#readId = this.#id < 0 ? null : idReader(shape, this.#id, parts)
  }

  of(row: RawRow): Position {
    const { incrementing } = this.#parts
    const raw = row[this.#id] ?? null
    const id =
      this.#readId === null
        ? null
        : incrementingValue(raw === null ? null : this.#readId(raw), incrementing)
    return this.#withTimestamp(id, row)
  }

  #withTimestamp(id: Position['id'], row: RawRow): Position {
    for (const index of this.#timestamps) {
      const raw = row[index] ?? null
      if (raw === null) continue
      return { id, ...this.#timestamp(raw) }
    }
    return { id, secondsMs: null, nanos: 0 }
  }

  #timestamp(raw: string | number | bigint | boolean | Uint8Array): Omit<Position, 'id'> {
    if (typeof raw === 'bigint' || typeof raw === 'number') {
      const ms = Number(raw)
      const secondsMs = Math.floor(ms / 1000) * 1000
      return { secondsMs, nanos: Math.round(ms - secondsMs) * 1_000_000 }
    }
    const text = this.#text
    if (!text.read(String(raw))) {
      throw new DataError(
        `"${String(raw).slice(0, 40)}" in a timestamp column of ${this.#parts.name} is no timestamp that could be followed.`,
      )
    }
    const { zone } = this.#parts.settings
    const { secondsMs, nanos, offsetMs } = text
    if (offsetMs !== null) return { secondsMs: secondsMs - offsetMs, nanos }
    const isInstant = this.#parts.timestampsAreInstants
    return { secondsMs: isInstant ? secondsMs : zone.instantOf(secondsMs), nanos }
  }
}

function place(shape: RowShape, name: string, source: string): number {
  const index = shape.indexOf(name)
  if (index >= 0) return index
  throw new DataError(`${source} gives no column ${name}, which is to be followed.`)
}

/** Reads the number whatever numeric.mapping makes of its column. */
function idReader(
  shape: RowShape,
  index: number,
  { name, shape: settings }: PositionParts,
): ValueReader {
  const column = shape.columns[index]
  const found = column === undefined ? null : columnSchema(column, settings)
  if (column === undefined || found === null) {
    throw new DataError(`The incrementing column of ${name} is of a type that holds no integers.`)
  }
  return valueReader(found, column.typeName, settings)
}
