import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Surroundings } from '../rest/replay/comparable.ts'
import { skippedOf } from '../rest/replay/not-replayed.ts'
import { recordedCalls } from '../rest/replay/recorded.ts'
import { connectTools, replayRegistry } from '../rest/replay/replay-worker.ts'
import { replay } from '../rest/replay/replay.ts'
import { startMember } from '../support/cluster.ts'
import { scratchDir } from '../support/sluice.ts'
import type { ScratchDir, Sluice } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
let dir: ScratchDir
let sluice: Sluice
let surroundings: Surroundings

beforeAll(async () => {
  dir = await scratchDir()
  const lines = Array.from({ length: 10 }, (_, i) => `line ${i}\n`)
  await writeFile(dir.file('in.txt'), lines.join(''))
  const prefix = topicPrefix('cluster-replay')
  sluice = await startMember({
    dir,
    bootstrapServers: inject('bootstrapServers'),
    name: `${prefix}${randomUUID().slice(0, 8)}`,
    properties: {
      'key.converter': json,
      'value.converter': json,
      'plugin.path': connectTools,
      'offset.flush.interval.ms': '1000',
      // The recorded sink has the same name wherever it is replayed.
      'consumer.group.id': `${prefix}snk`,
    },
  })
  const { plugins } = await replayRegistry()
  const { kafka_cluster_id: clusterId } = await sluice.get<{ kafka_cluster_id: string }>('/')
  surroundings = {
    mode: 'distributed',
    port: Number(new URL(sluice.url).port),
    folder: dir.path,
    topicPrefix: prefix,
    clusterId,
    classes: new Set(plugins.map(({ className }) => className)),
  }
})

afterAll(async () => {
  await sluice[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

test('there are recordings of a cluster', () => {
  expect([...recordedCalls('distributed').keys()]).toEqual([...recordedCalls().keys()])
})

test.each([...recordedCalls('distributed')])(
  'a worker of a cluster answers %s as the Java worker did',
  async (_, calls) => {
    await replay(calls, skippedOf('distributed'), surroundings)
  },
  240_000,
)
