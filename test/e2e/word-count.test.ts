import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { startWordCount, wordCountTopics } from '../services/kafka/word-count.ts'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import { waitFor } from '../support/wait-for.ts'

const bootstrapServers = inject('bootstrapServers')

test('counts that Kafka Streams has written are read with LongConverter', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(bootstrapServers)
  // The topics are the demonstration's own: words that no other run has used.
  const run = randomBytes(4).toString('hex')
  const own = (line: string): string => line.replaceAll(/\w+/g, (word) => `${word}${run}`)
  const lines = ['all streams lead to kafka', 'hello kafka streams', 'join kafka summit']
  const { input, output } = wordCountTopics
  for (const topic of [input, output]) await kafka.createTopic(topic)
  await kafka.send(input, lines.map(own))
  const wordCount = await startWordCount(dir, bootstrapServers, `word-count-${run}`)
  const sink = await dir.properties('sink.properties', {
    name: `word-count-${run}`,
    'connector.class': 'com.example.DocumentSinkConnector',
    'tasks.max': '1',
    topics: output,
    file: dir.file('counts.txt'),
    'value.converter': 'org.apache.kafka.connect.converters.LongConverter',
  })
  const properties = {
    ...stringConverters,
    'plugin.path': path.join(root, 'test/fixtures/worker-plugins/documents'),
    'offset.storage.file.filename': dir.file('offsets'),
  }
  await using ours = await Sluice.start({
    ...{ dir, bootstrapServers, properties, connectorFiles: [sink] },
  })
  try {
    const counts = await waitFor(
      'the counts are in the file',
      async () => {
        const text = await readFile(dir.file('counts.txt'), 'utf8').catch(() => '')
        const found = text.split('\n').filter((line) => line.includes(run))
        return found.length >= 11 ? found : null
      },
      { timeoutMs: 90_000 },
    )
    const expected =
      'all 1, streams 1, lead 1, to 1, kafka 1, hello 1, kafka 2, streams 2, join 1, kafka 3, summit 1'
    expect(await ours.process.stop()).toBe(143)
    expect(counts.map((line) => line.replace(run, ''))).toEqual(expected.split(', '))
  } finally {
    await wordCount.stop()
  }
}, 180_000)
