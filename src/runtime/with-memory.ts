import type { MaybePromise } from '../util/maybe-promise.ts'
import type { MemoryShare } from '../util/memory-budget.ts'
import type { TaskServices } from './task.ts'

/** Opens a client that closes its share of the memory with itself; where it does not open, the share is given back. */
export async function withMemory<T>(
  services: TaskServices,
  open: (memory: MemoryShare) => MaybePromise<T>,
): Promise<T> {
  const memory = services.openMemoryShare()
  try {
    return await open(memory)
  } catch (error) {
    memory.close()
    throw error
  }
}
