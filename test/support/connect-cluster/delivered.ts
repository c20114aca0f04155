import { expect } from 'vitest'
import { waitFor } from '../wait-for.ts'
import { patienceMs } from './connect-cluster.ts'
import { lineBytes, lineNumber } from './line-load.ts'
import type { LineLoad } from './line-load.ts'
import type { TopicWatch } from './topic-watch.ts'

/** Waits until the last line of each file has come all the way; throws with what is missing. */
export async function arrived(load: LineLoad, watch: TopicWatch): Promise<void> {
  let missing = ''
  const isThere = async (): Promise<boolean> => {
    await watch.toEnd()
    missing = await missingOf(load, watch)
    return missing === ''
  }
  try {
    await waitFor('every line has arrived', isThere, { timeoutMs: patienceMs, everyMs: 500 })
  } catch (error) {
    throw new Error(`${String(error)}: ${missing}`, { cause: error })
  }
}

async function missingOf(load: LineLoad, watch: TopicWatch): Promise<string> {
  const open: string[] = []
  for (const [n, topic] of load.topics.entries()) {
    const inTopic = gapsOf(numbersOf(watch, topic), load.count)
    if (inTopic !== '') open.push(`${topic} lacks ${inTopic}`)
    const inFile = gapsOf(await load.sinkLines(n), load.count)
    if (inFile !== '') open.push(`the file of ${load.sinks[n] ?? ''} lacks ${inFile}`)
  }
  return open.join('; ')
}

/** The lines of a topic, in their order. */
export function numbersOf(watch: TopicWatch, topic: string): number[] {
  return watch.records(topic).map(({ value }) => lineNumber(value))
}

/** At least once: which of the numbers from 0 up to `count` are not there. */
function gapsOf(numbers: readonly number[], count: number): string {
  const there = new Set(numbers)
  const missing = Array.from({ length: count }, (_, n) => n).filter((n) => !there.has(n))
  const [first] = missing
  return first === undefined ? '' : `${missing.length} lines from ${first} on`
}

/** Every position that a source has committed, in lines. */
export function committedLines(watch: TopicWatch, offsetTopic: string, source: string): number[] {
  const ofSource = watch.records(offsetTopic).filter(({ key }) => key.startsWith(`["${source}",`))
  return ofSource.map(({ value }) => {
    const { position } = JSON.parse(value ?? '{}') as { readonly position: number }
    expect(position % lineBytes).toBe(0)
    return position / lineBytes
  })
}

/**
 * Where a source's lines are not one after another, the next one begins where some commit had come to. Lines that a worker
 * writes though it has lost them to another, which goes on meanwhile, begin elsewhere and leave a gap behind them.
 */
export function expectRestartsOnly(
  numbers: readonly number[],
  committed: readonly number[],
  what: string,
): void {
  const begins = new Set([0, ...committed])
  for (const [at, number] of numbers.entries()) {
    const expected = at === 0 ? 0 : (numbers[at - 1] ?? NaN) + 1
    if (number === expected) continue
    if (number < expected && begins.has(number)) continue
    throw new Error(`${what}: line ${number} follows line ${expected - 1}, and nobody begins there`)
  }
}
