import { spawn } from 'node:child_process'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { bundleTs } from '../../../scripts/lib/load-ts.mjs'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import { createGroupConsumer } from '../../../src/kafka/group/group-consumer.ts'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { partitionText } from '../../../src/kafka/topic-partitions.ts'
import { delay } from '../../../src/util/abort.ts'
import { JavaPattern } from '../../../src/util/regex/java-pattern.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { waitFor } from '../../support/wait-for.ts'
import { share, startMember } from './group-support.ts'
import type { MemberOptions, TestMember } from './group-support.ts'
import { configOf, openClient, produce } from './support.ts'

const prefix = topicPrefix('group-consumer')
let other: OtherClient
let client: KafkaClient

beforeAll(async () => {
  other = await openKafkaClient(inject('bootstrapServers'))
  client = openClient()
})

afterAll(async () => {
  await client.close()
  await other[Symbol.asyncDispose]()
})

const RANGE = {}
const COOPERATIVE = { 'partition.assignment.strategy': 'cooperative-sticky' }

async function topicOf(name: string, partitions: number): Promise<string> {
  await other.createTopic(prefix + name, { partitions })
  return prefix + name
}

describe.each([
  { name: 'eager', config: RANGE },
  { name: 'cooperative', config: COOPERATIVE },
])('$name', ({ name, config: strategy }) => {
  const configOfGroup = (group: string): Record<string, string> => ({
    ...strategy,
    'group.id': `${prefix}${name}-${group}`,
    'heartbeat.interval.ms': '200',
  })

  test('members share the partitions as they come and go, and no one reads what another still holds', async () => {
    const topic = await topicOf(`${name}-share`, 6)
    const journal: string[] = []
    const holders = new Map<string, string>()
    const options: MemberOptions = {
      config: configOfGroup('share'),
      subscription: { topics: [topic] },
      journal,
      onRevoked: async (member, partitions) => {
        await delay(300)
        for (const each of partitions) expect(holders.get(partitionText(each))).toBe(member.name)
        for (const each of partitions) holders.delete(partitionText(each))
      },
    }
    const watch = setInterval(() => {
      for (const member of members) {
        for (const key of member.held) {
          const holder = holders.get(key) ?? member.name
          if (holder !== member.name) clashes.push(`${key}: ${holder}, ${member.name}`)
          holders.set(key, member.name)
        }
      }
    }, 1)
    const clashes: string[] = []
    const members: TestMember[] = []
    try {
      const a = startMember('a', options)
      members.push(a)
      await waitFor('a has all', () => a.held.size === 6)
      const b = startMember('b', options)
      members.push(b)
      await waitFor('both have three', () => share([a, b], 6) && a.held.size === 3)
      const c = startMember('c', options)
      members.push(c)
      await waitFor('all have two', () => share([a, b, c], 6) && c.held.size === 2)
      await b.close()
      await waitFor('a and c have three', () => share([a, c], 6) && a.held.size === 3)
      expect(b.events.at(-1)).toMatch(/^revoked/)
      await a.close()
      await waitFor('c has all', () => c.held.size === 6)
      await c.close()
      expect([a, b, c].map((member) => member.error())).toEqual([null, null, null])
    } finally {
      clearInterval(watch)
      for (const member of members) await member.close()
    }
    expect(clashes).toEqual([])
    expect(journal.filter((event) => event.includes('lost'))).toEqual([])
    const gaveUpFirst = journal.find((event) => event.startsWith('a revoked'))?.split(' ')
    expect(gaveUpFirst).toHaveLength(2 + (name === 'eager' ? 6 : 3))
  })

  test('what was committed is where the next member goes on, also from the listener', async () => {
    const topic = await topicOf(`${name}-commit`, 2)
    const write = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i++) {
        await produce(client, { topic, partition: i % 2 }, [{ value: String(i) }])
      }
    }
    const config = configOfGroup('commit')
    const signal = AbortSignal.timeout(30_000)
    const committing: MemberOptions = {
      config,
      subscription: { topics: [topic] },
      onRevoked: async (member, partitions) => {
        const next = (partition: number): number =>
          member.records.filter((record) => record.partition === partition).length
        const offsets = partitions.map((each) => ({ ...each, offset: next(each.partition) }))
        await member.consumer.commit(offsets, signal)
      },
    }
    await write(0, 20)
    const first = startMember('first', committing)
    await waitFor('twenty records', () => first.records.length === 20)
    await first.close()
    expect(first.error()).toBeNull()
    expect(await other.committed(config['group.id'] ?? '', topic)).toEqual([10, 10])
    await write(20, 30)
    await using second = startMember('second', { config, subscription: { topics: [topic] } })
    await waitFor('ten records', () => second.records.length === 10)
    const values = second.records.map(({ value }) => Number(value)).sort((x, y) => x - y)
    expect(values).toEqual([...Array(10).keys()].map((i) => i + 20))
  })

  test('a member whose connections break goes on, and keeps what it has', async () => {
    const topic = await topicOf(`${name}-cut`, 2)
    const connect = vi.spyOn(net, 'connect')
    const config = configOfGroup('cut')
    await using member = startMember('m', { config, subscription: { topics: [topic] } })
    await waitFor('its partitions', () => member.held.size === 2)
    await produce(client, { topic, partition: 0 }, [{ value: 'before' }])
    await waitFor('a record', () => member.records.length === 1)
    const sockets = connect.mock.results.map(({ value }) => value as net.Socket)
    connect.mockRestore()
    expect(sockets.length).toBeGreaterThan(1)
    for (const socket of sockets) socket.destroy()
    await produce(client, { topic, partition: 0 }, [{ value: 'after' }])
    await waitFor('the next record', () => member.records.length === 2)
    await member.consumer.commit([{ topic, partition: 0, offset: 2 }], AbortSignal.timeout(9000))
    expect(member.events).toEqual([`assigned ${topic}-0 ${topic}-1`])
  })

  test('the partitions of a member that is killed go to another once its session is over', async () => {
    const topic = await topicOf(`${name}-kill`, 4)
    const config = { ...configOfGroup('kill'), 'session.timeout.ms': '6000' }
    await using survivor = startMember('s', { config, subscription: { topics: [topic] } })
    await waitFor('all partitions', () => survivor.held.size === 4)
    const killed = await startProcess(topic, config)
    await waitFor('half of the partitions', () => survivor.held.size === 2)
    await produce(client, { topic, partition: 0 }, [{ value: 'x' }])
    const killedAt = Date.now()
    killed.kill('SIGKILL')
    await waitFor('all partitions again', () => survivor.held.size === 4)
    expect(Date.now() - killedAt).toBeLessThan(15_000)
    await waitFor('the record', () => survivor.records.length > 0)
  }, 60_000)
})

test('a member that does not poll leaves its partitions to the others, and knows that it lost them', async () => {
  const topic = await topicOf('idle', 2)
  const config = {
    'group.id': `${prefix}idle`,
    'heartbeat.interval.ms': '200',
    'session.timeout.ms': '6000',
    'max.poll.interval.ms': '1000',
  }
  let resume = (): void => undefined
  const stuck = new Promise<void>((resolve) => {
    resume = resolve
  })
  const seen: string[] = []
  await using slow = startMember('slow', {
    config,
    subscription: { topics: [topic] },
    onRecords: async ({ consumer }) => {
      if (seen.length > 0) return
      seen.push('stuck')
      await stuck
      const offsets = [{ topic, partition: 0, offset: 1 }]
      await consumer.commit(offsets, AbortSignal.timeout(5000)).catch((error: unknown) => {
        seen.push((error as Error).name)
      })
    },
  })
  await waitFor('its partitions', () => slow.held.size === 2)
  await produce(client, { topic, partition: 0 }, [{ value: 'x' }])
  await using quick = startMember('quick', { config, subscription: { topics: [topic] } })
  await waitFor('the other one has all', () => quick.held.size === 2)
  resume()
  await waitFor('it knows', () => slow.events.some((event) => event.startsWith('lost')))
  expect(seen).toEqual(['stuck', 'CommitFailedError'])
  await waitFor('both have one', () => share([slow, quick], 2) && slow.held.size === 1)
  expect([slow.error(), quick.error()]).toEqual([null, null])
})

test('a pattern takes up topics that come later, and internal ones never', async () => {
  await topicOf('pattern-a', 1)
  const config = { 'group.id': `${prefix}pattern`, 'metadata.max.age.ms': '300' }
  const pattern = new JavaPattern(`${prefix}pattern-.|__consumer_offsets`)
  await using member = startMember('m', { config, subscription: { pattern } })
  await waitFor('the first topic', () => member.held.has(`${prefix}pattern-a-0`))
  await topicOf('pattern-b', 1)
  await topicOf('pattern-long', 1)
  await waitFor('the second topic', () => member.held.has(`${prefix}pattern-b-0`))
  expect([...member.held].sort()).toEqual([`${prefix}pattern-a-0`, `${prefix}pattern-b-0`])
})

test('partitions that are added are assigned', async () => {
  const topic = await topicOf('growing', 1)
  const config = { 'group.id': `${prefix}growing`, 'metadata.max.age.ms': '300' }
  await using member = startMember('m', { config, subscription: { topics: [topic] } })
  await waitFor('the partition', () => member.held.size === 1)
  await other.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
  await waitFor('all three', () => member.held.size === 3)
})

test('a topic that does not exist yet is assigned once it is there', async () => {
  const topic = `${prefix}later`
  const config = { 'group.id': `${prefix}later`, 'allow.auto.create.topics': 'false' }
  await using member = startMember('m', { config, subscription: { topics: [topic] } })
  await waitFor('an assignment', () => member.events.length > 0)
  await topicOf('later', 2)
  await waitFor('its partitions', () => member.held.size === 2)
})

test('without a committed offset, auto.offset.reset decides; none is an error', async () => {
  const topic = await topicOf('reset', 1)
  await produce(client, { topic, partition: 0 }, [{ value: 'old' }])
  const config = { 'group.id': `${prefix}reset`, 'auto.offset.reset': 'none' }
  await using strict = startMember('m', { config, subscription: { topics: [topic] } })
  const error = await waitFor('an error', () => strict.error())
  expect(error.name).toBe('NoOffsetForPartitionError')
  expect(error.message).toContain(`${topic}-0`)
  await strict.close()
  const latest = { ...config, 'auto.offset.reset': 'latest' }
  await using member = startMember('m', { config: latest, subscription: { topics: [topic] } })
  await waitFor('its partition', () => member.held.size === 1)
  const signal = AbortSignal.timeout(10_000)
  await member.halt()
  expect(await member.consumer.position({ topic, partition: 0 }, signal)).toBe(1)
})

test('the listener may ask for the position of what it is assigned', async () => {
  const topic = await topicOf('position', 3)
  const config = { 'group.id': `${prefix}position`, 'auto.offset.reset': 'latest' }
  await produce(client, { topic, partition: 1 }, [{ value: 'a' }, { value: 'b' }])
  const consumer = createGroupConsumer(configOf(config))
  const signal = AbortSignal.timeout(20_000)
  const positions: number[] = []
  const nothing = (): Promise<void> => Promise.resolve()
  const assigned = async (partitions: readonly TopicPartition[]): Promise<void> => {
    for (const each of partitions) positions.push(await consumer.position(each, signal))
  }
  consumer.subscribe({ topics: [topic] }, { assigned, revoked: nothing, lost: nothing })
  while (positions.length < 3) await consumer.poll(500, signal)
  await consumer.close(signal)
  expect(positions).toEqual([0, 2, 0])
})

test('a consumer that never subscribed, or never polled, closes', async () => {
  const idle = createGroupConsumer(configOf({ 'group.id': `${prefix}closed` }))
  await idle.close(AbortSignal.abort())
  const subscribed = createGroupConsumer(configOf({ 'group.id': `${prefix}closed` }))
  const nothing = (): Promise<void> => Promise.resolve()
  const listener = { assigned: nothing, revoked: nothing, lost: nothing }
  subscribed.subscribe({ topics: ['x'] }, listener)
  await subscribed.close(AbortSignal.timeout(1000))
})

/** A member in a process of its own, once it has its partitions. */
async function startProcess(
  topic: string,
  config: Record<string, string>,
): Promise<{ kill(signal: 'SIGKILL'): void }> {
  const module = await bundleTs('test/integration/kafka/member-process.ts')
  const script = `import(${JSON.stringify(module)}).then(({ run }) => run(${JSON.stringify({
    topic,
    config: configOf(config),
  })}))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await waitFor('the process to have partitions', () => output.includes('assigned 2'))
  return { kill: (signal) => child.kill(signal) }
}
