import type { RawConfig } from '../config/types.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/** Is told from where values came that hold for a time only, and for how long. */
export type NoteExpiry = (source: string, ttlMs: number) => void

/** Resolves `${provider:path:key}` in the values of a configuration, by the worker's config providers. */
export interface ConfigResolver {
  /** What cannot be resolved stays as it is written; nulls stay null. */
  resolve<T extends RawConfig>(
    config: T,
    signal: AbortSignal,
    noteExpiry?: NoteExpiry,
  ): MaybePromise<T>
}
