import { afterAll, beforeAll, expect, test } from 'vitest'
import { behaving, buildThreadEntry, openWorker, sourceConfig } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

let built: ThreadEntry
beforeAll(async () => {
  built = await buildThreadEntry()
})
afterAll(() => built.remove())

const id = (connector: string) => ({ connector, task: 0 })

/** The longest that a timer of 5 ms has waited. */
function watchDelay(): { readonly longest: () => number; readonly stop: () => void } {
  let longest = 0
  let before = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - before)
    before = now
  }, 5)
  return { longest: () => longest, stop: () => clearInterval(timer) }
}

test('a plugin that logs in a loop for three seconds holds the main thread for no second, and how many lines were dropped is said', async () => {
  await using open = await openWorker(built, { threads: 1 })
  const delay = watchDelay()
  await open.worker.startTask(id('c'), sourceConfig, behaving('flood'), 'STARTED')
  const dropped = (): number =>
    open.lines.filter((line) => /\d+ lines of this thread were dropped/.test(line)).length
  await expect.poll(() => open.lines.length, { timeout: 5000 }).toBeGreaterThan(1)
  await expect.poll(dropped, { timeout: 10_000 }).toBeGreaterThan(0)
  await expect
    .poll(() => open.worker.taskCounters(id('c'))?.get('polled'), { timeout: 10_000 })
    .toBeGreaterThan(4)
  await open.worker.stopTasks([id('c')])
  delay.stop()
  expect(delay.longest()).toBeLessThan(1000)
  expect(open.lines.filter((line) => line.includes('line 0 '))).toHaveLength(1)
  expect(open.lines).toContain(
    'INFO [c|task-0] polled (org.apache.kafka.connect.runtime.WorkerSourceTask)',
  )
})

test('what a plugin prints is a line of the log, with the context of its task', async () => {
  await using open = await openWorker(built, { threads: 1 })
  await open.worker.startTask(id('c'), sourceConfig, behaving('print'), 'STARTED')
  const printed = (): string[] => open.lines.filter((line) => line.includes('(std'))
  await expect.poll(() => printed().length).toBe(4)
  expect(printed()).toEqual([
    "INFO [c|task-0] by console.log { a: 'ä' } (stdout)",
    'INFO [c|task-0] in two pieces ä (stdout)',
    'WARN [c|task-0] by console.error (stderr)',
    'WARN [c|task-0] Warning: by a warning (stderr)',
  ])
})
