import { appendFile, readFile } from 'node:fs/promises'
import { expect, inject, test } from 'vitest'
import { startJavaConnect } from '../services/kafka/java-connect.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

test('Java resumes from our offsets and we from Java’s, at the source and at the sink', async () => {
  const prefix = topicPrefix('interop')
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const topic = `${prefix}lines`
  const [input, output] = [dir.file('input.txt'), dir.file('output.txt')]
  const connectorFiles = [
    await dir.properties('source.properties', {
      name: `${prefix}source`,
      'connector.class': 'FileStreamSource',
      'tasks.max': '1',
      file: input,
      topic,
    }),
    await dir.properties('sink.properties', {
      name: `${prefix}sink`,
      'connector.class': 'FileStreamSink',
      'tasks.max': '1',
      file: output,
      topics: topic,
    }),
  ]
  const properties = {
    ...stringConverters,
    'offset.storage.file.filename': dir.file('connect.offsets'),
    'offset.flush.interval.ms': '300',
  }
  const options = { bootstrapServers: inject('bootstrapServers'), connectorFiles, properties }
  const lines: string[] = []

  /** Appends lines, lets one worker carry them, and stops it: the next one must go on exactly there. */
  const carryOn = async (worker: string, stop: () => Promise<number>): Promise<void> => {
    const more = Array.from({ length: 500 }, (_, n) => `${worker} ${lines.length + n}`)
    lines.push(...more)
    await appendFile(input, `${more.join('\n')}\n`)
    const expected = `${lines.join('\n')}\n`
    await waitFor(`${worker} carried its lines`, async () => {
      const text = await readFile(output, 'utf8').catch(() => '')
      return text.length >= expected.length
    })
    expect(await stop()).toBe(143)
    expect(await readFile(output, 'utf8')).toBe(expected)
    expect(await kafka.readValues(topic)).toEqual(lines)
  }

  for (const round of ['first', 'second']) {
    await using ours = await Sluice.start({ dir, ...options })
    await carryOn(`ours, ${round}`, () => ours.process.stop())
    await using java = await startJavaConnect({ mode: 'standalone', ...options })
    await carryOn(`Java, ${round}`, () => java.shutDown())
  }
}, 120_000)
