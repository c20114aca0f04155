import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, inject, test } from 'vitest'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const prefix = topicPrefix('bad-input')

interface Fault {
  readonly what: string
  /** Configuration of the connector, but for its name and `tasks.max`. */
  readonly config: (dir: ScratchDir) => Promise<Record<string, string>>
  /** What the trace of the FAILED task says. */
  readonly trace: RegExp
}

const source = 'FileStreamSource'
const sink = 'FileStreamSink'
const tooLong = 'x'.repeat(2000)

const faults: readonly Fault[] = [
  {
    what: 'a sink whose file is a folder',
    config: async (dir) => {
      await mkdir(dir.file('folder'))
      return { 'connector.class': sink, file: dir.file('folder'), topics: `${prefix}any` }
    },
    trace:
      /^org\.apache\.kafka\.connect\.errors\.ConnectException: Couldn't find or create file '.*folder' for FileStreamSinkTask/,
  },
  {
    what: 'a sink whose folder is not there',
    config: (dir) =>
      Promise.resolve({
        'connector.class': sink,
        file: dir.file('gone/out'),
        topics: `${prefix}any`,
      }),
    trace:
      /^org\.apache\.kafka\.connect\.errors\.ConnectException: Couldn't find or create file '.*gone\/out'/,
  },
  {
    what: 'a source whose file is a folder',
    config: async (dir) => {
      await mkdir(dir.file('folder2'))
      return { 'connector.class': source, file: dir.file('folder2'), topic: `${prefix}any` }
    },
    trace: /folder2/,
  },
  {
    what: 'a topic of a name that no topic may have',
    config: async (dir) => {
      await writeFile(dir.file('lines'), 'one\n')
      return { 'connector.class': source, file: dir.file('lines'), topic: 'no topic: this?' }
    },
    trace: /no topic: this\?/,
  },
  {
    what: 'a topic that may not be created',
    config: async (dir) => {
      await writeFile(dir.file('lines'), 'one\n')
      return {
        'connector.class': source,
        file: dir.file('lines'),
        topic: `${prefix}three`,
        'topic.creation.default.replication.factor': '3',
        'topic.creation.default.partitions': '1',
      }
    },
    trace: new RegExp(`${prefix}three[\\s\\S]*[Rr]eplication`),
  },
  {
    what: 'a line that is longer than lines may be',
    config: async (dir) => {
      await writeFile(dir.file('long'), `${tooLong}\n`)
      return {
        'connector.class': source,
        file: dir.file('long'),
        topic: `${prefix}any`,
        'line.max.bytes': '1024',
      }
    },
    trace: /line\.max\.bytes/,
  },
  {
    what: 'a line that is too large for a record',
    config: async (dir) => {
      await writeFile(dir.file('large'), `${tooLong}\n`)
      return {
        'connector.class': source,
        file: dir.file('large'),
        topic: `${prefix}any`,
        'producer.override.max.request.size': '1000',
      }
    },
    trace: /max\.request\.size/,
  },
  {
    what: 'a converter that cannot read what is in the topic',
    config: (dir) =>
      Promise.resolve({
        'connector.class': sink,
        file: dir.file('json.out'),
        topics: `${prefix}no-json`,
        'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      }),
    trace: /Error converting message value|DataException/,
  },
]

describe('beside a connector that is well', () => {
  test.each(faults)(
    '$what fails its task with a trace, and nothing else',
    async ({ config, trace }) => {
      await using dir = await scratchDir()
      await using kafka = await openKafkaClient(inject('bootstrapServers'))
      const topic = `${prefix}well-${Math.random().toString(36).slice(2)}`
      await kafka.send(`${prefix}no-json`, ['{not json'])
      await using sluice = await startWell(dir, topic)
      const body = {
        name: 'unwell',
        config: { name: 'unwell', 'tasks.max': '1', ...(await config(dir)) },
      }

      await sluice.request('POST', '/connectors', body)

      expect(await sluice.failedTrace('unwell')).toMatch(trace)
      expect((await sluice.status('unwell')).connector.state).toBe('RUNNING')
      await appendFile(dir.file('well.txt'), 'still well\n')
      await waitFor('the other connector goes on', async () => (await kafka.endOffset(topic)) === 2)
      expect((await sluice.status('well')).tasks).toMatchObject([{ state: 'RUNNING' }])
      expect((await fetch(`${sluice.url}/health`)).status).toBe(200)
      expect(await sluice.process.stop()).toBe(143)
      expect(await kafka.readValues(topic)).toEqual(['well', 'still well'])
    },
  )

  test('a file that is missing is waited for, as Java does, and nothing is lost', async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const [topic, late] = [`${prefix}waits`, `${prefix}late`]
    await using sluice = await startWell(dir, topic)
    const config = {
      'connector.class': source,
      'tasks.max': '1',
      file: dir.file('late.txt'),
      topic: late,
    }
    await sluice.request('POST', '/connectors', { name: 'late', config })
    await sluice.running('late')
    await writeFile(dir.file('late.txt'), 'here now\n')
    await waitFor(
      'the line has arrived',
      async () => (await kafka.endOffset(late).catch(() => 0)) === 1,
    )
    expect(await kafka.readValues(late)).toEqual(['here now'])
  })

  test('bytes that are not UTF-8 arrive as U+FFFD, with one warning a file', async () => {
    await using dir = await scratchDir()
    await using kafka = await openKafkaClient(inject('bootstrapServers'))
    const [topic, latin] = [`${prefix}utf8`, `${prefix}latin`]
    const lines = [
      Buffer.from('gut\n'),
      Buffer.from([0x47, 0xfc, 0x74, 0x0a]),
      Buffer.from([0xff, 0x0a]),
    ]
    await writeFile(dir.file('latin.txt'), Buffer.concat(lines))
    await using sluice = await startWell(dir, topic)
    const config = {
      'connector.class': source,
      'tasks.max': '1',
      file: dir.file('latin.txt'),
      topic: latin,
    }
    await sluice.request('POST', '/connectors', { name: 'latin', config })
    await waitFor(
      'the lines have arrived',
      async () => (await kafka.endOffset(latin).catch(() => 0)) === 3,
    )
    expect(await sluice.process.stop()).toBe(143)
    expect(await kafka.readValues(latin)).toEqual(['gut', 'G\ufffdt', '\ufffd'])
    const warnings = (await readFile(sluice.process.logFile, 'utf8'))
      .split('\n')
      .filter((line) => line.includes(' WARN ') && line.includes('latin.txt'))
    expect(warnings.filter((line) => line.includes('U+FFFD'))).toHaveLength(1)
  })
})

/** A worker with one connector that works: `well`, from well.txt to `topic`, one line of which has arrived. */
async function startWell(dir: ScratchDir, topic: string): Promise<Sluice> {
  await writeFile(dir.file('well.txt'), 'well\n')
  const file = await dir.properties('well.properties', {
    name: 'well',
    'connector.class': source,
    'tasks.max': '1',
    file: dir.file('well.txt'),
    topic,
  })
  const sluice = await Sluice.start({
    dir,
    bootstrapServers: inject('bootstrapServers'),
    connectorFiles: [file],
    properties: {
      ...stringConverters,
      'offset.storage.file.filename': dir.file('offsets'),
      'offset.flush.interval.ms': '500',
    },
  })
  await sluice.running('well')
  return sluice
}
