import { afterAll, beforeAll, expect, test } from 'vitest'
import { behaving, buildThreadEntry, openWorker, sourceConfig } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

let built: ThreadEntry
beforeAll(async () => {
  built = await buildThreadEntry()
})
afterAll(() => built.remove())

const waitLong = { timeout: 25_000 }

const id = (connector: string) => ({ connector, task: 0 })

test.each([
  { name: 'from turn to turn', behave: 'growBuffers', call: '' },
  { name: 'within one call', behave: 'growBuffersAtOnce', call: ' It was in poll of UnrulySource' },
])(
  'Buffers that grow without end, $name, fail their task alone; the one beside it goes on',
  async ({ behave, call }) => {
    await using open = await openWorker(built, { threads: 1 })
    const { worker, events, errors } = open
    await worker.startTask(id('good'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('bad'), sourceConfig, behaving(behave), 'STARTED')
    await expect.poll(() => events, waitLong).toContain('task bad-0 FAILED')
    const trace = errors.get('task bad-0')?.trace ?? ''
    expect(trace).toMatch(
      /Task bad-0 ended with its thread: The thread task-thread-\d was ended because it held \d{2,3} MB outside of its JavaScript heap \(Buffers\), where its share is 64 MB\. .* raise SLUICE_MEMORY, or task\.heap\.mb/,
    )
    expect(trace).toContain(call)
    await expect
      .poll(() => events.filter((event) => event === 'task good-0 RUNNING'))
      .toHaveLength(2)
    expect(events).not.toContain('task good-0 FAILED')
  },
  30_000,
)
