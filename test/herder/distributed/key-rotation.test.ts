import { afterEach, expect, test, vi } from 'vitest'
import { RestError } from '../../../src/errors/rest-error.ts'
import { formatEntry, setLogSink } from '../../../src/util/logger.ts'
import type { LogEntry } from '../../../src/util/logger.ts'
import { configOf, eventually, give, running, stopAll } from './set-up.ts'

afterEach(async () => {
  await stopAll()
  vi.restoreAllMocks()
  setLogSink((entry) => process.stdout.write(formatEntry(entry)))
})

/** How failures to hand tasks to the leader are logged; `wait` lets so much time pass. */
async function refusedWith(error: Error): Promise<{
  readonly levels: readonly string[]
  readonly wait: (ms: number) => void
}> {
  const levels: string[] = []
  setLogSink(({ message, level }: LogEntry) => {
    if (message.startsWith('Failed to configure the tasks of connector a')) levels.push(level)
  })
  const now = performance.now.bind(performance)
  let passedMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now() + passedMs)
  const refuse = (): Promise<void> => Promise.reject(error)
  const scene = await running({}, { peers: { putTaskConfigs: refuse, fenceZombies: refuse } })
  await give(scene, { isLeader: false })
  const config = configOf('a', { 'tasks.max': '3' })
  await scene.configs.write({ kind: 'connector', connector: 'a', config })
  return { levels, wait: (ms) => (passedMs += ms) }
}

test('a leader that does not know the key of a request yet, or no longer, is no error for a minute', async () => {
  const { levels, wait } = await refusedWith(new RestError(403, 'Invalid signature.'))
  await eventually(() => expect(levels[0]).toBe('INFO'))
  wait(60_000)
  await eventually(() => expect(levels).toContain('ERROR'))
  expect(levels.lastIndexOf('INFO')).toBeLessThan(levels.indexOf('ERROR'))
})

test.each([new RestError(500, 'It is broken.'), new Error('It is away.')])(
  'a leader that refuses otherwise is an error at once: %s',
  async (error) => {
    const { levels } = await refusedWith(error)
    await eventually(() => expect(levels[0]).toBe('ERROR'))
  },
)
