import { createsTopics } from '../config/topic-creation-keys.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { ConnectError } from '../errors/connect-error.ts'
import type { RequestHandlers } from '../messages/channel.ts'
import type { MainThreadRequests, Run, TaskStart } from '../messages/protocol.ts'
import type { OffsetService } from './offset-service.ts'
import { newTopicOf } from './topic-creation.ts'
import type { TopicCreator } from './topic-creation.ts'

/** Answers what plugin threads ask. `find` gives the task started as a run, null where it is not the worker's any more. */
export function threadRequests(
  offsets: OffsetService,
  find: (run: Run) => TaskStart | null,
  { config: worker, topics }: { readonly config: ConnectorConfig; readonly topics: TopicCreator },
): RequestHandlers<MainThreadRequests> {
  return {
    readOffsets: (request, signal) => offsets.read(request, signal),
    writeOffsets: async (request, signal) => {
      await offsets.write(request, signal)
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
