import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { isHealthy } from '../services/kafka/java-connect.ts'
import { root } from '../services/paths.ts'
import { freePort } from '../services/ports.ts'
import { SupervisedProcess } from '../services/supervised-process.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

/** Only topic, addresses and the interval of commits are not the course's: other tests run on the same broker. */
const topic = `${topicPrefix('course')}test_log`
const lines = Array.from({ length: 25_000 }, (_, n) => `line ${n} – Größe ${'x'.repeat(n % 120)}`)

test("the course's two files carry test.log to its topic, line by line, across a restart", async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  await mkdir(dir.file('config'))
  const port = await freePort()
  await dir.properties('config/connect-standalone.properties', {
    'bootstrap.servers': inject('bootstrapServers'),
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter.schemas.enable': 'false',
    'internal.key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'internal.value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'internal.key.converter.schemas.enable': 'false',
    'internal.value.converter.schemas.enable': 'false',
    'offset.storage.file.filename': dir.file('connect.offsets'),
    'offset.flush.interval.ms': '500',
    listeners: `http://127.0.0.1:${port}`,
  })
  await dir.properties('config/connect-file-source.properties', {
    name: 'local-file-source',
    'connector.class': 'File Stream Source',
    'tasks.max': '1',
    file: 'test.log',
    topic,
  })
  await writeFile(dir.file('test.log'), text(lines.slice(0, 10_000)))
  const launch = (): SupervisedProcess =>
    new SupervisedProcess({
      command: path.join(root, 'bin', 'connect-standalone.sh'),
      args: ['config/connect-standalone.properties', 'config/connect-file-source.properties'],
      cwd: dir.path,
      logFile: dir.file('worker.out'),
    })
  const url = `http://127.0.0.1:${port}`

  const first = launch()
  await first.waitUntil('The worker did not start', () => isHealthy(url))
  await arrived(kafka, 10_000)
  await appendFile(dir.file('test.log'), text(lines.slice(10_000, 20_000)))
  await arrived(kafka, 20_000)
  expect(await statusOf(url)).toEqual({
    name: 'local-file-source',
    connector: { state: 'RUNNING', worker_id: `127.0.0.1:${port}`, version: '4.3.1' },
    tasks: [{ id: 0, state: 'RUNNING', worker_id: `127.0.0.1:${port}`, version: '4.3.1' }],
    type: 'source',
  })
  expect(await first.stop()).toBe(143)
  const log = first.log()
  expect(log.match(/internal converter properties/g)).toHaveLength(1)
  expect(log).toContain('Kafka Connect started')
  expect(log).toContain('Created connector local-file-source')
  expect(log).not.toMatch(/^\[.*\] ERROR /m)

  await appendFile(dir.file('test.log'), text(lines.slice(20_000)))
  const second = launch()
  await second.waitUntil('The worker did not start again', () => isHealthy(url))
  await arrived(kafka, 25_000)
  second.signal('SIGINT')
  expect(await second.exited).toBe(130)

  const records = await kafka.read(topic)
  expect(records.map((record) => record.value)).toEqual(lines)
  expect(records.filter(({ key, headers }) => key !== null || headers.length > 0)).toEqual([])
}, 60_000)

async function arrived(kafka: KafkaClient, count: number): Promise<void> {
  await waitFor(`${count} lines are in the topic`, async () => {
    return (await kafka.endOffset(topic).catch(() => 0)) >= count
  })
}

async function statusOf(url: string): Promise<ConnectorStatus> {
  const response = await fetch(`${url}/connectors/local-file-source/status`)
  return (await response.json()) as ConnectorStatus
}

function text(some: readonly string[]): string {
  return some.map((line) => `${line}\n`).join('')
}
