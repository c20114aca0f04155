import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStandaloneConfig } from '../../src/config/standalone-config.ts'
import { restConfig } from '../../src/rest/rest-config.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { setUp } from '../herder/set-up.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'

function read(prefix: string) {
  const worker = {
    ...{ 'key.converter': json, 'value.converter': json, 'rest.path.prefix': prefix },
    ...{ 'bootstrap.servers': 'broker:9092', listeners: 'http://127.0.0.1:0' },
  }
  const { config, originals } = readStandaloneConfig(worker, { source: 'worker.properties' })
  return restConfig(config, originals)
}

describe('with rest.path.prefix', () => {
  let server: RestServer
  let url: string

  beforeAll(async () => {
    setLogSink(() => undefined)
    server = createRestServer({ ...read('/a/kafka.connect/'), version: '0', commit: '0' })
    const [listener] = await server.start()
    url = `http://127.0.0.1:${listener?.port ?? 0}`
    const { herder } = setUp({})
    server.attach(herder)
    herder.markReady()
  })
  afterAll(() => server.stop(1000))

  test.each([
    ['/a/kafka.connect', 200],
    ['/a/kafka.connect?x=1', 200],
    ['/a/kafka.connect/', 200],
    ['/a/kafka.connect/connectors?expand=status', 200],
    ['/a/kafka.connect/admin/loggers', 200],
    ['/connectors', 200],
    ['/', 200],
    ['/a/kafka.connectors', 404],
    ['/a/kafkaxconnect/connectors', 404],
    ['/a/kafka.connect/nothing', 404],
    ['/a/kafka.connect/a/kafka.connect/connectors', 404],
    ['/a/kafka.connect//connectors', 404],
  ])('%s is answered %i', async (path, status) => {
    expect((await fetch(url + path)).status).toBe(status)
  })

  test.each(['', '/a/kafka.connect'])(
    'a Location begins with "%s" where the request did',
    async (prefix) => {
      const name = prefix === '' ? 'plain' : 'prefixed'
      const created = await fetch(`${url}${prefix}/connectors`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name, config: { 'connector.class': 'Numbers' } }),
      })
      expect(created.headers.get('location')).toBe(`${url}${prefix}/connectors/${name}`)
    },
  )
})

test.each(['kafka', '/', '/a//b', '/a?b', '/a b', '/ä'])('the prefix %s is refused', (prefix) => {
  expect(() => read(prefix)).toThrow(`Invalid value ${prefix} for configuration rest.path.prefix`)
})

test.each(['', '/kafka-connect', '/a/b/'])('the prefix %s is taken', (prefix) => {
  expect(read(prefix).pathPrefix).toBe(prefix.replace(/\/$/, ''))
})
