import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { createAdmin } from '../../../src/kafka/admin/admin.ts'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { openProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import type { ClientConfig } from '../../../src/kafka/types.ts'
import { delay } from '../../../src/util/abort.ts'
import { tlsFile, tlsPasswords, tlsText } from '../../support/tls-files.ts'
import { sessionMs, startSecuredBroker, users } from './secured-broker.ts'
import type { SecuredBroker } from './secured-broker.ts'
import { copyOf } from './support.ts'

let secured: SecuredBroker
const signal = AbortSignal.timeout(120_000)

beforeAll(async () => {
  secured = await startSecuredBroker()
}, 120_000)

afterAll(async () => {
  await (secured as SecuredBroker | undefined)?.broker.stop()
})

const trust = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': tlsFile('ca.pem') }
const known = {
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.key': tlsText('client.key'),
  'ssl.keystore.certificate.chain': tlsText('client.pem'),
}
const module = 'org.apache.kafka.common.security'
const jaasOf = (kind: 'plain' | 'scram', password: string = users[kind][1]): string => {
  const login = kind === 'plain' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  return `${module}.${login} required username="${users[kind][0]}" password="${password}";`
}
const plain = { 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': jaasOf('plain') }
const scram = (bits: 256 | 512, password?: string): ClientConfig => ({
  'sasl.mechanism': `SCRAM-SHA-${bits}`,
  'sasl.jaas.config': jaasOf('scram', password),
})
const oauth = {
  'sasl.mechanism': 'OAUTHBEARER',
  'sasl.jaas.config': `${module}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="carol";`,
}

type Listener = Parameters<SecuredBroker['serversOf']>[0]
const configOf = (listener: Listener, more: ClientConfig): ClientConfig => ({
  'bootstrap.servers': secured.serversOf(listener),
  'security.protocol': listener,
  ...more,
})

/** Creates a topic by kafkajs over our sockets, writes to it and reads it back. */
async function writeAndRead(topic: string, config: ClientConfig): Promise<string[]> {
  const created = { name: topic, partitions: 1, replicationFactor: 1, configs: {} }
  expect(await createAdmin(config).createTopic(created, signal)).toBe(true)
  const failures: Error[] = []
  const producer = await openProducer(config, {
    acknowledged: () => undefined,
    failed: (_from, _to, _partition, error) => failures.push(error),
  })
  await producer.partitionCount(topic, signal)
  const appender = producer.appender(topic, 0)
  for (let i = 0; i < 3; i++) appender.append(i, Date.now(), null, Buffer.from(`v${i}`), null)
  await producer.close(signal)
  expect(failures).toEqual([])
  const client = new KafkaClient(clientOptions(config))
  const consumer = new AssignedConsumer(
    client,
    consumerOptions({ 'auto.offset.reset': 'earliest' }),
  )
  consumer.assign([{ topic, partition: 0 }])
  consumer.reset({ topic, partition: 0 })
  const values: string[] = []
  while (values.length < 3) {
    values.push(...copyOf(await consumer.poll(5000, signal)).map(({ value }) => value ?? ''))
  }
  await consumer.close()
  await client.close()
  return values
}

describe('topics are created, written and read', () => {
  test.each<[string, Listener, ClientConfig]>([
    ['TLS with a client certificate', 'SSL', { ...trust, ...known }],
    [
      'TLS with a PKCS#12 trust store',
      'SSL',
      {
        ...known,
        'ssl.truststore.type': 'PKCS12',
        'ssl.truststore.location': tlsFile('trust.p12'),
        'ssl.truststore.password': tlsPasswords.store,
      },
    ],
    ['PLAIN', 'SASL_PLAINTEXT', plain],
    ['SCRAM-SHA-256', 'SASL_PLAINTEXT', scram(256)],
    ['SCRAM-SHA-512 over TLS', 'SASL_SSL', { ...trust, ...scram(512) }],
    ['OAUTHBEARER over TLS', 'SASL_SSL', { ...trust, ...oauth }],
  ])('by %s', async (name, listener, more) => {
    const topic = name.replaceAll(/\W/g, '-')
    expect(await writeAndRead(topic, configOf(listener, more))).toEqual(['v0', 'v1', 'v2'])
  })
})

describe('a client that is not believed, or does not believe, fails at once and says why', () => {
  test.each<[string, Listener, ClientConfig, string]>([
    ['no client certificate', 'SSL', trust, 'SslAuthenticationException'],
    ['no trust store', 'SASL_SSL', plain, 'its certificate is not trusted'],
    ['a wrong password', 'SASL_PLAINTEXT', scram(256, 'wrong'), 'Check sasl.jaas.config'],
    [
      'a wrong PLAIN password',
      'SASL_PLAINTEXT',
      { ...plain, 'sasl.jaas.config': jaasOf('plain', 'hush') },
      'Authentication by PLAIN failed: Authentication failed: Invalid username or password',
    ],
  ])('%s', async (_name, listener, more, message) => {
    const client = new KafkaClient(clientOptions(configOf(listener, more)))
    try {
      const failure: unknown = await client
        .connect('any', 'test', signal)
        .catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(Error)
      const { javaName, message: text } = failure as Error & { javaName: string }
      expect(`${javaName}: ${text}`).toContain(message)
      expect(text).not.toContain('hush')
      expect(isRetriable(failure)).toBe(false)
    } finally {
      await client.close()
    }
  })

  test('a mechanism that is not enabled names those that are; TLS to a plain port says what to check', async () => {
    const wrong = { ...configOf('SASL_PLAINTEXT', plain), 'security.protocol': 'SSL', ...trust }
    const client = new KafkaClient(clientOptions(wrong))
    await expect(client.connect('any', 'test', signal)).rejects.toThrow('security.protocol')
    await client.close()
  })
})

test('a session that ends is renewed while records flow, on the same connection (KIP-368)', async () => {
  const config = configOf('SASL_PLAINTEXT', plain)
  const topic = 'renewed'
  const created = { name: topic, partitions: 1, replicationFactor: 1, configs: {} }
  await createAdmin(config).createTopic(created, signal)
  const opened = { connectionsOpened: 0 }
  const failures: Error[] = []
  let acknowledged = 0
  const producer = await openProducer(
    config,
    {
      acknowledged: (from, to) => {
        acknowledged += to - from
      },
      failed: (_from, _to, _partition, error) => failures.push(error),
    },
    {
      meter: {
        add: (name, by) => {
          if (name === 'connectionsOpened') opened.connectionsOpened += by
        },
        max: () => undefined,
        setLag: () => undefined,
      },
    },
  )
  await producer.partitionCount(topic, signal)
  await producer.flush(signal)
  const appender = producer.appender(topic, 0)
  const until = Date.now() + 2.5 * sessionMs
  let sent = 0
  let before = 0
  while (Date.now() < until) {
    for (let i = 0; i < 50; i++) appender.append(sent++, Date.now(), null, Buffer.from('v'), null)
    await delay(20)
    if (sent === 500) before = opened.connectionsOpened
  }
  await producer.close(signal)
  expect(failures).toEqual([])
  expect(acknowledged).toBe(sent)
  expect(opened.connectionsOpened).toBe(before)
})
