import { randomUUID } from 'node:crypto'
import { appendFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { asked, startMember } from '../support/cluster.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { readCommitted } from '../support/committed-records.ts'
import { scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const bootstrapServers = inject('bootstrapServers')
const prefix = topicPrefix('exactly-once-e2e')
let kafka: KafkaClient

beforeAll(async () => {
  kafka = await openKafkaClient(bootstrapServers)
})
afterAll(() => kafka[Symbol.asyncDispose]())

const patience = { timeoutMs: 120_000 }

const lines = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, at) => `line ${from + at}`)
const textOf = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('')

test('a cluster writes each line once though a worker is killed, and keeps offsets where the connector says', async () => {
  await using dir = await scratchDir()
  const name = `${prefix}${randomUUID().slice(0, 8)}`
  const [topic, offsets, input] = [`${name}-lines`, `${name}-own`, dir.file('in.txt')]
  await kafka.createTopic(topic)
  await writeFile(input, textOf(lines(0, 50)))
  const properties = { 'exactly.once.source.support': 'enabled' }
  const options = { dir, bootstrapServers, name, properties }
  await using one = await startMember(options)
  await using two = await startMember(options)
  await asked(one, 'PUT', '/connectors/src/config', {
    'connector.class': 'FileStreamSource',
    ...{ 'tasks.max': '1', file: input, topic },
    'exactly.once.support': 'required',
    'offsets.storage.topic': offsets,
  })
  await one.running('src')
  const { tasks } = await one.get<ConnectorStatus>('/connectors/src/status')
  const committed = (): Promise<readonly string[]> =>
    readCommitted({ bootstrapServers, topic, kafka })
  await waitFor('the first lines', async () => (await committed()).length >= 50, patience)

  const owner = tasks[0]?.worker_id === new URL(one.url).host ? one : two
  const other = owner === one ? two : one
  await appendFile(input, textOf(lines(50, 100)))
  await owner.process.kill()
  await appendFile(input, textOf(lines(100, 150)))
  await waitFor('all lines', async () => (await committed()).length >= 150, patience)
  expect(await committed()).toEqual(lines(0, 150))
  const found = await readCommitted({ bootstrapServers, topic: offsets, kafka })
  expect(found.at(-1)).toMatch(/^\{"position":\d+\}$/)

  // What one task wrote is fenced before offsets are altered, so that nothing comes over them.
  await asked(other, 'PUT', '/connectors/src/stop')
  await waitFor(
    'it has stopped',
    async () => {
      const status = await other.get<{ connector: { state: string }; tasks: unknown[] }>(
        '/connectors/src/status',
      )
      return status.connector.state === 'STOPPED' && status.tasks.length === 0
    },
    patience,
  )
  await asked(other, 'PATCH', '/connectors/src/offsets', {
    offsets: [{ partition: { filename: input }, offset: { position: 0 } }],
  })
  await asked(other, 'PUT', '/connectors/src/resume')
  await waitFor('all lines once more', async () => (await committed()).length >= 300, patience)
  expect((await committed()).slice(150)).toEqual(lines(0, 150))
}, 300_000)
