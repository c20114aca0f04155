import type { Run } from '../messages/protocol.ts'
import { turnMs } from '../messages/thread-board.ts'
import type { ThreadBoard } from '../messages/thread-board.ts'
import type { ThreadFacts } from './types.ts'

/** What `thread` is at. `ownerOf` names who was started as a run, null where that is gone. */
export function threadFacts(
  { name, board }: { readonly name: string; readonly board: ThreadBoard },
  ownerOf: (run: Run) => string | null,
  now = Date.now(),
): ThreadFacts {
  const turnedAt = board.turnedAt()
  const running = board.running()
  return {
    name,
    turnedAt,
    lateMs: turnedAt === 0 ? 0 : Math.max(0, now - turnedAt - turnMs),
    running: running && { of: ownerOf(running.run), stage: running.stage },
  }
}
