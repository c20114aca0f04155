import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import type { RequestOptions } from 'node:https'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { freePort } from '../services/ports.ts'
import { clusterProperties } from '../support/cluster.ts'
import { Sluice, isRunning, scratchDir } from '../support/sluice.ts'
import type { ConnectorStatus, ScratchDir } from '../support/sluice.ts'
import { tlsFile, tlsPasswords, tlsText } from '../support/tls-files.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

const basicAuth =
  'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension'
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const withoutUser = {
  ...{ host: 'localhost', agent: false, ca: tlsText('ca.pem') },
  ...{ cert: tlsText('client.pem'), key: tlsText('client.key') },
}
const known = { ...withoutUser, auth: 'ann:pass word' }

/** A worker that lets in who shows a certificate and a password, and has its /admin elsewhere. */
interface Guarded {
  readonly process: Sluice
  readonly port: number
  readonly adminPort: number
}

let dir: ScratchDir
const workers: Guarded[] = []

interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly text: string
}

function call(port: number, path: string, options: RequestOptions = known, body?: unknown) {
  const text = body === undefined ? '' : JSON.stringify(body)
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }
  return new Promise<Answer>((resolve, reject) => {
    const outgoing = request({ port, path, headers, timeout: 60_000, ...options }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const { statusCode: status = 0, headers } = incoming
        resolve({ status, location: headers.location, text: Buffer.concat(chunks).toString() })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${path} is not answered.`)))
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

/** As a client does: while the group is rebalanced, nobody can be asked to write. */
function asked(port: number, method: string, path: string, body?: unknown): Promise<Answer> {
  return waitFor(`${method} ${path} is answered`, async () => {
    const answer = await call(port, path, { ...known, method }, body)
    return answer.status === 409 && /rebalance|stale/.test(answer.text) ? null : answer
  })
}

/** A path of its own, for whoever gets past the filters. */
async function installHello(): Promise<string> {
  const plugin = dir.file('plugins/hello')
  await mkdir(plugin, { recursive: true })
  const entry = { type: 'rest_extension', class: 'com.example.Hello', module: './index.js' }
  const manifest = { type: 'module', sluice: { plugins: [{ ...entry, export: 'Hello' }] } }
  await writeFile(`${plugin}/package.json`, JSON.stringify(manifest))
  const code = `export class Hello {
  register({ addRoute, clusterState }) {
    const handle = () => ({ status: 200, body: { connectors: clusterState.connectors() } })
    addRoute({ method: 'GET', path: '/hello', handle })
  }
}`
  await writeFile(`${plugin}/index.js`, code)
  return dir.file('plugins')
}

async function launch(name: string, plugins: string): Promise<Guarded> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const process = await Sluice.launch({
    ...{ dir, port, bootstrapServers: inject('bootstrapServers'), command: 'connect-distributed' },
    env: { KAFKA_OPTS: `-Djava.security.auth.login.config=${dir.file('jaas.conf')}` },
    properties: {
      ...clusterProperties(name),
      listeners: `https://localhost:${port}`,
      'admin.listeners': `http://localhost:${adminPort}`,
      'listeners.https.ssl.client.auth': 'required',
      'listeners.https.ssl.keystore.location': tlsFile('server.p12'),
      'listeners.https.ssl.keystore.password': tlsPasswords.store,
      'listeners.https.ssl.truststore.type': 'PEM',
      'listeners.https.ssl.truststore.location': tlsFile('ca.pem'),
      'rest.extension.classes': `${basicAuth},Hello`,
      'rest.path.prefix': '/kafka',
      'plugin.path': plugins,
    },
  })
  return { process, port, adminPort }
}

beforeAll(async () => {
  dir = await scratchDir()
  await writeFile(dir.file('users.properties'), 'ann=pass word\n')
  const module = 'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule'
  const login = `${module} required file="${dir.file('users.properties')}";`
  await writeFile(dir.file('jaas.conf'), `KafkaConnect { ${login} };\n`)
  await writeFile(dir.file('in.txt'), 'a line\n')
  const plugins = await installHello()
  const name = `${topicPrefix('guarded')}cluster`
  for (let n = 0; n < 2; n++) {
    const worker = await launch(name, plugins)
    workers.push(worker)
    await waitFor(`worker ${n} is there`, async () => {
      const answer = await call(worker.port, '/health').catch(() => null)
      return answer?.status === 200
    })
  }
}, 120_000)

afterAll(async () => {
  await Promise.all(workers.map(({ process }) => process[Symbol.asyncDispose]()))
  await dir[Symbol.asyncDispose]()
})

async function isRunningAt(port: number, name: string): Promise<boolean> {
  const { status, text } = await call(port, `/connectors/${name}/status`)
  return status === 200 && isRunning(JSON.parse(text) as ConnectorStatus)
}

const ports = (): readonly [number, number] => {
  const [one, two] = workers
  if (one === undefined || two === undefined) throw new Error('There are two workers.')
  return [one.port, two.port]
}

describe('two workers of a cluster that ask for certificates and passwords', () => {
  test('hand requests on to each other, with the client’s credentials and certificates of their own', async () => {
    const config = { 'connector.class': 'FileStreamSource', file: dir.file('in.txt') }
    const [one, two] = ports()
    // Of every try its own: the workers stay, and so does what a try has left on them.
    const suffix = randomUUID().slice(0, 8)
    const [first, second] = [`first-${suffix}`, `second-${suffix}`] as const
    // One of the two leads, and is asked by the other.
    for (const [name, port] of [
      [first, one],
      [second, two],
    ] as const) {
      const body = { name, config: { ...config, topic: `${topicPrefix('guarded')}${name}` } }
      const { status, location } = await asked(port, 'POST', '/connectors', body)
      expect([status, location]).toEqual([201, `https://localhost:${port}/connectors/${name}`])
    }
    for (const port of [one, two]) {
      for (const name of [first, second])
        await waitFor(`${name} runs`, () => isRunningAt(port, name))
      const hello = JSON.parse((await call(port, '/hello')).text) as { connectors: string[] }
      expect(hello.connectors).toEqual(expect.arrayContaining([first, second]))
    }
    // What is restarted is restarted by whoever has it, whoever is asked.
    for (const port of [one, two]) {
      for (const name of [first, second])
        expect((await asked(port, 'POST', `/connectors/${name}/restart`)).status).toBe(204)
    }
    expect((await asked(two, 'DELETE', `/connectors/${first}`)).status).toBe(204)
    expect((await asked(one, 'DELETE', `/connectors/${second}`)).status).toBe(204)
  }, 120_000)

  test('let nobody in without the one or the other', async () => {
    const { ca } = known
    const nobody = { host: 'localhost', agent: false, ca }
    const stranger = { ...nobody, cert: tlsText('stranger.pem'), key: tlsText('stranger.key') }
    for (const port of ports()) {
      await expect(call(port, '/connectors', { ...nobody, auth: known.auth })).rejects.toThrow()
      await expect(call(port, '/connectors', { ...stranger, auth: known.auth })).rejects.toThrow()
      for (const path of ['/connectors', '/hello', '/openapi.json', '/kafka/connectors']) {
        expect((await call(port, path, withoutUser)).status).toBe(401)
        const headers = { authorization: basic('ann:wrong') }
        expect((await call(port, path, { ...withoutUser, headers })).status).toBe(401)
      }
    }
  })

  test('have /admin at its own listener alone, and everything below the prefix as well', async () => {
    for (const { port, adminPort } of workers) {
      const loggers = (await fetch(`http://localhost:${adminPort}/admin/loggers/root`)).status
      expect(loggers).toBe(200)
      expect((await fetch(`http://localhost:${adminPort}/connectors`)).status).toBe(404)
      expect((await call(port, '/admin/loggers/root')).status).toBe(404)
      expect((await call(port, '/kafka/connectors')).status).toBe(200)
      expect((await call(port, '/kafka/hello')).status).toBe(200)
    }
  })

  test('describe their API, the extension’s path and all that a cluster alone has with it', async () => {
    for (const port of ports()) {
      const { text } = await call(port, '/openapi.json')
      const { paths } = JSON.parse(text) as { readonly paths: Readonly<Record<string, unknown>> }
      expect(Object.keys(paths)).toEqual(
        expect.arrayContaining(['/hello', '/connectors', '/connectors/{connector}/offsets']),
      )
    }
  })
})
