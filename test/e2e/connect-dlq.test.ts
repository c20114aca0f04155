import { spawn } from 'node:child_process'
import path from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import type { Message } from 'kafkajs'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { readRaw } from '../support/raw-records.ts'
import { scratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'

const prefix = topicPrefix('dlq')
const bootstrapServers = inject('bootstrapServers')
const queue = `${prefix}queue`
const origin = `${prefix}orders`
const cluster = ['--bootstrap-server', bootstrapServers]
const context = '__connect.errors.'

interface Answer {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The command as users start it. */
function connectDlq(...args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(root, 'bin', 'connect-dlq'), args, { timeout: 60_000 })
    const text = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...text }))
  })
}

function why(offset: number, message: string, more: Record<string, string> = {}) {
  const said = {
    topic: origin,
    partition: '1',
    offset: String(offset),
    'connector.name': 'orders-sink',
    'task.id': '0',
    stage: 'VALUE_CONVERTER',
    'class.name': 'org.apache.kafka.connect.json.JsonConverter',
    'exception.class.name': 'org.apache.kafka.connect.errors.DataException',
    'exception.message': message,
    'exception.stacktrace': `org.apache.kafka.connect.errors.DataException: ${message}\n\tat here`,
    ...more,
  }
  return Object.fromEntries(Object.entries(said).map(([key, value]) => [`${context}${key}`, value]))
}

const letters = [
  {
    key: Buffer.from('00ff', 'hex'),
    value: Buffer.from('000000002a0261', 'hex'),
    timestamp: '1700000000000',
    headers: { own: Buffer.from('fe01', 'hex'), ...why(5, 'no JSON') },
  },
  { key: 'k', value: '{"a":1}', headers: why(6, 'no "schema"') },
  {
    key: null,
    value: 'tired',
    headers: { 'sluice.dead-letter.replays': '3', ...why(7, 'no JSON') },
  },
  { key: null, value: '{}', headers: why(-1, 'of a source', { format: 'json', partition: '-1' }) },
  { key: null, value: 'who knows' },
]

async function send(topic: string, messages: Message[]): Promise<void> {
  const brokers = bootstrapServers.split(',')
  const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  await producer.send({ topic, messages })
  await producer.disconnect()
}

beforeAll(async () => {
  await using kafka = await openKafkaClient(bootstrapServers)
  await kafka.createTopic(queue)
  await kafka.createTopic(origin, { partitions: 2 })
  await kafka.createTopic(`${prefix}elsewhere`)
  await send(queue, letters)
})

describe('connect-dlq', () => {
  test('counts the letters of a queue by their errors', async () => {
    const { code, out } = await connectDlq('list', queue, ...cluster)
    expect(out.trim().split('\n')).toEqual([
      `${queue}: 5 letters`,
      expect.stringMatching(
        /^ +2 {2}\S+orders → orders-sink {2}VALUE_CONVERTER {2}\S+DataException: no JSON$/,
      ),
      expect.stringContaining('no "schema"'),
      expect.stringContaining('of a source'),
      expect.stringMatching(/^ +1 {2}no context headers$/),
    ])
    expect(code).toBe(0)
  })

  test('finds queues by itself, and takes the way to the brokers from a worker file', async () => {
    await using dir = await scratchDir()
    const file = await dir.properties('worker.properties', {
      'bootstrap.servers': bootstrapServers,
    })
    const other = `${prefix}other-queue`
    await using kafka = await openKafkaClient(bootstrapServers)
    await kafka.createTopic(other)
    await send(other, [{ value: 'x', headers: why(1, 'other') }])
    const { out } = await connectDlq('list', file)
    expect(out).toContain(`${other}: 1 letter\n`)
    expect(out).not.toContain(`${origin}: `)
  })

  test.each<[string, (file: string) => string[]]>([
    ['a worker file', (file) => [file]],
    ['--command-config', (file) => [...cluster, '--command-config', file]],
  ])('resolves the variables of %s, and keeps what they stand for to itself', async (_, way) => {
    await using dir = await scratchDir()
    const secrets = await dir.properties('secrets.properties', {
      servers: bootstrapServers,
      mechanism: 'hunter22',
    })
    const config = {
      'config.providers': 'file',
      'config.providers.file.class': 'FileConfigProvider',
      'bootstrap.servers': `\${file:${secrets}:servers}`,
    }
    const file = await dir.properties('good.properties', config)
    expect(await connectDlq('list', queue, ...way(file))).toMatchObject({ code: 0, err: '' })
    const wrong = { ...config, 'sasl.mechanism': `\${file:${secrets}:mechanism}` }
    const bad = await dir.properties('bad.properties', {
      ...wrong,
      'security.protocol': 'SASL_PLAINTEXT',
    })
    const { code, err } = await connectDlq('list', queue, ...way(bad))
    expect([code, err]).toEqual([2, expect.stringContaining('[hidden]')])
    expect(err).not.toContain('hunter22')
  })

  test('shows a letter: why it is there, its bytes, and the way out', async () => {
    const { out } = await connectDlq('show', queue, ...cluster, '--offset', '0', '--trace')
    expect(out).toContain(`${queue}-0@0  2023-11-14T22:13:20.000Z`)
    expect(out).toContain(`from       ${origin}-1@5`)
    expect(out).toContain('with       org.apache.kafka.connect.errors.DataException: no JSON')
    expect(out).toMatch(
      /value +The value: 7 bytes .*schema id 42\)\. Set value.converter to the converter/,
    )
    expect(out).toContain('00 00 00 00 2a 02 61')
    expect(out).toContain('own = fe 01')
    expect(out).toContain('\tat here')
    expect(out).not.toContain('tired')
    const all = await connectDlq('show', queue, ...cluster, '--limit', '2')
    expect(all.out).toContain('{"a":1}')
    expect(all.out).toContain('There are more')
  })

  test('lets no letter say anything to the terminal', async () => {
    const hostile = `${prefix}hostile`
    const said = '\u001b]0;title\u0007\u009b31m\u007f\rred'
    await using kafka = await openKafkaClient(bootstrapServers)
    await kafka.createTopic(hostile)
    const headers = { [`own${said}`]: said, ...why(1, said, { topic: `${said}\n9 forged` }) }
    await send(hostile, [{ key: said, value: `{"a":"${said}"}`, headers }])
    for (const args of [['list'], ['show', '--trace'], ['replay', '--verbose']]) {
      const [command = '', ...flags] = args
      const { code, out } = await connectDlq(command, hostile, ...flags, ...cluster)
      expect(code).toBe(0)
      expect(out).toContain('\\u001b]0;title\\u0007\\u009b31m\\u007f\\u000dred')
      expect(out).not.toMatch(/[^\P{Cc}\t\n]/u)
      expect(out).not.toMatch(/^9 forged/m)
    }
  })

  test('replays nothing unless it is told to, and says what it would', async () => {
    const { out, code } = await connectDlq('replay', queue, ...cluster)
    expect(out.trim().split('\n')).toEqual([
      `2 would be replayed to ${origin}`,
      '1 left: it was replayed 3 times and came back: name it by --offset and raise --max-replays',
      "1 left: its source's record is kept as json: name a topic by --to",
      '1 left: it does not say where it came from: name a topic by --to',
      'Nothing was written: run it again with --execute.',
    ])
    expect(code).toBe(0)
    await using kafka = await openKafkaClient(bootstrapServers)
    expect(await kafka.endOffset(origin)).toBe(0)
  })

  test('replays byte for byte where a letter came from, counts it, and goes on where it ended', async () => {
    const replay = ['replay', queue, ...cluster, '--execute'] as const
    const first = await connectDlq(...replay, '--limit', '1')
    expect(first.out).toBe(`1 replayed to ${origin}\n`)
    const second = await connectDlq(...replay)
    expect(second.out).toContain(`1 replayed to ${origin}\n`)
    expect((await connectDlq(...replay)).out).toBe('Nothing to replay.\n')
    const [one, two] = await readRaw(bootstrapServers, origin, 2, 1)
    expect(one).toMatchObject({
      ...letters[0],
      timestamp: 1_700_000_000_000,
      headers: [
        { key: 'own', value: Buffer.from('fe01', 'hex') },
        { key: 'sluice.dead-letter.replays', value: Buffer.from('1') },
      ],
    })
    expect([two?.key?.toString(), two?.value?.toString()]).toEqual(['k', '{"a":1}'])
  })

  test('replays a letter that came back too often once it is named and more is allowed', async () => {
    const named = ['replay', queue, ...cluster, '--offset', '2', '--max-replays'] as const
    expect((await connectDlq(...named, '3')).out).toContain('1 left: it was replayed 3 times')
    expect((await connectDlq(...named, '4')).out).toContain(`1 would be replayed to ${origin}\n`)
  })

  test('replays what a filter names to another topic', async () => {
    const to = `${prefix}elsewhere`
    const { out } = await connectDlq(
      ...['replay', queue, ...cluster, '--to', to, '--error', 'of a source', '--execute'],
    )
    expect(out).toBe(`1 replayed to ${to}\n`)
    const [letter] = await readRaw(bootstrapServers, to, 1)
    expect(letter?.value?.toString()).toBe('{}')
    const itself = await connectDlq('replay', queue, ...cluster, '--to', queue)
    expect([itself.code, itself.err]).toEqual([2, expect.stringContaining('is the queue itself')])
  })
})

test.each([
  { args: [], says: /^Usage: connect-dlq/ },
  { args: ['lift', ...cluster], says: /Unknown command lift: expected list, show, replay/ },
  { args: ['show', ...cluster], says: /show takes one topic, found 0/ },
  { args: ['list'], says: /No cluster/ },
  { args: ['list', ...cluster, '--offset', '1-x'], says: /Invalid --offset x/ },
  { args: ['list', ...cluster, '--nonsense'], says: /nonsense/ },
  { args: ['replay', 'q', ...cluster, '--execute', '--dry-run'], says: /leave one out/ },
])('$args is answered with what is wrong', async ({ args, says }) => {
  const { code, out, err } = await connectDlq(...args)
  expect(`${err}${out}`).toMatch(says)
  expect(code).toBe(1)
})

test('a topic that is not there is said to be missing', async () => {
  const { code, err } = await connectDlq('show', `${prefix}missing`, ...cluster)
  expect([code, err.trim()]).toEqual([2, `connect-dlq: There is no topic ${prefix}missing.`])
})
