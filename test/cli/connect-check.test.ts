import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { allPages } from '../../src/cli/check/differences.ts'
import { runCheck } from '../../src/cli/check/run.ts'
import type { Subject } from '../../src/cli/check/finding.ts'
import { root } from '../services/paths.ts'
import { scratchDir } from '../support/sluice.ts'

const converters = {
  'key.converter': 'StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
}

interface Checked {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Asked {
  readonly worker?: Readonly<Record<string, string>>
  readonly connectors?: readonly Readonly<Record<string, string>>[]
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

async function check({
  worker = {},
  connectors = [],
  args = [],
  env = {},
}: Asked): Promise<Checked> {
  await using dir = await scratchDir()
  const files = [await dir.properties('worker.properties', { ...converters, ...worker })]
  for (const [at, config] of connectors.entries()) {
    files.push(await dir.properties(`${at}.properties`, { name: `c${at}`, ...config }))
  }
  const text = { out: '', err: '' }
  const code = await runCheck([...files, ...args], env, {
    out: (line) => (text.out += `${line}\n`),
    err: (line) => (text.err += `${line}\n`),
  })
  return { code, ...text }
}

/** What is said of one key, of the worker's file or of the one connector's. */
async function verdictOn(key: string, asked: Asked) {
  const { out, code } = await check({ ...asked, args: ['--json'] })
  const { subjects } = JSON.parse(out) as { readonly subjects: readonly Subject[] }
  const finding = subjects.at(-1)?.findings.find((each) => each.key === key)
  return { code, finding }
}

describe('of a worker file', () => {
  test.each([
    ['group.id', 'x', 'supported', undefined],
    ['key.converter', 'io.confluent.connect.avro.AvroConverter', 'supported', undefined],
    ['value.converter', 'com.acme.XmlConverter', 'missing', 'No converter of that name'],
    ['value.converter', 'org.apache.kafka.connect.json.JsonConvertor', 'missing', '.JsonConverter'],
    ['header.converter', 'SimpleHeaderConverter', 'supported', undefined],
    ['rest.extension.classes', 'BasicAuthSecurityRestExtension', 'supported', undefined],
    ['rest.extension.classes', 'com.acme.Audit', 'missing', 'No REST extension'],
    ['config.providers.v.class', 'com.acme.Vault', 'missing', 'No config provider'],
    ['config.providers.v.class', 'FileConfigProvider', 'supported', undefined],
    ['connector.client.config.override.policy', 'Principal', 'supported', undefined],
    ['connector.client.config.override.policy', 'com.acme.Mine', 'missing', 'No override policy'],
    ['metric.reporters', 'com.acme.Reporter', 'different', 'GET /metrics'],
    ['offset.flush.interval.mss', '1', 'supported', 'Did you mean offset.flush.interval.ms?'],
    ['internal.key.converter', 'com.acme.Any', 'supported', 'It has no effect, as in Kafka’s'],
    ['internal.value.converter.schemas.enable', 'false', 'supported', 'It has no effect, as in'],
    ['producer.linger.ms', '5', 'supported', undefined],
    ['producer.interceptor.classes', 'com.acme.I', 'missing', 'Refused'],
    ['producer.compresion.type', 'lz4', 'supported', 'Did you mean compression.type?'],
    ['consumer.sasl.kerberos.kinit.cmd', '/opt/kinit', 'different', 'Kerberos is not spoken'],
    ['consumer.sasl.kerberos.kinit.cmd', '/usr/bin/kinit', 'supported', undefined],
    ['sasl.mechanism', 'GSSAPI', 'missing', 'Kerberos'],
    ['ssl.truststore.location', '/etc/trust.JKS', 'missing', 'keytool'],
    ['listeners.https.ssl.keystore.type', 'jks', 'missing', 'keytool'],
    ['listeners.https.ssl.client.auth', 'required', 'supported', undefined],
  ])('%s=%s is %s', async (key, value, verdict, note) => {
    const { code, finding } = await verdictOn(key, {
      worker: { 'config.providers': 'v', [key]: value },
    })
    expect(finding?.verdict).toBe(verdict)
    expect(finding?.note ?? '').toContain(note ?? '')
    if (verdict === 'missing') expect(code).toBe(1)
  })

  test.each([
    ['connect-distributed.properties', 'distributed'],
    ['connect-standalone.properties', 'standalone'],
  ])('all is supported of %s, the lines in comments included', async (name, mode) => {
    await using dir = await scratchDir()
    const shipped = readFileSync(path.join(root, 'config', name), 'utf8')
    const file = dir.file(name)
    await writeFile(file, shipped.replace(/^#(?=[a-z][\w.-]*=)/gm, ''))
    let report = ''
    const terminal = { out: (text: string) => void (report += text), err: () => undefined }
    expect(await runCheck([file], {}, terminal)).toBe(0)
    expect(report).toMatch(new RegExp(`\\(${mode} worker\\): \\d+ supported\\n`))
    expect(report).not.toContain('Not a key')
  })

  test('each of several classes is looked up', async () => {
    const worker = { 'rest.extension.classes': 'com.acme.A, BasicAuthSecurityRestExtension' }
    const { out } = await check({ worker })
    expect(out).toContain('missing    rest.extension.classes = com.acme.A: No REST extension')
    expect(out).toContain('supported  rest.extension.classes = org.apache.kafka.connect.rest.basic')
  })
})

describe('of a connector', () => {
  const file = { 'connector.class': 'FileStreamSource', file: 'x', topic: 't' }
  test.each([
    ['connector.class', 'FileStreamSource', 'supported', undefined],
    ['connector.class', 'FileStreamSorce', 'missing', 'FileStreamSourceConnector'],
    ['connector.class', 'com.acme.NoSuchThing', 'missing', 'No connector of that name'],
    ['batch.size', '10', 'supported', undefined],
    ['tasks.max', '1', 'supported', undefined],
    ['topic.creation.default.partitions', '1', 'supported', undefined],
    ['exactly.once.support', 'requested', 'supported', undefined],
    ['errors.restart.policy', 'none', 'supported', undefined],
    ['topc', 'x', 'different', 'has no such key here'],
    ['transforms.t.type', 'org.apache.kafka.connect.transforms.InsertField', 'missing', '$Key'],
    ['transforms.t.type', 'io.debezium.transforms.Filter', 'missing', 'no engine'],
    ['transforms.t.type', 'RegexRouter', 'supported', undefined],
    ['transforms.t.predicate', 'p', 'supported', undefined],
    ['predicates.p.type', 'TopicNameMatches', 'supported', undefined],
    ['predicates.p.type', 'com.acme.Never', 'missing', 'No predicate'],
    ['predicates.p.patern', 'x', 'different', 'has no such key here'],
    ['value.converter', 'com.acme.Xml', 'missing', 'No converter'],
    ['value.converter.schemas.enable', 'false', 'supported', undefined],
    ['producer.override.acks', 'all', 'supported', undefined],
    ['producer.override.partitioner.class', 'com.acme.P', 'missing', 'Refused'],
  ])('%s=%s is %s', async (key, value, verdict, note) => {
    const chain = { transforms: 't', 'transforms.t.type': 'RegexRouter' }
    const plain = { predicates: 'p', 'predicates.p.type': 'RecordIsTombstone' }
    const config = { ...file, ...chain, ...plain, 'value.converter': 'JsonConverter', [key]: value }
    const { finding } = await verdictOn(key, { connectors: [config] })
    expect(finding?.verdict).toBe(verdict)
    expect(finding?.note ?? '').toContain(note ?? '')
  })
})

test('no secret is printed, wherever it stands', async () => {
  const secrets = ['hunter2hunter2', 'geheim-geheim', 'tok-en-tok-en', 'classified!pass']
  const worker = {
    'key.converter': secrets[3] ?? '',
    'key.converter.schema.registry.url': `http://user:${secrets[0] ?? ''}@registry`,
    'config.providers.v.param.token': secrets[2] ?? '',
    'producer.interceptor.classes': secrets[1] ?? '',
  }
  const connectors = [{ 'connector.class': 'X', 'database.password': secrets[1] ?? '' }]
  for (const args of [[], ['--all'], ['--json']]) {
    const { out, err } = await check({ worker, connectors, args })
    for (const secret of secrets) expect(out + err).not.toContain(secret)
  }
})

describe('the exit code', () => {
  test('is 0 where nothing is missing, and the report ends with it', async () => {
    const { code, out } = await check({
      connectors: [{ 'connector.class': 'FileStreamSink', topics: 't' }],
    })
    expect(out.trimEnd().split('\n').at(-1)).toBe('Nothing is missing.')
    expect(code).toBe(0)
  })

  test.each([
    ['no arguments', [], 'The worker file is missing.'],
    ['an unknown option', ['a', '--no-such'], 'no-such'],
    ['a file that is not there', ['/nowhere/w.properties'], 'Cannot read the properties file'],
  ])('is 2 for %s', async (_, args, message) => {
    const lines: string[] = []
    const terminal = { out: () => undefined, err: (line: string) => void lines.push(line) }
    expect(await runCheck(args, {}, terminal)).toBe(2)
    expect(lines.join('\n')).toContain(message)
  })
})

describe('with --url', () => {
  async function worker(status: number, body: string) {
    const asked: { readonly url: string; readonly authorization: string }[] = []
    const server = createServer((request, response) => {
      const { url = '', headers } = request
      asked.push({ url, authorization: headers.authorization ?? '' })
      response.writeHead(status, { location: 'http://elsewhere.invalid/' }).end(body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { server, asked, host: `127.0.0.1:${port}` }
  }

  test('the connectors of a running worker are checked, by the credentials given', async () => {
    const config = { name: 'a', 'connector.class': 'FileStreamSink', topics: 't' }
    const body = JSON.stringify({ a: { info: { name: 'a', config, tasks: [], type: 'sink' } } })
    const { server, asked, host } = await worker(200, body)
    try {
      const { code, out } = await check({
        args: ['--url', `http://ann:p%40ss@${host}/base/`, '--all'],
      })
      expect(code).toBe(0)
      expect(out).toContain('a: ')
      expect(out).toContain('org.apache.kafka.connect.file.FileStreamSinkConnector')
      const env = { CONNECT_CHECK_USER: 'bob', CONNECT_CHECK_PASSWORD: 'env-pass' }
      await check({ args: ['--url', `http://${host}`], env })
    } finally {
      server.close()
    }
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    expect(asked).toEqual([
      { url: '/base/connectors?expand=info', authorization: basic('ann:p@ss') },
      { url: '/connectors?expand=info', authorization: basic('bob:env-pass') },
    ])
  })

  test.each([
    [401, '', 'CONNECT_CHECK_USER'],
    [500, '', 'it answers 500'],
    [302, '', 'Cannot read the connectors'],
    [200, 'hello', 'it answers no JSON'],
    [200, '["a"]', 'does not know "expand"'],
    [200, '{"a":{}}', 'says nothing of the configuration of a'],
  ])('an answer %i %s is exit code 2', async (status, body, message) => {
    const { server, host } = await worker(status, body)
    try {
      const { code, err } = await check({ args: ['--url', `http://ann:geheimnis@${host}`] })
      expect(code).toBe(2)
      expect(err).toContain(message)
      expect(err).not.toContain('geheimnis')
    } finally {
      server.close()
    }
  })

  test.each(['nonsense', 'ftp://a/'])('%s is no URL of a worker', async (url) => {
    const { code, err } = await check({ args: ['--url', url] })
    expect([code, err]).toEqual([2, expect.stringContaining('The value of --url is no URL')])
  })
})

test('every page that is named is there, with its section', () => {
  for (const page of [...allPages, 'docs/kafka-client-keys.md', 'docs/rest-api.md#certificates']) {
    const [file = '', section] = page.split('#')
    const full = path.join(root, file)
    expect(existsSync(full), file).toBe(true)
    const headings = readFileSync(full, 'utf8').matchAll(/^#+ (.*)$/gm)
    const anchors = Array.from(headings, ([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/\s/g, '-'),
    )
    if (section !== undefined) expect(anchors, page).toContain(section)
  }
})
