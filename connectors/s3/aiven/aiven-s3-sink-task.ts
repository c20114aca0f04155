import { createLogger } from 'sluice/api'
import type {
  ConnectorConfig,
  Logger,
  PartitionOffset,
  RejectedRecord,
  SinkRecord,
} from 'sluice/api'
import { SpillFile } from 'sluice/storage'
import { FileCommitter } from '../file-committer.ts'
import type { ConflictPolicy } from '../file-committer.ts'
import { ObjectSinkTask } from '../object-sink-task.ts'
import type { SinkPlan } from '../object-sink-task.ts'
import type { ObjectStore } from '../object-store.ts'
import type { SinkWritersOptions } from '../sink-writers.ts'
import { parseAivenConfig } from './aiven-config.ts'
import type { AivenSettings } from './aiven-config.ts'
import { loadAivenFormat } from './aiven-formats.ts'
import { GroupWriter } from './group-writer.ts'
import { ObjectNames } from './object-names.ts'

const log = createLogger('io.aiven.kafka.connect.s3.S3SinkTask')

/** The release of Aiven's sink whose keys and objects these are. */
export const version = '3.4.0'

/** What the writers of a task need besides the worker. */
export async function openGroups(
  settings: AivenSettings,
  store: ObjectStore,
  logger: Logger,
): Promise<Pick<SinkWritersOptions, 'parts' | 'open' | 'ignoresTombstones'>> {
  const output = await loadAivenFormat(settings.output)
  const names = new ObjectNames(settings.names)
  const parts = {
    log: logger,
    objects: { store, spill: new SpillFile(), partBytes: settings.partBytes },
    budget: { used: 0, limit: settings.bufferBytes },
  }
  const committer = new FileCommitter({
    ...{ store, policy: policyOf(settings), log: logger, tags: null, failsOnTagging: false },
    keyOf: ({ values }) => values?.key ?? '',
  })
  const { maxRecords } = settings
  return {
    parts,
    open: (of) => new GroupWriter({ parts, committer, names, output, maxRecords }, of),
    ignoresTombstones: false,
  }
}

/** Offsets of two partitions cannot be compared: an object whose name does not tell its partition is replaced by whoever comes. */
function policyOf({ conditionalWrites, names }: AivenSettings): ConflictPolicy {
  const used = new Set(names.template.variables.map(({ name }) => name))
  const tellsPartition = names.oldPrefix !== null || (used.has('topic') && used.has('partition'))
  return conditionalWrites && tellsPartition ? 'replace' : 'ignore'
}

/** Keeps what it is given until the worker asks what may be committed; then all of it lies in complete objects. */
export class AivenS3SinkTask extends ObjectSinkTask {
  static readonly className = 'io.aiven.kafka.connect.s3.S3SinkTask'

  /** What went wrong for good where the worker only asked what may be committed. */
  #failure: { readonly error: unknown } | null = null

  version(): string {
    return version
  }

  protected override plan(props: ConnectorConfig): Promise<SinkPlan> {
    const settings = parseAivenConfig(props)
    return Promise.resolve({
      settings: settings.store,
      retryBackoffMs: settings.retryBackoffMs,
      writers: (store) => openGroups(settings, store, log),
    })
  }

  override async put(
    records: readonly SinkRecord[],
    signal: AbortSignal,
  ): Promise<readonly RejectedRecord[] | undefined> {
    if (this.#failure !== null) throw this.#failure.error
    return await super.put(records, signal)
  }

  /** Where the store refuses for good, the worker reads again from what is committed, and the next {@link put} fails the task. */
  override async preCommit(
    _offsets: readonly PartitionOffset[],
    signal: AbortSignal,
  ): Promise<readonly PartitionOffset[]> {
    const writers = this.started()
    try {
      await writers.completeAll(signal)
    } catch (error) {
      signal.throwIfAborted()
      this.#failure = { error }
      throw error
    }
    return writers.takeCommittable()
  }
}
