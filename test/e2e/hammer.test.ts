import { writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { expectTruth, hammer, hammerActions, hammerNames } from '../support/hammer.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'

let dir: ScratchDir
let sluice: Sluice

beforeAll(async () => {
  dir = await scratchDir()
  await writeFile(dir.file('in.txt'), 'a line\n')
  sluice = await Sluice.start({
    dir,
    bootstrapServers: inject('bootstrapServers'),
    properties: { ...stringConverters, 'offset.storage.file.filename': dir.file('offsets') },
  })
})
afterAll(async () => {
  await sluice[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

const call = fc.record({
  name: fc.constantFrom(...hammerNames),
  action: fc.constantFrom(...hammerActions),
})

test('the worker answers a hundred calls at once, of any kind and order, and goes on', async () => {
  const topic = topicPrefix('hammer')
  const hammered = {
    port: Number(new URL(sluice.url).port),
    config: (name: string) => ({
      ...{ 'connector.class': 'FileStreamSource', 'tasks.max': '1', topic },
      file: dir.file('in.txt'),
      name,
    }),
  }
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 100, maxLength: 100 }), async (calls) => {
      await hammer(hammered, calls)
      await expectTruth(hammered)
    }),
    { numRuns: 2, endOnFailure: true },
  )
}, 120_000)
