import { ConnectError } from 'sluice/api'

/** What must hold for an object to be written: nothing, that there is none yet, or that it is still the one of this ETag. */
export type WriteCondition = 'any' | 'absent' | { readonly etag: string }

/** What is known of an object that is there. */
export interface FoundObject {
  readonly etag: string
  readonly bytes: number
  readonly metadata: Readonly<Record<string, string>>
}

export interface UploadedPart {
  readonly number: number
  readonly etag: string
  readonly checksum: string | null
}

export interface PutOptions {
  readonly condition: WriteCondition
  readonly metadata: Readonly<Record<string, string>>
}

/** The store did not write an object because its {@link WriteCondition} does not hold. */
export class ConditionError extends ConnectError {}

/** The store knows no conditions. */
export class UnsupportedConditionError extends ConnectError {}

/**
 * What the sink asks of a store. Rejects with a RetriableError for what may pass, with a {@link ConditionError}, and with a
 * ConnectError for anything else.
 */
export interface ObjectStore {
  /** Writes an object whole; answers with its ETag. */
  put(key: string, body: Buffer, options: PutOptions, signal: AbortSignal): Promise<string>
  /** Begins an object of several parts, and ends whatever was begun of the same name and left; answers with the upload's id. */
  begin(
    key: string,
    metadata: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string>
  part(
    upload: { readonly key: string; readonly id: string },
    number: number,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<UploadedPart>
  complete(
    upload: { readonly key: string; readonly id: string },
    parts: readonly UploadedPart[],
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<string>
  /** Forgets an upload and its parts. */
  abort(upload: { readonly key: string; readonly id: string }, signal: AbortSignal): Promise<void>
  /** Null where there is no such object; `forbidden` where it may not be looked at. */
  find(key: string, signal: AbortSignal): Promise<FoundObject | 'forbidden' | null>
  tag(key: string, tags: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>
}
