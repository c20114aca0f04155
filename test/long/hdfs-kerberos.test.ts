import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { negotiateInChild } from '../../connectors/hdfs/kerberos/child-negotiation.ts'
import { KerberosSession } from '../../connectors/hdfs/kerberos/kerberos-session.ts'
import { openKerberos } from '../../connectors/hdfs/kerberos/open-kerberos.ts'
import type { Authentication } from '../../connectors/hdfs/webhdfs/authentication.ts'
import { Connections } from '../../connectors/hdfs/webhdfs/exchange.ts'
import { exceptionOf } from '../../connectors/hdfs/webhdfs/remote-exception.ts'
import { WebHdfsClient } from '../../connectors/hdfs/webhdfs/webhdfs-client.ts'
import { isRetriable } from '../../src/api/index.ts'
import { contentsOf } from '../services/hadoop/mini-hdfs.ts'
import { startSecureHdfs } from '../services/hadoop/secure-hdfs.ts'
import type { SecureHdfs } from '../services/hadoop/secure-hdfs.ts'
import { installKerberos } from '../services/kerberos/install.ts'
import { root } from '../services/paths.ts'
import { delay } from '../../src/util/abort.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { Sluice, scratchDir } from '../support/sluice.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'

/** How long a token is good: the shortest in which a busy machine renews it in time. */
const tokenMs = 20_000
const never = new AbortController().signal
const entry = new URL(`file://${path.join(root, 'dist', 'connectors', 'hdfs', 'negotiate.js')}`)

let hdfs: SecureHdfs
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  const modules = await installKerberos()
  hdfs = await startSecureHdfs({ nameNodes: 2, tokenMs })
  env = { NODE_PATH: modules, KRB5_CONFIG: hdfs.krb5Conf }
  Object.assign(process.env, env)
}, 900_000)
afterAll(() => hdfs[Symbol.asyncDispose]())

interface Opened extends AsyncDisposable {
  readonly client: WebHdfsClient
  readonly authentication: Authentication
}

async function open(overrides: Readonly<Record<string, string>> = {}): Promise<Opened> {
  const config = {
    'connect.hdfs.principal': hdfs.principal,
    'connect.hdfs.keytab': hdfs.keytab,
    'kerberos.ticket.renew.period.ms': 3_600_000,
    'webhdfs.timeout.ms': 60_000,
    ...overrides,
  }
  const authentication = await openKerberos(config, { entry })
  const client = clientWith({}, authentication)
  const close = async (): Promise<void> => {
    await authentication.close()
    client.close()
  }
  return { client, authentication, [Symbol.asyncDispose]: close }
}

function clientWith(
  query: Readonly<Record<string, string>>,
  authentication?: Authentication,
): WebHdfsClient {
  return new WebHdfsClient({
    ...{ identity: { query }, timeoutMs: 60_000 },
    addresses: hdfs.http.map((address) => new URL(address)),
    ...(authentication === undefined ? {} : { authentication }),
  })
}

const write = (client: WebHdfsClient, file: string, text: string): Promise<void> => {
  const bytes = Buffer.from(text)
  const body = { bytes: bytes.length, read: () => [bytes] }
  return client.create(file, body, { overwrite: true }, never)
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

/** The token that goes with requests now. */
async function tokenOf({ authentication }: Opened): Promise<string> {
  const { query } = await authentication.proof(new URL(hdfs.http[0] ?? ''), never)
  return query.delegation ?? ''
}

describe('with a ticket from a real KDC', () => {
  test('files are written and read for longer than a token is good, over a failover, with one token', async () => {
    await using opened = await open()
    const { client, authentication } = opened
    const until = Date.now() + 3 * tokenMs
    let files = 0
    for (let active = 0; Date.now() < until; active = 1 - active) {
      await hdfs.control(`/ha/failover/${active}`)
      for (let count = 0; count < 10; count++, files++) {
        await write(client, `/long/${files}`, `contents of ${files}`)
        const contents = await contentsOf(client, `/long/${files}`)
        expect(contents.toString()).toBe(`contents of ${files}`)
        await delay(500)
      }
    }
    await hdfs.control('/ha/failover/0')
    expect((await client.list('/long', never))?.length).toBe(files)
    expect(authentication.generation).toBe(1)
  })

  test('a token that ended while nothing was asked gives way to another', async () => {
    await using opened = await open()
    await write(opened.client, '/idle', 'before')
    await delay(tokenMs + 2000)
    await write(opened.client, '/idle', 'after')
    expect((await contentsOf(opened.client, '/idle')).toString()).toBe('after')
    expect(opened.authentication.generation).toBe(2)
  })

  test('a token that somebody cancelled gives way to another', async () => {
    await using opened = await open()
    await write(opened.client, '/cancelled', 'before')
    const connections = new Connections()
    const { principal, keytab } = hdfs
    const negotiate = negotiateInChild({ name: principal, keytab }, { entry })
    const now = (): number => Date.now()
    const session = new KerberosSession({
      ...{ connections, negotiate, now, principal, timeoutMs: 60_000 },
    })
    const query = `op=CANCELDELEGATIONTOKEN&token=${await tokenOf(opened)}`
    const address = new URL(hdfs.http[0] ?? '')
    await session.ask(address, { method: 'PUT', query, action: 'cancel' }, never)
    connections.close()
    await write(opened.client, '/cancelled', 'after')
    expect((await contentsOf(opened.client, '/cancelled')).toString()).toBe('after')
    expect(opened.authentication.generation).toBe(2)
  })

  test('the token is good for nothing once the task has stopped', async () => {
    const opened = await open()
    await write(opened.client, '/stopped', 'before')
    const delegation = await tokenOf(opened)
    const other = clientWith({ delegation })
    expect((await other.status('/stopped', never))?.bytes).toBe(6)
    await opened[Symbol.asyncDispose]()
    expect(exceptionOf(await failureOf(other.status('/stopped', never)))).toBe('InvalidToken')
    other.close()
  })
})

describe('what Kerberos refuses is said', () => {
  test('of nobody', async () => {
    const client = clientWith({ 'user.name': 'sluice' })
    const error = await failureOf(client.status('/', never))
    expect(String(error)).toContain('It asks for Kerberos (set hdfs.authentication.kerberos)')
    client.close()
  })

  test('of a principal whose key is not in the keytab', async () => {
    await using opened = await open({ 'connect.hdfs.keytab': hdfs.serviceKeytab })
    const error = await failureOf(opened.client.status('/', never))
    expect(String(error)).toContain(
      'Kerberos gives sluice@SLUICE.TEST no ticket for HTTP@localhost',
    )
    expect(String(error)).toContain('whose key is in the file of connect.hdfs.keytab')
  })

  test('of a KDC that cannot be reached, for the moment', async () => {
    const moved = `${hdfs.krb5Conf}.moved`
    const conf = await readFile(hdfs.krb5Conf, 'utf8')
    await writeFile(moved, conf.replace(/kdc = localhost:\d+/, 'kdc = localhost:1'))
    process.env.KRB5_CONFIG = moved
    try {
      await using opened = await open()
      const error = await failureOf(opened.client.status('/', never))
      expect(String(error)).toContain("Cannot contact any KDC for realm 'SLUICE.TEST'")
      expect(isRetriable(error)).toBe(true)
    } finally {
      process.env.KRB5_CONFIG = hdfs.krb5Conf
    }
  })
})

test('a sink of a worker writes by its principal, and a source reads it back; nothing secret is logged', async () => {
  await using dir = await scratchDir()
  await using kafka = await openKafkaClient(inject('bootstrapServers'))
  const topic = `${topicPrefix('hdfs-kerberos')}numbers`
  const back = topic.replace('numbers', 'back')
  await kafka.createTopic(topic)
  await kafka.createTopic(back)
  const common = {
    'tasks.max': '1',
    'store.url': 'hdfs://sluice',
    'webhdfs.url': hdfs.http.join(','),
    'hdfs.authentication.kerberos': 'true',
    'connect.hdfs.principal': hdfs.principal,
    'connect.hdfs.keytab': hdfs.keytab,
    'topics.dir': `/topics-of-${topic}`,
  }
  const sink = {
    ...{ ...common, name: `${topic}-sink`, topics: topic, 'flush.size': '10' },
    'connector.class': 'io.confluent.connect.hdfs3.Hdfs3SinkConnector',
    'format.class': 'io.confluent.connect.hdfs3.json.JsonFormat',
  }
  const source = {
    ...{ ...common, name: `${topic}-source`, 'hdfs.poll.interval.ms': '500' },
    'connector.class': 'io.confluent.connect.hdfs3.Hdfs3SourceConnector',
    'format.class': 'io.confluent.connect.hdfs3.json.JsonFormat',
    transforms: 'to',
    'transforms.to.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.to.regex': '(.*)numbers',
    'transforms.to.replacement': '$1back',
  }
  await using worker = await Sluice.start({
    ...{ dir, env, bootstrapServers: inject('bootstrapServers') },
    properties: {
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
      'offset.storage.file.filename': dir.file('offsets'),
      'offset.flush.interval.ms': '200',
    },
    connectorFiles: [
      await dir.properties('sink.properties', sink),
      await dir.properties('source.properties', source),
    ],
  })
  await using opened = await open()
  const folder = `/topics-of-${topic}/${topic}/partition=0`
  let count = 0
  for (let round = 1; round <= 4; round++) {
    const values = Array.from({ length: 10 }, () => JSON.stringify({ n: count++ }))
    await kafka.send(topic, values)
    await waitFor(
      `file ${round}`,
      async () => ((await opened.client.list(folder, never)) ?? []).length >= round || undefined,
      { timeoutMs: 120_000 },
    )
    // Behind the end of the first token.
    await delay(tokenMs / 3)
  }
  const found = await waitFor(
    'all to come back',
    async () => {
      const values = await kafka.readValues(back)
      return values.length >= count ? values : undefined
    },
    { timeoutMs: 120_000 },
  )
  expect(found.map((text) => (JSON.parse(text ?? '') as { readonly n: number }).n)).toEqual(
    Array.from({ length: count }, (_, n) => n),
  )
  expect(await worker.process.stop()).toBe(143)
  const log = worker.process.log()
  expect(log).toContain('gave a delegation token to sluice')
  expect(log).not.toMatch(/delegation=|Negotiate |hadoop\.auth=|could not be renewed/)
})
