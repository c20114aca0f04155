import { expect, test } from 'vitest'
import { readDistributedConfig } from '../../src/config/distributed-config.ts'
import { NotLeaderError } from '../../src/errors/forwarding-errors.ts'
import type { Herder } from '../../src/herder/herder.ts'
import { peerTls, restConfig } from '../../src/rest/rest-config.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { tlsFile, tlsPasswords } from '../support/tls-files.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
const worker = {
  'bootstrap.servers': 'broker:9092',
  'key.converter': json,
  'value.converter': json,
  'group.id': 'g',
  'config.storage.topic': 'c',
  'offset.storage.topic': 'o',
  'status.storage.topic': 's',
}
const identity = {
  'listeners.https.ssl.keystore.location': tlsFile('server.p12'),
  'listeners.https.ssl.keystore.password': tlsPasswords.store,
  'listeners.https.ssl.truststore.type': 'PEM',
  'listeners.https.ssl.truststore.location': tlsFile('ca.pem'),
}

async function start(
  properties: Readonly<Record<string, string>>,
  herder: Partial<Herder>,
): Promise<{ readonly server: RestServer; readonly port: number }> {
  const { config, originals } = readDistributedConfig({ ...worker, ...properties }, { source: '' })
  const server = createRestServer({
    ...restConfig(config, originals),
    peers: peerTls(originals),
    version: '0.0.0',
    commit: '0123456789abcdef',
  })
  const [listener] = await server.start()
  server.attach(herder as Herder)
  return { server, port: listener?.port ?? 0 }
}

test.each([
  ['with the certificate of its listeners', identity, [204, '']],
  [
    'and not without one where it is asked for it',
    {
      'listeners.https.ssl.truststore.type': 'PEM',
      'listeners.https.ssl.truststore.location': tlsFile('ca.pem'),
    },
    [500, expect.stringContaining('IO Error trying to forward REST request: ')],
  ],
])('a worker asks another by https %s', async (_, keys, expected) => {
  setLogSink(() => undefined)
  const deleted: string[] = []
  const leader = await start(
    {
      ...identity,
      listeners: 'https://localhost:0',
      'listeners.https.ssl.client.auth': 'required',
    },
    {
      deleteConnector: (name) => {
        deleted.push(name)
        return Promise.resolve()
      },
    },
  )
  const url = `https://localhost:${leader.port}/`
  const follower = await start(
    { ...keys, listeners: 'http://localhost:0' },
    { deleteConnector: () => Promise.reject(new NotLeaderError('', url)) },
  )
  try {
    const path = `http://localhost:${follower.port}/connectors/c`
    const response = await fetch(path, { method: 'DELETE' })
    expect([response.status, await response.text()]).toEqual(expected)
    expect(deleted).toEqual(response.ok ? ['c'] : [])
  } finally {
    await follower.server.stop(1000)
    await leader.server.stop(1000)
  }
})
