import path from 'node:path'
import { run } from '../../services/cache.ts'
import { startBroker } from '../../services/kafka/broker.ts'
import type { Broker } from '../../services/kafka/broker.ts'
import { installKafka } from '../../services/kafka/install.ts'
import { freePorts } from '../../services/ports.ts'
import { tlsFile } from '../../support/tls-files.ts'

const listeners = ['SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const
export type SecuredListener = (typeof listeners)[number]

/** The session after which a client has to authenticate again on SASL_PLAINTEXT by PLAIN. */
export const sessionMs = 2000
export const users = { plain: ['alice', 'alice-secret'], scram: ['bob', 'bob-secret'] } as const

export interface SecuredBroker {
  readonly broker: Broker
  serversOf(listener: SecuredListener): string
}

const modules = 'org.apache.kafka.common.security'
const mechanisms = {
  plain: `${modules}.plain.PlainLoginModule required user_alice="alice-secret";`,
  'scram-sha-256': `${modules}.scram.ScramLoginModule required;`,
  'scram-sha-512': `${modules}.scram.ScramLoginModule required;`,
  oauthbearer: `${modules}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
}

/** A broker with a listener of each kind beside its plain one; TLS asks for the client's certificate. */
export async function startSecuredBroker(): Promise<SecuredBroker> {
  const [port = 0, controller = 0, ...secured] = await freePorts(2 + listeners.length)
  const bound = listeners.map((name, i) => `${name}://127.0.0.1:${secured[i] ?? 0}`)
  const clients = [`PLAINTEXT://127.0.0.1:${port}`, ...bound].join(',')
  const broker = await startBroker({
    port,
    properties: {
      listeners: `${clients},CONTROLLER://127.0.0.1:${controller}`,
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      'advertised.listeners': clients,
      'listener.security.protocol.map': ['PLAINTEXT', ...listeners]
        .map((name) => `${name}:${name}`)
        .concat('CONTROLLER:PLAINTEXT')
        .join(','),
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      ...saslProperties(),
      'listener.name.sasl_plaintext.plain.connections.max.reauth.ms': String(sessionMs),
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': tlsFile('server-store.pem'),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': tlsFile('ca.pem'),
      'listener.name.ssl.ssl.client.auth': 'required',
    },
  })
  try {
    await Promise.all(['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((each) => addScramUser(broker, each)))
  } catch (error) {
    await broker.stop()
    throw error
  }
  return {
    broker,
    serversOf: (listener) => `127.0.0.1:${secured[listeners.indexOf(listener)] ?? 0}`,
  }
}

function saslProperties(): Record<string, string> {
  const properties: Record<string, string> = {}
  for (const listener of ['sasl_plaintext', 'sasl_ssl']) {
    for (const [mechanism, jaas] of Object.entries(mechanisms)) {
      properties[`listener.name.${listener}.${mechanism}.sasl.jaas.config`] = jaas
    }
  }
  return properties
}

async function addScramUser({ bootstrapServers, dir }: Broker, mechanism: string): Promise<void> {
  const { classPath } = await installKafka()
  const [name, password] = users.scram
  const credentials = `${mechanism}=[password=${password}]`
  await run(
    'java',
    [
      ...['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
      ...[`-Djava.io.tmpdir=${path.resolve(dir)}`, '-cp', classPath, 'kafka.admin.ConfigCommand'],
      ...['--bootstrap-server', bootstrapServers, '--alter', '--add-config', credentials],
      ...['--entity-type', 'users', '--entity-name', name],
    ],
    'Cannot add a SCRAM user',
  )
}
