import type { ConfigDef } from '../config/config-def.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { ConnectRecord } from '../data/records.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/** Changes records one at a time (a single message transformation). */
export interface Transformation<R extends ConnectRecord = ConnectRecord> {
  config(): ConfigDef
  configure(config: ConnectorConfig): void
  /** The record changed, or null to drop it. Answers at once where it can. */
  apply(record: R): MaybePromise<R | null>
  close?(): void
  version?(): string
}

/** Decides which records a transformation is applied to. */
export interface Predicate<R extends ConnectRecord = ConnectRecord> {
  config(): ConfigDef
  configure(config: ConnectorConfig): void
  test(record: R): boolean
  close?(): void
  version?(): string
}
