import { appendFile, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { parseProperties } from '../../src/config/java-properties.ts'
import { root } from '../services/paths.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

interface Stage {
  readonly stage: string
  readonly after?: { readonly payload?: unknown; readonly value?: { readonly payload?: unknown } }
  readonly before?: { readonly value?: { readonly payload?: unknown; readonly text?: string } }
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly body: {
    readonly error_code?: number
    readonly message?: string
    readonly ended?: string
    readonly problem?: string | null
    readonly records?: readonly { readonly outcome: string; readonly stages: readonly Stage[] }[]
  }
}

const prefix = topicPrefix('preview')
const bootstrapServers = inject('bootstrapServers')
const [sourceName, sinkName] = [`${prefix}source`, `${prefix}sink`]
const [written, read] = [`${prefix}written`, `${prefix}read`]
const secret = 'provided-Tr0ub4dor'
const hostile = { 'connector.class': 'com.example.HostileSourceConnector', topic: written }
let dir: ScratchDir
let kafka: KafkaClient
let sluice: Sluice

beforeAll(async () => {
  dir = await scratchDir()
  kafka = await openKafkaClient(bootstrapServers)
  await kafka.createTopic(written)
  await kafka.createTopic(read)
  await kafka.send(read, ['one', 'two', 'three'])
  await writeFile(dir.file('secrets.properties'), `told=${secret}\n`)
  await writeFile(dir.file('lines.txt'), 'first\nsecond\n')
  sluice = await Sluice.start({
    ...{ dir, bootstrapServers },
    properties: {
      ...stringConverters,
      'plugin.path': path.join(root, 'test/fixtures/worker-plugins/hostile'),
      'offset.storage.file.filename': dir.file('offsets'),
      'offset.flush.interval.ms': '200',
      'task.watchdog.ms': '1000',
      'config.providers': 'file',
      'config.providers.file.class': 'FileConfigProvider',
    },
  })
})

afterAll(async () => {
  await sluice[Symbol.asyncDispose]()
  await kafka[Symbol.asyncDispose]()
  await dir[Symbol.asyncDispose]()
})

const source = (): Record<string, string> => ({
  ...{ name: sourceName, 'connector.class': 'FileStreamSource', topic: written },
  file: dir.file('lines.txt'),
})
const sink = (): Record<string, string> => ({
  ...{ name: sinkName, 'connector.class': 'FileStreamSink', topics: read },
  file: dir.file('out.txt'),
})

async function preview(type: string, body: object): Promise<Answer> {
  const response = await fetch(`${sluice.url}/connector-plugins/${type}/preview`, {
    method: 'POST',
    signal: AbortSignal.timeout(60_000),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, text, body: JSON.parse(text) as Answer['body'] }
}

/** The values that would be sent, or put. */
const values = ({ body }: Answer): unknown[] =>
  (body.records ?? []).map(({ stages }) => {
    const value = stages.at(-1)?.before?.value
    return value?.text ?? value?.payload
  })

describe('a file source', () => {
  test('is read without being created, and nothing is written', async () => {
    const answer = await preview('FileStreamSource', { config: source() })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ from: 'source', ended: 'idle', problem: null })
    expect(values(answer)).toEqual(['first', 'second'])
    expect(await sluice.get('/connectors')).not.toContain(sourceName)
    expect(await readdir(dir.path)).not.toContain('offsets')
    expect(await kafka.endOffset(written)).toBe(0)
  })

  test('goes on where the connector of that name stands, which is not touched', async () => {
    await sluice.request('PUT', `/connectors/${sourceName}/config`, source())
    const committed = (): Promise<unknown> => sluice.get(`/connectors/${sourceName}/offsets`)
    await waitFor('both lines are committed', async () =>
      JSON.stringify(await committed()).includes('"position":13'),
    )
    const before = await sluice.status(sourceName)
    const nothing = await preview('FileStreamSource', { config: source(), timeout: 500 })
    expect(nothing.body).toMatchObject({ ended: 'timeout', records: [] })
    expect(await sluice.status(sourceName)).toEqual(before)
    await appendFile(dir.file('lines.txt'), 'third\n')
    await waitFor('the third line is sent', async () => (await kafka.endOffset(written)) === 3)
  })
})

describe('a sink', () => {
  test('is shown the records of its topics from their beginning, without a group', async () => {
    const answer = await preview('FileStreamSink', { config: sink() })
    expect(answer.body).toMatchObject({ from: 'topics', ended: 'end', problem: null })
    expect(values(answer)).toEqual(['one', 'two', 'three'])
    expect(await readdir(dir.path)).not.toContain('out.txt')
    expect(await kafka.committed(`connect-${sinkName}`, read)).toEqual([-1])
  })

  test('is shown what comes next where its group stands, and no offset moves', async () => {
    await sluice.request('PUT', `/connectors/${sinkName}/config`, sink())
    const committed = (): Promise<unknown> => kafka.committed(`connect-${sinkName}`, read)
    await waitFor('all is committed', async () => String(await committed()) === '3')
    await sluice.request('PUT', `/connectors/${sinkName}/stop`)
    await kafka.send(read, ['four', 'five'])
    const next = await preview('FileStreamSink', { config: sink(), limit: 1 })
    expect(next.body.ended).toBe('limit')
    expect(values(next)).toEqual(['four'])
    const all = await preview('FileStreamSink', { config: sink(), from: 'beginning' })
    expect(values(all)).toHaveLength(5)
    const { topics: _topics, ...others } = sink()
    const config = { ...others, 'topics.regex': `${prefix}rea.` }
    expect(values(await preview('FileStreamSink', { config }))).toEqual(['four', 'five'])
    expect(await committed()).toEqual([3])
  })

  test('says in the words of its log why a record given fails', async () => {
    const config = { ...sink(), 'value.converter': 'org.apache.kafka.connect.json.JsonConverter' }
    const records = [{ value: { text: '{"a":1}' } }, { value: { payload: { b: 2 } } }]
    const { body } = await preview('FileStreamSink', { config, records })
    expect(body.records?.map(({ outcome }) => outcome)).toEqual(['failed', 'put'])
    expect(JSON.stringify(body.records?.[0])).toContain('value.converter.schemas.enable=false')
  })
})

test('the shipped file with a dead letter queue is valid, and says where a record goes that cannot be read', async () => {
  const file = path.join(root, 'config/connect-file-sink-dead-letters.properties')
  const config = parseProperties(await readFile(file, 'utf8'))
  const records = [{ value: { text: 'no JSON' } }, { value: { text: '{"a": 1.50}' } }]
  const { body } = await preview('FileStreamSink', { config, records })
  expect(body.records?.map(({ outcome }) => outcome)).toEqual(['failed', 'put'])
  expect(JSON.stringify(body.records?.[0])).toContain(
    '"then":"it is kept in connect-test-dead-letters and skipped"',
  )
})

test('what a config provider gave is in no answer', async () => {
  const config = {
    ...source(),
    transforms: 'hoist,tell',
    'transforms.hoist.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
    'transforms.hoist.field': 'line',
    'transforms.tell.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
    'transforms.tell.static.field': 'told',
    'transforms.tell.static.value': `\${file:${dir.file('secrets.properties')}:told}`,
  }
  const records = [{ value: { text: 'x' } }]
  const { text, body } = await preview('FileStreamSource', { config, records })
  expect(body.records?.[0]?.outcome).toBe('sent')
  expect(text).not.toContain(secret)
  expect(text).not.toContain(Buffer.from(secret).toString('hex'))
  expect(text).toContain('[hidden]')
})

describe('a request is refused', () => {
  test.each([
    ['without a configuration', {}, /Invalid "config": found null/],
    ['with a field that is none', { config: {}, count: 1 }, /Unknown field "count"/],
    ['with too high a limit', { config: {}, limit: 101 }, /Invalid "limit": found 101/],
    ['with records that are none', { config: {}, records: [1] }, /Invalid "records\[0\]"/],
    [
      'with a key in no known form',
      { config: {}, records: [{ key: 'a' }] },
      /Invalid "records\[0\].key": found a string, expected null, \{"schema"/,
    ],
    [
      'with what is no base64',
      { config: {}, records: [{ key: { base64: '*' } }] },
      /Invalid "records\[0\].key.base64"/,
    ],
  ] as const)('%s', async (_name, body, says) => {
    const answer = await preview('FileStreamSource', body)
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({
      error_code: 400,
      message: expect.stringMatching(says) as string,
    })
  })

  test('where the configuration is not valid, with all that is wrong with it', async () => {
    const config = { name: sourceName, 'connector.class': 'FileStreamSource', 'tasks.max': '0' }
    const { status, body } = await preview('FileStreamSource', { config })
    expect(status).toBe(400)
    expect(body.message).toMatch(/contains the following 2 error\(s\):[^]*tasks\.max[^]*"topic"/)
    const other = await preview('FileStreamSink', { config: source() })
    expect(other.body.message).toMatch(/does not match request type FileStreamSink/)
  })
})

describe('a plugin that misbehaves', { timeout: 60_000 }, () => {
  const during = async (config: Record<string, string>, limit = 10): Promise<Answer> =>
    preview('HostileSourceConnector', {
      config: { name: 'hostile', ...config },
      limit,
      timeout: 3000,
    })

  test('and holds its thread in poll has that ended, is named, and harms nobody', async () => {
    const before = await sluice.status(sourceName)
    const [answer, ...others] = await Promise.all([
      during({ ...hostile, 'task.misdeed': 'spin', 'task.misdeed.at': 'poll' }),
      sluice.get('/health'),
      preview('FileStreamSink', { config: sink() }),
    ])
    expect(answer.status).toBe(500)
    expect(answer.body.message).toMatch(
      /^The preview of hostile was given up: .*stood still.* It was in poll of com\.example\.HostileSourceConnector\.$/,
    )
    expect(others[1].status).toBe(200)
    expect(await sluice.status(sourceName)).toEqual(before)
    expect((await during(hostile, 2)).body.records).toHaveLength(2)
  })

  test('and exits, or never settles, is told of', async () => {
    const exits = await during({ ...hostile, 'task.misdeed': 'exit', 'task.misdeed.at': 'start' })
    expect(exits.status).toBe(500)
    expect(exits.body.message).toMatch(/The plugin called process\.exit\(7\)/)
  })

  test('and more than two previews do not run at once', async () => {
    const waiting = { config: { ...source(), file: dir.file('none.txt') }, timeout: 2000 }
    const all = await Promise.all(
      Array.from({ length: 4 }, () => preview('FileStreamSource', waiting)),
    )
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429])
    expect(all.find(({ status }) => status === 429)?.body.error_code).toBe(429)
    expect((await preview('FileStreamSource', waiting)).status).toBe(200)
  })
})
