import { adminKeys as ofAdmins } from './client-keys/admin-keys.ts'
import type { ClientKey } from './client-keys/client-key.ts'
import { connectionKeys as toBrokers } from './client-keys/connection-keys.ts'
import { consumerKeys as ofConsumers } from './client-keys/consumer-keys.ts'
import { oauthKeys } from './client-keys/oauth-keys.ts'
import { producerKeys as ofProducers } from './client-keys/producer-keys.ts'
import { saslKeys } from './client-keys/sasl-keys.ts'
import { tlsKeys } from './client-keys/tls-keys.ts'
import type { ConfigDef, KeySpec } from './config-def.ts'
import { configDef } from './config-def.ts'
import { atLeast, distinctValues } from './validators.ts'

/** Whose keys: those of `ProducerConfig`, `ConsumerConfig` or `AdminClientConfig`. */
export type ClientKind = 'producer' | 'consumer' | 'admin'

const forSecurity = [...tlsKeys, ...saslKeys, ...oauthKeys]

/** Every key of Kafka's clients. `docs/kafka-client-keys.md` is made of this. */
export const clientKeys: Readonly<Record<ClientKind, readonly ClientKey[]>> = {
  producer: [...toBrokers, ...forSecurity, ...ofProducers],
  consumer: [
    ...changed(toBrokers, {
      'client.id': { importance: 'low' },
      'receive.buffer.bytes': { default: 65536 },
    }),
    ...forSecurity,
    ...ofConsumers,
  ],
  admin: [
    ...changed(toBrokers, {
      'bootstrap.servers': {
        default: '',
        validator: distinctValues({ empty: true, null: false }),
      },
      'connections.max.idle.ms': { default: 300000 },
      'enable.metrics.push': { default: false },
      'receive.buffer.bytes': { default: 65536 },
    }),
    ...forSecurity,
    ...ofAdmins,
  ],
}

/** With our defaults: types and documentation of what a connector overrides, and what a client reads. */
export const clientConfigDefs: Readonly<Record<ClientKind, ConfigDef>> = {
  producer: defOf(clientKeys.producer),
  consumer: defOf(clientKeys.consumer),
  admin: defOf(clientKeys.admin),
}

/** The keys by which any client reaches the brokers, as a worker file may hold them without prefix. */
export const connectionKeys: ReadonlySet<string> = new Set(toBrokers.map(({ name }) => name))
export const securityKeys: ReadonlySet<string> = new Set(forSecurity.map(({ name }) => name))

/** The same keys, where a kind of client has them otherwise. */
function changed(
  keys: readonly ClientKey[],
  changes: Readonly<Record<string, Partial<ClientKey>>>,
): ClientKey[] {
  return keys.map((key) => ({ ...key, ...changes[key.name] }))
}

/** The keys as a worker file of a cluster has them without prefix (`DistributedConfig`). */
export const clusterClientConfig: ConfigDef = defOf(
  changed([...toBrokers, ...forSecurity], {
    'request.timeout.ms': { default: 40_000 },
    'socket.connection.setup.timeout.ms': { validator: atLeast(0) },
    'socket.connection.setup.timeout.max.ms': { validator: atLeast(0) },
  }),
)

function defOf(keys: readonly ClientKey[]): ConfigDef {
  const specs = keys.map(({ name, type, importance, validator, doc, ours, ...key }) => {
    const spec = { type, importance, doc, ...(validator && { validator }) }
    const value = ours === undefined ? key.default : ours.default
    return [name, (value === undefined ? spec : { ...spec, default: value }) as KeySpec] as const
  })
  return configDef(Object.fromEntries(specs))
}
