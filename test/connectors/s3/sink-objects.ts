import { expect } from 'vitest'
import type { ConnectorConfig, SinkRecord } from '../../../src/api/index.ts'
import { record } from '../storage/support.ts'
import { MemoryStore } from './memory-store.ts'
import { RunningSink } from './running-sink.ts'

/** In ms. */
export const minute = 60_000
/** What the objects of the partition are named with, up to their offset. */
export const root = 'topics/test-topic/partition=12/test-topic+12+'

/** So many, one offset behind another. */
export const records = (
  count: number,
  make: (offset: number) => Partial<Parameters<typeof record>[0]> = () => ({}),
  first = 0,
): SinkRecord[] =>
  Array.from({ length: count }, (_, index) =>
    record({ offset: first + index, ...make(first + index) }),
  )

/** Runs a sink over `list` until all is written: `<name> <records>` of all objects. */
export async function written(
  config: ConnectorConfig,
  list: readonly SinkRecord[],
  store = new MemoryStore(),
): Promise<string[]> {
  const sink = await RunningSink.start(config, store, list)
  await sink.run(4)
  await sink.close()
  expect(store.uploads.size).toBe(0)
  return Object.entries(store.contents).map(
    ([key, body]) => `${key} ${body.split('\n').length - 1}`,
  )
}
