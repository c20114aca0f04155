import { spawn } from 'node:child_process'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { installKafka } from '../../services/kafka/install.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient as OtherClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startMember } from './group-support.ts'
import { openClient, produce } from './support.ts'

const prefix = topicPrefix('java-group')
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

const assignor = 'org.apache.kafka.clients.consumer.'

test.each([
  { name: 'range', strategy: `${assignor}RangeAssignor,${assignor}CooperativeStickyAssignor` },
  { name: 'cooperative-sticky', strategy: `${assignor}CooperativeStickyAssignor` },
])(
  'a Java consumer and ours share a group by $name, whichever of them leads',
  async ({ name, strategy }) => {
    const topic = prefix + name
    await other.createTopic(topic, { partitions: 4 })
    const group = `${prefix}${name}`
    const config = {
      'group.id': group,
      'heartbeat.interval.ms': '300',
      'partition.assignment.strategy': strategy,
    }
    const write = async (value: string): Promise<void> => {
      for (let partition = 0; partition < 4; partition++) {
        await produce(client, { topic, partition }, [{ value: `${value}-${partition}` }])
      }
    }
    const subscription = { topics: [topic] }
    const first = startMember('first', { config, subscription })
    await waitFor('ours to have all', () => first.held.size === 4)
    await using java = await startJava(topic, group, strategy)
    await waitFor('ours to lead and share with Java', () => first.held.size === 2)
    await write('ours-leads')
    await waitFor('two records each', () => first.records.length === 2 && java.lines().length === 2)
    const seen = [...first.records.map(({ value }) => value), ...java.lines()].sort()
    expect(seen).toEqual([0, 1, 2, 3].map((partition) => `ours-leads-${partition}`))
    await first.close()
    await waitFor('Java to have all', async () => {
      await write('java-alone')
      return new Set(java.lines().filter((line) => line.startsWith('java-alone'))).size === 4
    })
    await using second = startMember('second', {
      config: { ...config, 'auto.offset.reset': 'latest' },
      subscription,
    })
    await waitFor('Java to lead and share with ours', () => second.held.size === 2)
    expect([first.error(), second.error()]).toEqual([null, null])
    expect(first.events.filter((event) => event.startsWith('lost'))).toEqual([])
  },
  90_000,
)

interface JavaConsumer extends AsyncDisposable {
  readonly lines: () => readonly string[]
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
  return {
    lines: () => output.split('\n').filter((line) => /^(ours|java)-/.test(line)),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
