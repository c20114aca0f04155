import { appendFile, writeFile } from 'node:fs/promises'
import { expect, inject, test } from 'vitest'
import { setLogLevel } from '../../src/util/log-levels.ts'
import { readCommitted } from '../support/committed-records.ts'
import { ConnectCluster, patienceMs } from '../support/connect-cluster/connect-cluster.ts'
import type { ConnectWorker } from '../support/connect-cluster/connect-cluster.ts'
import { otherKind } from '../support/connect-cluster/other-kind.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { scratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const bootstrapServers = inject('bootstrapServers')
const lines = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, at) => `line ${from + at}`)
const textOf = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('')

test('a source that writes exactly once moves from Java’s worker to ours and back as they are killed', async () => {
  setLogLevel('root', 'OFF')
  const prefix = topicPrefix('mixed-exactly-once')
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(bootstrapServers)
  const [topic, input] = [`${prefix}lines`, dir.file('in.txt')]
  await kafka.createTopic(topic)
  await writeFile(input, textOf(lines(0, 50)))
  const properties = {
    'exactly.once.source.support': 'preparing',
    'scheduled.rebalance.max.delay.ms': '1000',
  }
  await using cluster = new ConnectCluster({ dir, bootstrapServers, prefix, properties })
  const committed = (): Promise<readonly string[]> =>
    readCommitted({ bootstrapServers, topic, kafka })
  const arrived = (count: number): Promise<unknown> =>
    waitFor(`${count} lines`, async () => (await committed()).length >= count, {
      timeoutMs: patienceMs,
    })
  const runsAt = ({ id }: ConnectWorker): Promise<unknown> =>
    cluster.running(['src'], ({ tasks }) => {
      return tasks.length === 1 && tasks.every(({ worker_id }) => worker_id === id)
    })
  const enabled = { properties: { 'exactly.once.source.support': 'enabled' } }

  // Java's worker is rolled from preparing to enabled while ours prepares.
  const prepared = await cluster.start('java')
  const first = await cluster.start(otherKind)
  await prepared.stop()
  const java = await cluster.start('java', enabled)
  await first.stop()
  await cluster.request({
    method: 'PUT',
    path: '/connectors/src/config',
    body: {
      'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
      ...{ 'tasks.max': '1', file: input, topic },
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    },
  })
  await arrived(50)
  await runsAt(java)

  const ours = await cluster.start(otherKind, enabled)
  await appendFile(input, textOf(lines(50, 100)))
  await java.kill()
  await appendFile(input, textOf(lines(100, 150)))
  await arrived(150)
  await runsAt(ours)

  const again = await cluster.start('java', enabled)
  await appendFile(input, textOf(lines(150, 200)))
  await ours.kill()
  await appendFile(input, textOf(lines(200, 250)))
  await arrived(250)
  await runsAt(again)
  expect(await committed()).toEqual(lines(0, 250))
}, 900_000)
