import type { Health } from './herder.ts'

/** Of a worker with threads that were ended and do not end, by their names. */
export function stuckHealth(threads: readonly string[]): Health {
  const message = `Threads that were ended do not end, because a plugin's native call holds them: ${threads.join(', ')}. The worker goes on without them; start it again to be rid of them.`
  return { status: 'unhealthy', message }
}
