import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { readConfigRecord } from '../../../src/stores/config/config-records.ts'
import { KafkaConfigStore } from '../../../src/stores/config/kafka-config-store.ts'
import type { ConnectorConfig } from '../../../src/config/types.ts'
import type { TopicAdmin } from '../../../src/stores/topic-admin.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient } from '../../support/kafka-client.ts'
import { readRaw } from '../../support/raw-records.ts'
import { topicPrefix } from '../../support/topics.ts'
import { topicAdminOf } from './topic-admin.ts'

const prefix = topicPrefix('leader-writes')
const signal = AbortSignal.timeout(120_000)
const bootstrap = inject('bootstrapServers')
let kafka: KafkaClient
let admin: TopicAdmin
const opened: KafkaConfigStore[] = []

beforeAll(async () => {
  kafka = await openKafkaClient(bootstrap)
  admin = topicAdminOf(kafka)
})

afterAll(async () => {
  await Promise.all(opened.map((store) => store.stop(signal)))
  await kafka[Symbol.asyncDispose]()
})

interface Recorded {
  readonly offset: number
  readonly key: string
  readonly value: string | null
}

const recorded = readFileSync(
  new URL('../../fixtures/java-connect/exactly-once/connect-configs.jsonl', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Recorded)

async function open(name: string): Promise<KafkaConfigStore> {
  const clientConfig = { 'bootstrap.servers': bootstrap, 'client.id': 'configs' }
  const store = new KafkaConfigStore({
    topic: { name, partitions: 1, replicationFactor: 1, configs: { 'cleanup.policy': 'compact' } },
    clientConfig,
    readConfig: { ...clientConfig, 'isolation.level': 'read_committed' },
    leaderConfig: { ...clientConfig, 'transactional.id': `connect-cluster-${name}` },
    admin,
    onChange: () => undefined,
    onReloaded: () => undefined,
  })
  await store.start(signal)
  opened.push(store)
  return store
}

/** Does with a store what the leader did that wrote these records. */
async function redo(store: KafkaConfigStore, records: readonly Recorded[]): Promise<void> {
  let tasks: ConnectorConfig[] = []
  for (const { key, value } of records) {
    const record = readConfigRecord(key, value === null ? null : Buffer.from(value))
    if (record.kind === 'task') tasks = [...tasks, record.config]
    else if (record.kind === 'commit') {
      await store.putTaskConfigs(record.connector, tasks, signal)
      tasks = []
    } else if (record.kind === 'fencing') {
      await store.putTaskCount(record.connector, record.tasks, signal)
    } else if (record.kind === 'session-key') {
      await store.putSessionKey(record.sessionKey, signal)
    } else if (record.kind === 'connector' && record.config !== null) {
      await store.putConnectorConfig(record.connector, record.config, null, signal)
    } else if (record.kind === 'connector') {
      await store.removeConnectorConfig(record.connector, signal)
    } else if (record.kind === 'target-state' && record.state !== null) {
      // In no transaction: the marker of the one before is there once what it ends can be read.
      await store.refresh(signal)
      await store.putTargetState(record.connector, record.state, signal)
    }
  }
}

describe('a leader that writes in transactions', () => {
  test('leaves the records of Java’s, at its offsets: each write ends with a marker', async () => {
    const name = `${prefix}recorded-${randomUUID()}`
    const store = await open(name)
    await store.claimWritePrivileges(signal)
    await redo(store, recorded)
    const written = await readRaw(bootstrap, name, recorded.length)
    expect(
      written.map(({ offset, key, value }) => ({
        offset,
        key: key?.toString(),
        value: value?.toString() ?? null,
      })),
    ).toEqual(recorded.map(({ offset, key, value }) => ({ offset, key, value })))
  })

  test('writes nothing any more once another has claimed the right, until it claims it again', async () => {
    const name = `${prefix}fenced-${randomUUID()}`
    const [former, latter] = [await open(name), await open(name)]
    const lost = vi.fn()
    former.watchWritePrivileges(lost)
    await former.claimWritePrivileges(signal)
    await former.putConnectorConfig('a', { name: 'a' }, 'PAUSED', signal)
    await latter.claimWritePrivileges(signal)
    await expect(former.putConnectorConfig('b', { name: 'b' }, null, signal)).rejects.toThrow(
      'Failed to write to config topic; this may be due to a transient error and the request can be safely retried',
    )
    expect(lost).toHaveBeenCalledOnce()
    // What any worker may say is no matter of this right.
    await former.putTargetState('a', 'STARTED', signal)
    await latter.putConnectorConfig('c', { name: 'c' }, null, signal)
    const known = await latter.refresh(signal)
    expect([...known.connectors.keys()]).toEqual(['a', 'c'])
    expect(known.connectors.get('a')?.targetState).toBe('STARTED')
    await former.claimWritePrivileges(signal)
    await former.putConnectorConfig('b', { name: 'b' }, null, signal)
    expect([...(await latter.refresh(signal)).connectors.keys()]).toEqual(['a', 'c', 'b'])
  })

  test('writes nothing before it has claimed the right', async () => {
    const store = await open(`${prefix}unclaimed`)
    await expect(store.putTaskCount('a', 1, signal)).rejects.toThrow(
      'Failed to write to config topic',
    )
  })
})
