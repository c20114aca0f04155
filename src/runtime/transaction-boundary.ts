import type { TransactionContext } from '../api/source-task.ts'
import type { SourceRecord } from '../data/records.ts'
import { TransactionRequests } from './transaction-requests.ts'
import type { TransactionEnd } from './transaction-requests.ts'

/** Says where the transactions of a source task end (`transaction.boundary`). */
export interface TransactionBoundary {
  /** For the plugin, where it says so. */
  readonly context: TransactionContext | null
  /** The task begins to poll, or does so again. */
  begin(): void
  /** Of a batch, the end of those records from `from` on that are to be sent before it is asked again. */
  endOf(records: readonly SourceRecord[], from: number): number
  /** Whether the transaction ends behind this record, the last of those. */
  after(record: SourceRecord): TransactionEnd | null
  /** Whether it ends behind the whole batch, which may have been empty. */
  afterBatch(): TransactionEnd | null
  /** Whether it may end behind any batch, beside those where it is to. */
  readonly endsAnywhere: boolean
  /** Whether it is committed where the task is paused or stops; else it is dropped. */
  atRest(): boolean
}

export interface BoundarySettings {
  readonly kind: 'poll' | 'interval' | 'connector'
  readonly intervalMs: number
}

/** `now` in ms, whencever. */
export function transactionBoundary(
  { kind, intervalMs }: BoundarySettings,
  now: () => number = () => performance.now(),
): TransactionBoundary {
  switch (kind) {
    case 'poll':
      return { ...ofBatches, afterBatch: () => 'commit' }
    case 'interval':
      return intervalBoundary(intervalMs, now)
    case 'connector':
      return connectorBoundary()
  }
}

const ofBatches = {
  context: null,
  begin: () => undefined,
  endOf: (records: readonly SourceRecord[]) => records.length,
  after: () => null,
  endsAnywhere: true,
  atRest: () => true,
} as const

/** Looked at behind each batch: while a poll waits no transaction ends. */
function intervalBoundary(intervalMs: number, now: () => number): TransactionBoundary {
  let last = now()
  return {
    ...ofBatches,
    begin: () => {
      last = now()
    },
    afterBatch: () => {
      if (now() < last + intervalMs) return null
      last = now()
      return 'commit'
    },
  }
}

function connectorBoundary(): TransactionBoundary {
  const requests = new TransactionRequests()
  return {
    ...ofBatches,
    context: requests,
    endsAnywhere: false,
    endOf: (records, from) => requests.endOf(records, from),
    after: (record) => requests.takeFor(record),
    afterBatch: () => requests.takeForBatch(),
    atRest: () => requests.takeForBatch() === 'commit',
  }
}
