import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { installKafka } from '../../services/kafka/install.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startMember } from './group-support.ts'
import type { MemberOptions, TestMember } from './group-support.ts'
import { openClient, produce } from './support.ts'

const prefix = topicPrefix('java-group')
let other: OtherClient
let client: KafkaClient

beforeAll(async () => {
  other = await openKafkaClient(inject('bootstrapServers'))
  client = openClient()
})

/** Those a failed test has left. */
const consumers: ChildProcess[] = []

afterAll(async () => {
  for (const consumer of consumers) consumer.kill('SIGKILL')
  await client.close()
  await other[Symbol.asyncDispose]()
})

const java = (...names: readonly string[]): string =>
  names.map((name) => `org.apache.kafka.clients.consumer.${name}Assignor`).join(',')

test.each([
  { name: 'range', ours: 'range,cooperative-sticky', theirs: java('Range', 'CooperativeSticky') },
  { name: 'roundrobin', ours: 'roundrobin', theirs: java('RoundRobin') },
  { name: 'sticky', ours: 'sticky', theirs: java('Sticky') },
  { name: 'cooperative-sticky', ours: 'cooperative-sticky', theirs: java('CooperativeSticky') },
  // On the way from one to the other, members offer both, or one of them.
  { name: 'what both have', ours: 'cooperative-sticky,range', theirs: java('Range') },
  { name: 'upgrade', ours: 'cooperative-sticky', theirs: java('CooperativeSticky', 'Range') },
])(
  'a Java consumer and ours share a group by $name, whichever of them leads, and go on where the other has committed',
  async ({ name, ours, theirs }) => {
    const topic = prefix + name.replaceAll(' ', '-')
    await other.createTopic(topic, { partitions: 4 })
    const group = topic
    const options: MemberOptions = {
      config: {
        'group.id': group,
        'heartbeat.interval.ms': '300',
        'partition.assignment.strategy': ours,
      },
      subscription: { topics: [topic] },
      onRevoked: commitRead,
    }
    const write = async (value: string): Promise<string[]> => {
      for (let partition = 0; partition < 4; partition++) {
        await produce(client, { topic, partition }, [{ value: `${value}-${partition}` }])
      }
      return [0, 1, 2, 3].map((partition) => `${value}-${partition}`)
    }
    const first = startMember('first', options)
    await waitFor('ours to have all', () => first.held.size === 4)
    const consumer = await startJava(topic, group, theirs)
    await waitFor('ours to lead and share with Java', () => first.held.size === 2)
    const one = await write('ours-leads')
    await waitFor('two each', () => first.records.length === 2 && consumer.lines().length === 2)
    expect([...valuesOf(first), ...consumer.lines()].sort()).toEqual(one)
    await first.close()
    const two = await write('java-alone')
    await waitFor('Java to read all', () => consumer.lines().length === 6)
    expect(consumer.lines().slice(2).sort()).toEqual(two)
    await using second = startMember('second', options)
    await waitFor('Java to lead and share with ours', () => second.held.size === 2)
    const three = await write('java-leads')
    await waitFor('two each', () => second.records.length === 2 && consumer.lines().length === 8)
    expect([...valuesOf(second), ...consumer.lines().slice(6)].sort()).toEqual(three)
    await consumer.stop()
    await waitFor('ours to have all again', () => second.held.size === 4)
    const four = await write('ours-alone')
    await waitFor('ours to read all', () => second.records.length === 6)
    expect(valuesOf(second).slice(2).sort()).toEqual(four)
    expect([first.error(), second.error()]).toEqual([null, null])
    const events = [...first.events, ...second.events]
    expect(events.filter((event) => event.startsWith('lost'))).toEqual([])
  },
  90_000,
)

/** What it has read of these partitions, as a task does before it gives them up. */
async function commitRead(
  { consumer, records }: TestMember,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const offsets = partitions.flatMap(({ topic, partition }) => {
    const last = records.findLast((record) => record.partition === partition)
    return last === undefined ? [] : [{ topic, partition, offset: last.offset + 1 }]
  })
  await consumer.commit(offsets, AbortSignal.timeout(10_000))
}

function valuesOf({ records }: TestMember): (string | null)[] {
  return records.map(({ value }) => value)
}

interface JavaConsumer {
  readonly lines: () => readonly string[]
  /** Ends it in order: it commits and leaves its group. */
  stop(): Promise<void>
}

async function startJava(topic: string, group: string, strategy: string): Promise<JavaConsumer> {
  const { classPath } = await installKafka()
  const properties = [
    'auto.offset.reset=earliest',
    'heartbeat.interval.ms=300',
    `partition.assignment.strategy=${strategy}`,
  ]
  const child = spawn(
    'java',
    [
      ...['-Xmx96m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath],
      'org.apache.kafka.tools.consumer.ConsoleConsumer',
      ...['--bootstrap-server', inject('bootstrapServers'), '--topic', topic, '--group', group],
      ...properties.flatMap((property) => ['--consumer-property', property]),
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  consumers.push(child)
  return {
    lines: () => output.split('\n').filter((line) => /^(ours|java)-/.test(line)),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
