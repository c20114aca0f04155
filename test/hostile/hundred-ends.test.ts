import { expect, test } from 'vitest'
import { waitFor } from '../support/wait-for.ts'
import { expectAnswered } from './conduct.ts'
import { HostileWorker } from './hostile-worker.ts'
import type { Footprint } from './hostile-worker.ts'
import { sink, source, task } from './hostilities.ts'

/** Terminations, and how many come before the first look at what the process holds. */
const ends = 100
const warmUpEnds = 30
/** As many as there are threads for them. */
const tasks = 4
const holders = [task(source, 'poll', 'wait'), task(sink, 'put', 'wait')]
/**
 * What one termination may leave behind for good, at most. A thread's heap that stayed would be more than three times as much;
 * what the allocator keeps for a while (0 to 1 MB an end, more on a busy machine) is no leak.
 */
const mostMbAnEnd = 2
const mostDescriptorsAnEnd = 0.5

test(`${ends} threads terminated in a row leave the process as it was, and the healthy pipeline whole`, async () => {
  await using worker = await HostileWorker.start('hundred-ends', {
    properties: { 'task.watchdog.ms': '1000' },
    threads: tasks,
  })
  const atRest = await worker.footprint()
  const warm = await endThreads(worker, warmUpEnds)
  const end = await endThreads(worker, ends)
  expectAnswered(await worker.takeDamage(`${ends} threads ended`))
  await worker.report({ atRest, warm, end })
  console.log({ atRest, warm, end })

  const between = worker.threadsEnded() - warmUpEnds
  expect(end.threads).toBeLessThanOrEqual(warm.threads + tasks)
  expect(end.descriptors - warm.descriptors).toBeLessThan(between * mostDescriptorsAnEnd)
  expect(end.rssMb - warm.rssMb).toBeLessThan(between * mostMbAnEnd)
  await worker.pipeline.expectWhole(worker.pipelineMoves())
}, 240_000)

/**
 * Has connectors hold their threads, and restarts them, until so many threads have ended in all; then deletes them. Answers
 * with what the process holds after that.
 */
async function endThreads(worker: HostileWorker, count: number): Promise<Footprint> {
  const names: string[] = []
  for (const config of holders) {
    const name = worker.newName()
    names.push(name)
    const { status, text } = await worker.put(name, { ...config, 'tasks.max': String(tasks / 2) })
    expect(status, text).toBe(201)
  }
  while (worker.threadsEnded() < count) {
    const before = worker.threadsEnded()
    await waitFor('another thread is ended', () => worker.threadsEnded() > before)
    for (const name of names) {
      const restart = 'restart?includeTasks=true&onlyFailed=true'
      await worker.sluice.request('POST', `/connectors/${name}/${restart}`)
    }
  }
  for (const name of names) expect(await worker.delete(name)).toBeLessThan(10_000)
  await worker.settled()
  return await worker.footprint()
}
