import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { KafkaStatusStore } from '../../../src/stores/status/kafka-status-store.ts'
import type { StatusRecord, StatusState } from '../../../src/stores/status/status-records.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { topicAdminOf } from './topic-admin.ts'

const prefix = topicPrefix('status-store')
const signal = AbortSignal.timeout(120_000)
const clientConfig = { 'bootstrap.servers': inject('bootstrapServers'), 'client.id': 'statuses' }
let kafka: KafkaClient
let topics = 0

beforeAll(async () => {
  kafka = await openKafkaClient(inject('bootstrapServers'))
})
afterAll(() => kafka[Symbol.asyncDispose]())

async function open(name: string): Promise<KafkaStatusStore> {
  const configs = { 'cleanup.policy': 'compact' }
  const store = new KafkaStatusStore({
    topic: { name, partitions: 3, replicationFactor: 1, configs },
    clientConfig,
    admin: topicAdminOf(kafka),
  })
  await store.start(signal)
  return store
}

function task(state: StatusState, workerId: string, generation: number): StatusRecord {
  const status = { state, trace: null, workerId, generation, version: null }
  return { kind: 'task', connector: 'f', task: 0, status }
}

test('the last word of each worker is there for all', async () => {
  const name = `${prefix}${topics++}`
  const [one, two] = [await open(name), await open(name)]
  for (const state of ['RUNNING', 'PAUSED', 'RUNNING'] as const) one.put(task(state, 'a:1', 1))
  await one.flush(signal)
  const seen = await two.refresh(signal)
  expect(seen.task('f', 0)).toMatchObject({ state: 'RUNNING', workerId: 'a:1' })
  two.put({ kind: 'connector', connector: 'f', status: null })
  await two.stop(signal)
  const after = await one.refresh(signal)
  expect(after.task('f', 0)).toBeNull()
  await one.stop(signal)
})

test('what comes late is not said where another worker knows better', async () => {
  const name = `${prefix}${topics++}`
  const [one, two] = [await open(name), await open(name)]
  two.put(task('RUNNING', 'b:1', 5))
  await two.flush(signal)
  await one.refresh(signal)
  one.putSafe(task('FAILED', 'a:1', 4))
  await one.flush(signal)
  const kept = await two.refresh(signal)
  expect(kept.task('f', 0)).toMatchObject({ state: 'RUNNING', workerId: 'b:1' })
  one.putSafe(task('FAILED', 'a:1', 5))
  await one.flush(signal)
  const said = await two.refresh(signal)
  expect(said.task('f', 0)).toMatchObject({ state: 'FAILED', workerId: 'a:1' })
  for (const store of [one, two]) await store.stop(signal)
})
