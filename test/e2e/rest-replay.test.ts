import { afterAll, beforeAll, inject, test } from 'vitest'
import { recordedCalls } from '../rest/replay/recorded.ts'
import { replay } from '../rest/replay/replay.ts'
import { ReplayedWorker } from '../rest/replay/replayed-worker.ts'
import { Sluice } from '../support/sluice.ts'

let worker: ReplayedWorker

beforeAll(async () => {
  worker = await ReplayedWorker.start('standalone', 'rest-replay', ({ dir, properties }) =>
    Sluice.start({
      dir,
      bootstrapServers: inject('bootstrapServers'),
      properties: { ...properties, 'offset.storage.file.filename': dir.file('offsets') },
    }),
  )
})

afterAll(() => worker[Symbol.asyncDispose]())

test.each([...recordedCalls()])(
  'the worker answers %s as the Java worker did',
  async (_, calls) => {
    await replay(calls, worker.surroundings)
  },
)
