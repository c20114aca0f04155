import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ConfigChange } from '../../../src/stores/config/cluster-config.ts'
import { KafkaConfigStore } from '../../../src/stores/config/kafka-config-store.ts'
import type { TopicAdmin } from '../../../src/stores/topic-admin.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { topicAdminOf } from './topic-admin.ts'

const prefix = topicPrefix('config-store')
const signal = AbortSignal.timeout(120_000)
const clientConfig = { 'bootstrap.servers': inject('bootstrapServers'), 'client.id': 'configs' }
let kafka: KafkaClient
let admin: TopicAdmin
let topics = 0

beforeAll(async () => {
  kafka = await openKafkaClient(inject('bootstrapServers'))
  admin = topicAdminOf(kafka)
})
afterAll(() => kafka[Symbol.asyncDispose]())

/** A store that was started, and what it was told of since. */
async function open(
  name: string,
  partitions = 1,
): Promise<{ readonly store: KafkaConfigStore; readonly changes: ConfigChange[] }> {
  const changes: ConfigChange[] = []
  const configs = { 'cleanup.policy': 'compact' }
  const store = new KafkaConfigStore({
    topic: { name, partitions, replicationFactor: 1, configs },
    clientConfig,
    admin,
    onChange: (change) => changes.push(change),
    onReloaded: () => undefined,
  })
  await store.start(signal)
  return { store, changes }
}

const config = { name: 'f', 'connector.class': 'FileStreamSource', topic: 't' }

test('what one worker writes the other hears of, and a third one finds', async () => {
  const name = `${prefix}${topics++}`
  const [one, two] = [await open(name), await open(name)]
  await one.store.putConnectorConfig('f', config, 'PAUSED', signal)
  await one.store.putTaskConfigs('f', [{ a: '0' }, { a: '1' }], signal)
  await two.store.putTargetState('f', 'STARTED', signal)
  await one.store.putTaskCount('f', 2, signal)
  await one.store.putSessionKey({ key: 'AA', algorithm: 'HmacSHA256', createdAt: 1 }, signal)
  const restart = { connector: 'f', includeTasks: true, onlyFailed: false }
  await one.store.putRestartRequest(restart, signal)
  await two.store.putLoggerLevel('org.apache', 'debug', signal)
  const known = await two.store.refresh(signal)
  expect(known.connectors.get('f')).toMatchObject({
    config,
    targetState: 'STARTED',
    tasks: [{ a: '0' }, { a: '1' }],
    fencedTasks: 2,
    needsFencing: false,
  })
  expect(two.changes).toEqual([
    { kind: 'connector-config', connector: 'f' },
    { kind: 'task-configs', connector: 'f' },
    { kind: 'target-state', connector: 'f' },
    { kind: 'session-key', sessionKey: { key: 'AA', algorithm: 'HmacSHA256', createdAt: 1 } },
    { kind: 'restart', ...restart },
    { kind: 'logger', logger: 'org.apache', level: 'debug' },
  ])
  const three = await open(name)
  expect(three.store.snapshot()).toEqual(known)
  expect(three.changes).toEqual([])
  await two.store.removeConnectorConfig('f', signal)
  const after = await three.store.refresh(signal)
  expect(after.connectors.size).toBe(0)
  expect(three.changes).toEqual([{ kind: 'connector-removed', connector: 'f' }])
  for (const { store } of [one, two, three]) await store.stop(signal)
})

test('a topic with more than one partition is refused, in the words of Java', async () => {
  await expect(open(`${prefix}${topics++}`, 2)).rejects.toThrow(
    /is required to have a single partition in order to guarantee consistency of connector configurations, but found 2 partitions\.$/,
  )
})

test('a topic that is not compacted is refused', async () => {
  const name = `${prefix}${topics++}`
  await kafka.admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic: name, numPartitions: 1, replicationFactor: 1 }],
  })
  await expect(open(name)).rejects.toThrow("required to have 'cleanup.policy=compact'")
})

test('what fails says what was to be written', async () => {
  const { store } = await open(`${prefix}${topics++}`)
  await store.stop(signal)
  await expect(store.putTargetState('f', 'PAUSED', signal)).rejects.toThrow(
    'Error writing target state to Kafka: ',
  )
})
