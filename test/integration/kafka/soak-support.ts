import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, inject } from 'vitest'
import { bundleTs } from '../../../scripts/lib/load-ts.mjs'
import { median } from '../../bench/figures.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import type { SoakOrder, SoakReport, SoakSample } from './soak-process.ts'

const MIB = 1024 * 1024

/** How much more a process may have in the last third of its time than in the second: an allocator keeps some, a leak grows on. */
const slack: Record<keyof SoakSample, number> = { rss: 16 * MIB, heap: 1.5 * MIB, buffers: 6 * MIB }

/** Has a process produce and read for so long, and holds it to what it was sent and to the memory it had. */
export async function soak(seconds: number): Promise<void> {
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const [topic, partitions] = [`${topicPrefix('soak')}topic`, 3]
  await kafka.createTopic(topic, { partitions })
  const report = await runProcess({
    ...{ topic, partitions, seconds },
    bootstrapServers: inject('bootstrapServers'),
  })
  const { samples, acknowledged, read, cuts, visits } = report
  expect(acknowledged).toBeGreaterThan(seconds * 100)
  expect(read).toBe(acknowledged)
  expect(cuts).toBeGreaterThan(seconds / 10)
  expect(visits).toBeGreaterThan(seconds / 60)
  expect(samples.length).toBeGreaterThan(seconds / 3)
  const growth = growthOf(samples)
  console.log(`Soak of ${seconds} s: ${JSON.stringify({ acknowledged, cuts, visits, growth })}`)
  expect(growth.heap).toBeLessThan(slack.heap)
  expect(growth.buffers).toBeLessThan(slack.buffers)
  expect(growth.rss).toBeLessThan(slack.rss)
  await kafka.admin.deleteTopics({ topics: [topic] })
}

/** Median of the last third less that of the second. */
function growthOf(samples: readonly SoakSample[]): SoakSample {
  const third = Math.floor(samples.length / 3)
  const middle = (from: number, to: number, of: keyof SoakSample): number =>
    median(samples.slice(from, to).map((sample) => sample[of]))
  const growth = (of: keyof SoakSample): number =>
    middle(2 * third, samples.length, of) - middle(third, 2 * third, of)
  return { rss: growth('rss'), heap: growth('heap'), buffers: growth('buffers') }
}

async function runProcess(order: SoakOrder): Promise<SoakReport> {
  const module = await bundleTs('test/integration/kafka/soak-process.ts')
  const script = `import(${JSON.stringify(module)}).then(({ run }) => run(${JSON.stringify(order)}))`
  const child = spawn(process.execPath, ['--expose-gc', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: (order.seconds + 60) * 1000,
    killSignal: 'SIGKILL',
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  if (code !== 0) throw new Error(`The process ended with code ${code}.\n${output.slice(-2000)}`)
  return JSON.parse(last) as SoakReport
}
