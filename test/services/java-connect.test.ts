import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { openKafkaClient } from '../support/kafka-client.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'
import { startJavaConnect } from './kafka/java-connect.ts'

const prefix = topicPrefix('java-connect')

test('the Java worker carries a file to Kafka and on to a file', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-test-'))
  try {
    const [input, output, topic] = [path.join(dir, 'in'), path.join(dir, 'out'), `${prefix}lines`]
    await writeFile(input, 'one\ntwo\n')
    const files = await Promise.all([
      propertiesFile(dir, {
        name: 'source',
        'connector.class': 'FileStreamSource',
        file: input,
        topic,
      }),
      propertiesFile(dir, {
        name: 'sink',
        'connector.class': 'FileStreamSink',
        file: output,
        topics: topic,
      }),
    ])
    const converter = 'org.apache.kafka.connect.storage.StringConverter'
    await using worker = await startJavaConnect({
      mode: 'standalone',
      bootstrapServers: inject('bootstrapServers'),
      connectorFiles: files,
      properties: { 'key.converter': converter, 'value.converter': converter },
    })
    await waitFor('the sink wrote the lines', async () => {
      const text = await readFile(output, 'utf8').catch(() => '')
      return text === 'one\ntwo\n'
    })
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    expect(await kafka.readValues(topic)).toEqual(['one', 'two'])
    // Java's worker may deadlock when it stops; it is killed then.
    expect([143, 137]).toContain(await worker.shutDown())
  } finally {
    await rm(dir, { recursive: true })
  }
}, 120_000)

async function propertiesFile(dir: string, config: Record<string, string>): Promise<string> {
  const file = path.join(dir, `${config.name ?? ''}.properties`)
  const lines = Object.entries({ 'tasks.max': '1', ...config }).map(
    ([key, value]) => `${key}=${value}\n`,
  )
  await writeFile(file, lines.join(''))
  return file
}
