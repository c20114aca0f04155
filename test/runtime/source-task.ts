import type { ProducerListener, RecordProducer } from '../../src/kafka/types.ts'
import { AtLeastOnceDelivery } from '../../src/runtime/at-least-once-delivery.ts'
import type { SourceCommitSettings } from '../../src/runtime/source-offset-committer.ts'
import { WorkerSourceTask } from '../../src/runtime/worker-source-task.ts'
import type { SourceTaskParts } from '../../src/runtime/worker-source-task.ts'

interface AtLeastOnceParts extends Omit<SourceTaskParts, 'openDelivery' | 'commit'> {
  readonly commit: SourceCommitSettings
  readonly openProducer: (listener: ProducerListener) => Promise<RecordProducer>
}

/** A source task whose records go to `openProducer` and are acknowledged by it, at least once. */
export function sourceTask({ openProducer, commit, ...parts }: AtLeastOnceParts): WorkerSourceTask {
  return new WorkerSourceTask({
    ...parts,
    commit,
    openDelivery: (delivery) => AtLeastOnceDelivery.open(delivery, commit, openProducer),
  })
}
