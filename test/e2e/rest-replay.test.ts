import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, inject, test } from 'vitest'
import type { Surroundings } from '../rest/replay/comparable.ts'
import { skippedOf } from '../rest/replay/not-replayed.ts'
import { recordedCalls } from '../rest/replay/recorded.ts'
import { connectTools, replayRegistry } from '../rest/replay/replay-worker.ts'
import { replay } from '../rest/replay/replay.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
let dir: ScratchDir
let sluice: Sluice
let surroundings: Surroundings

beforeAll(async () => {
  dir = await scratchDir()
  const lines = Array.from({ length: 10 }, (_, i) => `line ${i}\n`)
  await writeFile(dir.file('in.txt'), lines.join(''))
  sluice = await Sluice.start({
    dir,
    bootstrapServers: inject('bootstrapServers'),
    properties: {
      'key.converter': json,
      'value.converter': json,
      'plugin.path': connectTools,
      'offset.storage.file.filename': dir.file('offsets'),
      'offset.flush.interval.ms': '1000',
    },
  })
  const { plugins } = await replayRegistry()
  const { kafka_cluster_id: clusterId } = await sluice.get<{ kafka_cluster_id: string }>('/')
  surroundings = {
    mode: 'standalone',
    port: Number(new URL(sluice.url).port),
    folder: dir.path,
    topicPrefix: topicPrefix('rest-replay'),
    clusterId,
    classes: new Set(plugins.map(({ className }) => className)),
  }
})

afterAll(async () => {
  await sluice[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

test.each([...recordedCalls()])(
  'the worker answers %s as the Java worker did',
  async (_, calls) => {
    await replay(calls, skippedOf('standalone'), surroundings)
  },
)
