import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { expect, inject, test } from 'vitest'
import { startJavaConnect } from '../services/kafka/java-connect.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { waitFor } from '../support/wait-for.ts'
import { isHealthy } from '../services/kafka/java-connect.ts'

const extension =
  'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension'
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const good = basic('ann:pass word')
const json = { 'Content-Type': 'application/json' }

interface Call {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Every one is answered alike by both workers. */
const calls: readonly Call[] = [
  ...['GET', 'HEAD', 'OPTIONS', 'DELETE'].map((method) => ({ method, path: '/' })),
  { method: 'OPTIONS', path: '/', headers: { authorization: good } },
  {
    method: 'OPTIONS',
    path: '/',
    headers: { Origin: 'http://x', 'Access-Control-Request-Method': 'GET' },
  },
  { method: 'GET', path: '/health' },
  { method: 'GET', path: '/nothing' },
  { method: 'GET', path: '/connectors', headers: { authorization: good } },
  { method: 'GET', path: '/connectors', headers: { accept: 'text/plain' } },
  { method: 'GET', path: '/connectors', headers: { accept: 'text/html, application/json' } },
  { method: 'POST', path: '/connectors', headers: json, body: '{' },
  { method: 'POST', path: '/connectors', body: '{}' },
  { method: 'POST', path: '/connectors', headers: { 'Content-Type': 'text/plain' }, body: '{}' },
  { method: 'POST', path: '/connectors/x/tasks', headers: json, body: '[]' },
  { method: 'POST', path: '/connectors/x/tasks/', headers: json, body: '[]' },
  { method: 'PUT', path: '/connectors/x/fence' },
  { method: 'POST', path: '/connectors/x/tasks/0/restart' },
  { method: 'GET', path: '/connectors/x/tasks' },
  ...[
    ...[good.replace('Basic', 'bAsIc'), `${good} `, good.replace(/=+$/, ''), 'Basic', 'Bearer x'],
    ...[
      'ann:wrong',
      'nobody:x',
      ':pass word',
      'bob:',
      'bob',
      'carl:üü',
      'carl:\u00c3\u00bc\u00fc',
    ].map(basic),
  ].map((authorization) => ({ method: 'GET', path: '/connectors', headers: { authorization } })),
]

/** Java's worker names the methods that CORS allows in an order that changes from start to start. */
const ofNoMatter = new Set(
  'date server connection keep-alive access-control-allow-methods'.split(' '),
)

/** Status, headers that matter and body. */
function answerOf(url: string, { method, path, headers = {}, body = '' }: Call): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, path, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const headers = Object.entries(incoming.headers).filter(([name]) => !ofNoMatter.has(name))
        const text = Buffer.concat(chunks).toString()
        resolve({ status: incoming.statusCode, headers: Object.fromEntries(headers), text })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** The files of both workers; answers with the one that the JVM's property names. */
async function jaasFile(dir: ScratchDir): Promise<string> {
  const users = dir.file('users.properties')
  await writeFile(users, 'ann=pass word\nbob=\ncarl=\u00fc\\u00fc\n', 'latin1')
  const module = 'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule'
  await writeFile(dir.file('jaas.conf'), `KafkaConnect { ${module} required file="${users}"; };\n`)
  return dir.file('jaas.conf')
}

const cors = { 'access.control.allow.origin': '*' }

test('who asks with which credentials is answered as by Java’s worker, with the same files', async () => {
  await using dir = await scratchDir()
  const option = `-Djava.security.auth.login.config=${await jaasFile(dir)}`
  const properties = { 'rest.extension.classes': extension, ...cors }
  const bootstrapServers = inject('bootstrapServers')
  const starting = startJavaConnect({
    ...{ mode: 'standalone', bootstrapServers, properties, jvmArgs: [option], authorization: good },
  })
  await using ours = await Sluice.launch({
    ...{ dir, bootstrapServers, env: { KAFKA_OPTS: `-Xmx1g ${option}` } },
    properties: {
      ...{ ...properties, ...stringConverters },
      'offset.storage.file.filename': dir.file('offsets'),
    },
  })
  await using java = await starting
  await waitFor('our worker is there', () => isHealthy(ours.url, good))
  for (const call of calls) {
    expect({ call, ...answered(await answerOf(ours.url, call)) }).toEqual({
      call,
      ...answered(await answerOf(java.url, call)),
    })
  }
  expect(ours.process.log()).not.toContain('pass word')
}, 200_000)

/** As the test shows it. */
function answered(answer: unknown): { readonly answer: unknown } {
  return { answer }
}

test('an extension of plugin.path is found by its manifest', async () => {
  await using dir = await scratchDir()
  const plugin = dir.file('plugins/hello')
  await mkdir(plugin, { recursive: true })
  const entry = { type: 'rest_extension', class: 'com.example.Hello', module: './index.js' }
  const manifest = { type: 'module', sluice: { plugins: [{ ...entry, export: 'Hello' }] } }
  await writeFile(`${plugin}/package.json`, JSON.stringify(manifest))
  const code = `import { NotFoundError } from 'sluice/api'
export class Hello {
  configure(config) { this.greeting = config['hello.greeting'] }
  register({ addRoute, clusterState }) {
    addRoute({ method: 'GET', path: '/hello/:name', handle: ({ param }) => {
      if (param('name') === 'nobody') throw new NotFoundError('nobody is here')
      return { status: 200, body: { text: this.greeting + param('name'), connectors: clusterState.connectors() } }
    } })
  }
}`
  await writeFile(`${plugin}/index.js`, code)
  const bootstrapServers = inject('bootstrapServers')
  const properties = {
    ...{ ...stringConverters, 'plugin.path': dir.file('plugins'), 'hello.greeting': 'Hello, ' },
    ...{ 'rest.extension.classes': 'Hello', 'offset.storage.file.filename': dir.file('offsets') },
  }
  await using ours = await Sluice.start({ dir, bootstrapServers, properties })
  expect(await ours.get('/hello/Ann')).toEqual({ text: 'Hello, Ann', connectors: [] })
  await expect(ours.get('/hello/nobody')).rejects.toThrow('404 {"error_code":404')
}, 60_000)

test('a class of Java that is not here ends the start, and says what there is', async () => {
  await using dir = await scratchDir()
  await using ours = await Sluice.launch({
    ...{ dir, bootstrapServers: inject('bootstrapServers') },
    properties: { ...stringConverters, 'rest.extension.classes': 'com.example.JavaExtension' },
  })
  expect(await ours.process.exited).toBe(2)
  expect(ours.process.log()).toContain(
    'Failed to find any class that implements ConnectRestExtension and which name matches com.example.JavaExtension',
  )
}, 60_000)
