import { ConnectError } from '../errors/connect-error.ts'
import type { TaskCounters } from '../messages/counters.ts'
import { taskStages } from '../messages/stages.ts'

/**
 * What a sink task fails with whose consumer has left its group for want of polls, `limitMs` long. Null where no call of
 * its plugin is open: then it is the worker that holds the task up, and the task goes on when it may.
 */
export function overdueCall(
  task: string,
  counters: TaskCounters,
  limitMs: number,
): ConnectError | null {
  const since = counters.get('callSince')
  if (since === 0) return null
  const call = taskStages[counters.get('callStage')] ?? 'a call'
  return new ConnectError(
    `Task ${task}: ${call} has not come back for ${Date.now() - since} ms, and max.poll.interval.ms allows ${limitMs} ms ` +
      'between two polls. The task has left its group, so that others get its partitions, and is cancelled: what this ' +
      `${call} was given is delivered again there. Find out what ${call} waits for; where it only takes long, raise ` +
      'consumer.override.max.poll.interval.ms or lower consumer.override.max.poll.records.',
  )
}
