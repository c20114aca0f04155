import { ConnectError } from 'sluice/api'
import type { Connection } from '../core/dialect.ts'
import { TemporalText } from '../core/temporal-text.ts'
import type { Position } from './offsets.ts'
import type { SourceSettings } from './settings.ts'

const horizonSql = `(pg_snapshot_xmin(pg_current_snapshot())::text::bigint & 4294967295)::text`

/** The database's clock, and the oldest transaction that is still open there; null where that is not asked for. */
export async function databaseNow(
  connection: Connection,
  { horizon }: SourceSettings,
): Promise<{ readonly now: Position; readonly horizon: string | null }> {
  const { nowSql } = connection.dialect
  const { rows } = await connection.query(horizon ? `${nowSql}, ${horizonSql}` : nowSql)
  const [time, xmin] = rows[0] ?? []
  const text = new TemporalText('PROLEPTIC_GREGORIAN')
  if (!text.read(String(time))) {
    throw new ConnectError(
      `The database answered "${String(time)}" when it was asked for its time.`,
    )
  }
  return {
    now: { id: null, secondsMs: text.secondsMs, nanos: text.nanos },
    horizon: horizon ? String(xmin) : null,
  }
}

/** Where to begin where nothing was read yet. The epoch is left out of the position, and of stored offsets with it. */
export function initialPosition(
  { id }: Position,
  now: Position,
  { initialTimestampMs: initial }: SourceSettings,
): Position {
  if (initial === 'now') return { ...now, id }
  if (initial === 0) return { id, secondsMs: null, nanos: 0 }
  const secondsMs = Math.floor(initial / 1000) * 1000
  return { id, secondsMs, nanos: (initial - secondsMs) * 1_000_000 }
}

export function earlier(position: Position, ms: number): Position {
  const wholeMs = (position.secondsMs ?? 0) + Math.floor(position.nanos / 1_000_000) - ms
  const secondsMs = Math.floor(wholeMs / 1000) * 1000
  const nanos = (wholeMs - secondsMs) * 1_000_000 + (position.nanos % 1_000_000)
  return { ...position, secondsMs, nanos }
}
