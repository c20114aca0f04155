import { ConnectError } from 'sluice/api'
import type { Connection } from '../core/dialect.ts'
import { TemporalText } from '../core/temporal-text.ts'
import type { OpenTransactions } from './horizon.ts'
import type { Position } from './offsets.ts'
import type { SourceSettings } from './settings.ts'

/**
 * The oldest open transaction, how far the next one's id is from it, and whether this server only follows another. The xmax
 * of a snapshot is one past the last transaction that has *ended*; age() counts from the next that will begin, and gives
 * out no id for that.
 */
const transactionsSql = `pg_snapshot_xmin(pg_current_snapshot())::text, age(pg_snapshot_xmin(pg_current_snapshot())::xid)::text, pg_is_in_recovery()::text`

export interface DatabaseNow {
  readonly now: Position
  /** Null where they are not asked for. */
  readonly transactions: OpenTransactions | null
}

/** The database's clock, and the transactions that are open there. */
export async function databaseNow(
  connection: Connection,
  { horizon }: SourceSettings,
): Promise<DatabaseNow> {
  const { nowSql } = connection.dialect
  const { rows } = await connection.query(horizon ? `${nowSql}, ${transactionsSql}` : nowSql)
  const [time, oldest, age, follows] = rows[0] ?? []
  const text = new TemporalText('PROLEPTIC_GREGORIAN')
  if (!text.read(String(time))) {
    throw new ConnectError(
      `The database answered "${String(time)}" when it was asked for its time.`,
    )
  }
  const now = { id: null, secondsMs: text.secondsMs, nanos: text.nanos }
  if (!horizon) return { now, transactions: null }
  if (follows === 'true') throw new ConnectError(standby)
  const first = BigInt(String(oldest))
  return { now, transactions: { oldest: first, next: first + BigInt(String(age)) } }
}

const standby =
  'snapshot.horizon needs the primary server: this one is a standby, which cannot tell what transactions are open there. Connect to the primary, by targetServerType=primary where the URL names several, or set snapshot.horizon=false.'

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
