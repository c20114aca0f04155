import { createsTopics } from '../config/topic-creation-keys.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { ConnectError } from '../errors/connect-error.ts'
import type { RequestHandlers } from '../messages/channel.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { MainThreadRequests, Run, TaskStart } from '../messages/protocol.ts'
import type { OffsetService } from './offset-service.ts'
import type { TransactionGuard } from './transaction-guard.ts'
import { newTopicOf } from './topic-creation.ts'
import type { TopicCreator } from './topic-creation.ts'

interface RequestOptions {
  readonly config: ConnectorConfig
  readonly topics: TopicCreator
  readonly transactions?: TransactionGuard
}

/** Answers what plugin threads ask. `find` gives the task started as a run, null where it is not the worker's any more. */
export function threadRequests(
  offsets: OffsetService,
  find: (run: Run) => TaskStart | null,
  { config: worker, topics, transactions }: RequestOptions,
): RequestHandlers<MainThreadRequests> {
  const guarded = (connector: string, run: Run): [TransactionGuard, ConnectorTaskId] => {
    const id = find(run)?.id
    if (id !== undefined && transactions !== undefined) return [transactions, id]
    throw new ConnectError(`A task of ${connector} that was replaced begins no transactions.`)
  }
  return {
    readOffsets: (request, signal) => offsets.read(request, signal),
    writeOffsets: async (request, signal) => {
      await offsets.write(request, signal)
      return undefined
    },
    copyOffsets: async (request, signal) => {
      await offsets.copy(request, signal)
      return undefined
    },
    offsetKeys: (request, signal) => offsets.keys(request, signal),
    fenceZombies: async ({ connector, run }, signal) => {
      const [guard, id] = guarded(connector, run)
      await guard.fenceZombies(id, signal)
      return undefined
    },
    confirmTask: async ({ connector, run }, signal) => {
      const [guard, id] = guarded(connector, run)
      await guard.confirm(id, signal)
      return undefined
    },
    createTopic: async ({ connector, run, topic }, signal) => {
      const config = find(run)?.connectorConfig
      if (config === undefined) {
        throw new ConnectError(`A task of ${connector} that was replaced creates no topic.`)
      }
      if (!createsTopics(worker, config)) return { created: false }
      const client = { name: connector, config }
      return { created: await topics.create(newTopicOf(config, topic), client, signal) }
    },
  }
}
