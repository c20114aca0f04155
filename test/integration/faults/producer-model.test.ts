import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { loadCodec } from '../../../src/kafka/records/compression.ts'
import { setLogLevel } from '../../../src/util/log-levels.ts'
import type { LogLevel } from '../../../src/util/log-levels.ts'
import { faultKinds } from '../../support/fault-proxy/faults.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { runCampaign } from './campaign.ts'
import { LogReader } from './log-reader.ts'
import { partitionCount } from './schedule.ts'

const bootstrapServers = inject('bootstrapServers')
const prefix = topicPrefix('faults')
const count = Number(process.env.SLUICE_SCHEDULES ?? 150)
let reader: LogReader

setLogLevel('root', (process.env.SLUICE_LOG_LEVEL ?? 'OFF') as LogLevel)

beforeAll(async () => {
  reader = await LogReader.start(bootstrapServers)
  await loadCodec('snappy')
  await loadCodec('zstd')
})

afterAll(() => reader[Symbol.dispose]())

test('what is acknowledged is there once and in order, whatever happens to connections', async () => {
  await using kafka = await openKafkaClient(bootstrapServers)
  const topics = Array.from({ length: 10 }, (_, i) => `${prefix}${i}`)
  for (const topic of topics) await kafka.createTopic(topic, { partitions: partitionCount })
  const [seed = '', path] = (process.env.SLUICE_SEED ?? String(Date.now() % 1e9)).split('/')
  console.log(`SLUICE_SEED=${seed}`)
  const tally = await runCampaign({
    bootstrapServers,
    reader,
    topics,
    count,
    seed: Number(seed),
    ...(path !== undefined && { path }),
  })
  console.log(tally.text())
  expect(tally.schedules).toBe(count)
  expect(faultKinds.filter((kind) => tally.hitsOf(kind) === 0)).toEqual([])
}, 600_000)
