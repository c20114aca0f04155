import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { recordedCalls } from '../rest/replay/recorded.ts'
import { replay } from '../rest/replay/replay.ts'
import { ReplayedWorker } from '../rest/replay/replayed-worker.ts'
import { startMember } from '../support/cluster.ts'

let worker: ReplayedWorker

beforeAll(async () => {
  worker = await ReplayedWorker.start(
    'distributed',
    'cluster-replay',
    ({ dir, prefix, properties }) =>
      startMember({
        dir,
        bootstrapServers: inject('bootstrapServers'),
        name: `${prefix}${randomUUID().slice(0, 8)}`,
        // The recorded sink has the same name wherever it is replayed.
        properties: { ...properties, 'consumer.group.id': `${prefix}snk` },
        env: { MOCK_CONNECTOR: 'fails' },
      }),
  )
})

afterAll(() => worker[Symbol.asyncDispose]())

test('there are recordings of a cluster', () => {
  expect([...recordedCalls('distributed').keys()]).toEqual([...recordedCalls().keys()])
})

test.each([...recordedCalls('distributed')])(
  'a worker of a cluster answers %s as the Java worker did',
  async (_, calls) => {
    await replay(calls, worker.surroundings)
  },
  240_000,
)
