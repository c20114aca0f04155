import type { Run } from '../messages/protocol.ts'
import type { TaskStage } from '../messages/stages.ts'
import type { ThreadBoard } from '../messages/thread-board.ts'

/** Calls into a plugin of that class. */
export type NamedCall = <T>(className: string, stage: TaskStage, call: () => T) => T

/**
 * Writes calls that belong to no running connector on the board, with the class of their plugin: a validation asks many. As
 * `run`, which is the validation's own. What a plugin does after its first wait is not named.
 */
export function namedCalls(board: ThreadBoard, run: Run): NamedCall {
  return (className, stage, call) => {
    board.name(className)
    const before = board.enter(run, stage)
    try {
      return call()
    } finally {
      board.leave(before)
    }
  }
}

/** For where no board is. */
export const unnamedCall: NamedCall = (_className, _stage, call) => call()
