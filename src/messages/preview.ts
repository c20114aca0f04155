import type { ConnectorConfig, RawConfig } from '../config/types.ts'
import type { Run, TaskStart } from './protocol.ts'

/** Of a preview: what is asked for, and what its thread is told. All of it survives a structured clone. */

/** A key, value or header that a client gives: data as a JSON envelope (`schema` and `payload`), or bytes. */
export type GivenSide =
  | null
  | { readonly form: 'data'; readonly json: string }
  | { readonly form: 'bytes'; readonly bytes: Uint8Array }

export interface GivenRecord {
  /** Null for the connector's own, where it names one. */
  readonly topic: string | null
  readonly partition: number | null
  /** In ms since the epoch. */
  readonly timestamp: number | null
  readonly key: GivenSide
  readonly value: GivenSide
  readonly headers: readonly { readonly key: string; readonly value: GivenSide }[]
}

/** Where a sink's preview begins to read. */
export type PreviewFrom = 'committed' | 'beginning'

export interface PreviewLimits {
  /** Most records. */
  readonly limit: number
  /** How long records are waited for; the start of the connector counts. */
  readonly timeoutMs: number
}

/** What a client asks for. */
export interface PreviewRequest extends PreviewLimits {
  readonly config: RawConfig
  /** Null for those of the real source, or of the real topics. */
  readonly records: readonly GivenRecord[] | null
  readonly from: PreviewFrom
}

/** As {@link PreviewRequest}, once its configuration is known to be valid and has its variables resolved. */
export interface ResolvedPreview extends Omit<PreviewRequest, 'config'> {
  readonly config: ConnectorConfig
  /** `tasks.max` */
  readonly maxTasks: number
}

/** Where the group of a sink stands. */
export interface CommittedPosition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Requests the main thread makes of the thread of a preview. */
export interface PreviewThreadRequests {
  /** Answers at once; proves that the thread is alive. */
  ping: [undefined, undefined]
  /** Answers with the JSON text that the client is sent, secrets hidden. */
  preview: [
    PreviewLimits & {
      readonly run: Run
      readonly maxTasks: number
      /** As of the connector's first task; its own configuration is asked of the connector. */
      readonly start: TaskStart
      readonly records: readonly GivenRecord[] | null
      /** Of a sink that reads its topics; a partition left out is read from its beginning. */
      readonly positions: readonly CommittedPosition[]
    },
    { readonly text: string },
  ]
}
