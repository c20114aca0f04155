import { readFile, writeFile } from 'node:fs/promises'
import { expect, inject, test } from 'vitest'
import { readJavaHashMap } from '../../src/stores/java-hash-map.ts'
import { startJavaConnect } from '../services/kafka/java-connect.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const bootstrapServers = inject('bootstrapServers')
const prefix = topicPrefix('offsets')
/** Seven bytes each with their newline. */
const lines = ['line 0', 'line 1', 'line 2', 'line 3', 'line 4']

interface Stored {
  readonly key: string
  readonly value: string | null
}

interface StoreCase {
  readonly name: string
  readonly properties: (dir: ScratchDir) => Readonly<Record<string, string>>
  /** What lies in the store for the last key that was written. */
  readonly stored: (dir: ScratchDir, kafka: KafkaClient) => Promise<Stored | undefined>
}

const offsetTopic = `${prefix}store`
const cases: readonly StoreCase[] = [
  {
    name: 'file',
    properties: (dir) => ({ 'offset.storage.file.filename': dir.file('offsets') }),
    stored: async (dir) => {
      const { entries } = readJavaHashMap(await readFile(dir.file('offsets')))
      const [key, value] = entries[0] ?? []
      return key && { key: key.toString(), value: value?.toString() ?? null }
    },
  },
  {
    name: 'topic',
    properties: () => ({ 'offset.storage.topic': offsetTopic }),
    stored: async (_dir, kafka) => {
      const last = (await kafka.read(offsetTopic)).at(-1)
      return last && { key: last.key ?? '', value: last.value }
    },
  },
]

test.each(cases)(
  'offsets in a $name are altered and reset: source and sink go on from there',
  async (store) => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(bootstrapServers)
    const topic = `${prefix}${store.name}`
    await kafka.createTopic(topic)
    const [source, sink] = [`${topic}-source`, `${topic}-sink`]
    const [input, output] = [dir.file('in.txt'), dir.file('out.txt')]
    await writeFile(input, lines.map((line) => `${line}\n`).join(''))
    const connectorFiles = [
      await dir.properties('source.properties', {
        name: source,
        'connector.class': 'FileStreamSource',
        file: input,
        topic,
      }),
      await dir.properties('sink.properties', {
        name: sink,
        'connector.class': 'FileStreamSink',
        file: output,
        topics: topic,
      }),
    ]
    const properties = {
      ...stringConverters,
      ...store.properties(dir),
      'offset.flush.interval.ms': '300',
    }
    await using ours = await Sluice.start({ dir, bootstrapServers, connectorFiles, properties })
    const expected = [...lines]

    /** Until the topic has what is expected, and the sink as much again as it was to read. */
    const carried = async (sinkLines: readonly string[]): Promise<void> => {
      await waitFor('the source has sent its lines', async () => {
        return (await kafka.endOffset(topic)) === expected.length
      })
      expect(await kafka.readValues(topic)).toEqual(expected)
      await waitFor('the sink has written its lines', async () => {
        const text = await readFile(output, 'utf8').catch(() => '')
        return text === sinkLines.map((line) => `${line}\n`).join('')
      })
    }
    const at = (name: string): string => `/connectors/${name}/offsets`
    const partition = { filename: input }
    const group = { kafka_partition: 0, kafka_topic: topic }
    const offsetsOf = (name: string): Promise<unknown> => ours.get(at(name))
    const stop = (name: string): Promise<unknown> => ours.request('PUT', `/connectors/${name}/stop`)
    const resume = (name: string): Promise<unknown> =>
      ours.request('PUT', `/connectors/${name}/resume`)

    await carried(lines)
    await stop(source)
    expect(await offsetsOf(source)).toEqual({ offsets: [{ partition, offset: { position: 35 } }] })

    // The source is sent back to its third line, the sink to the last record.
    const changes = { offsets: [{ partition, offset: { position: 14 } }] }
    expect(await ours.request('PATCH', at(source), changes)).toEqual({
      message: 'The offsets for this connector have been altered successfully',
    })
    expect(await store.stored(dir, kafka)).toEqual({
      key: `["${source}",{"filename":"${input}"}]`,
      value: '{"position":14}',
    })
    await stop(sink)
    await ours.request('PATCH', at(sink), {
      offsets: [{ partition: group, offset: { kafka_offset: 4 } }],
    })
    expect(await offsetsOf(sink)).toEqual({
      offsets: [{ partition: group, offset: { kafka_offset: 4 } }],
    })
    await resume(source)
    await resume(sink)
    expected.push(...lines.slice(2))
    const written = [...lines, ...lines.slice(4), ...lines.slice(2)]
    await carried(written)

    // Both begin anew.
    await stop(source)
    await stop(sink)
    for (const name of [source, sink]) {
      expect(await ours.request('DELETE', at(name))).toEqual({
        message: 'The offsets for this connector have been reset successfully',
      })
      expect(await offsetsOf(name)).toEqual({ offsets: [] })
    }
    expect((await store.stored(dir, kafka))?.value).toBeNull()
    await resume(source)
    await resume(sink)
    expected.push(...lines)
    await carried([...written, ...expected])
  },
  120_000,
)

test('Java’s worker goes on from the offsets that ours has altered', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(bootstrapServers)
  const topic = `${prefix}java`
  await kafka.createTopic(topic)
  const input = dir.file('in.txt')
  await writeFile(input, lines.map((line) => `${line}\n`).join(''))
  const connectorFiles = [
    await dir.properties('source.properties', {
      name: topic,
      'connector.class': 'FileStreamSource',
      'tasks.max': '1',
      file: input,
      topic,
    }),
  ]
  const properties = {
    ...stringConverters,
    'offset.storage.file.filename': dir.file('offsets'),
    'offset.flush.interval.ms': '300',
  }
  const options = { bootstrapServers, connectorFiles, properties }
  const sent = (count: number): Promise<unknown> =>
    waitFor(`${count} lines are there`, async () => (await kafka.endOffset(topic)) >= count)
  {
    await using ours = await Sluice.start({ dir, ...options })
    await sent(5)
    await ours.request('PUT', `/connectors/${topic}/stop`)
    await ours.request('PATCH', `/connectors/${topic}/offsets`, {
      offsets: [{ partition: { filename: input }, offset: { position: 21 } }],
    })
    expect(await ours.process.stop()).toBe(143)
  }
  await using java = await startJavaConnect({ mode: 'standalone', ...options })
  await sent(7)
  await java.shutDown()
  expect(await kafka.readValues(topic)).toEqual([...lines, ...lines.slice(3)])
}, 120_000)
