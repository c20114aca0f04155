import type { ConfigDef, KeySpec } from './config-def.ts'
import { configDef } from './config-def.ts'

/**
 * The keys of Kafka's clients (`ProducerConfig`, `ConsumerConfig`, `AdminClientConfig`), with our own defaults. They
 * give types and documentation to what a connector overrides; a client reads its keys itself and leaves others alone.
 */

type Row = readonly [
  name: string,
  type: KeySpec['type'],
  defaultValue: KeySpec['default'],
  importance: KeySpec['importance'],
  doc: string,
]

/** How a client finds and reaches the brokers. */
const connection: readonly Row[] = [
  ['bootstrap.servers', 'list', '', 'high', 'Brokers to find the cluster by, as host:port.'],
  ['client.dns.lookup', 'string', 'use_all_dns_ips', 'medium', 'How host names are resolved.'],
  ['client.id', 'string', '', 'medium', 'Name of the client in the brokers’ logs and metrics.'],
  ['connections.max.idle.ms', 'long', 540000, 'medium', 'After how long an idle connection ends.'],
  ['metadata.max.age.ms', 'long', 300000, 'low', 'After how long metadata is asked for anew.'],
  ['receive.buffer.bytes', 'int', 65536, 'medium', 'Receive buffer of a socket; -1: the system’s.'],
  ['send.buffer.bytes', 'int', 131072, 'medium', 'Send buffer of a socket; -1: the system’s.'],
  ['reconnect.backoff.ms', 'long', 50, 'low', 'Wait before connecting to a broker again.'],
  ['reconnect.backoff.max.ms', 'long', 1000, 'low', 'Longest wait before connecting again.'],
  ['retry.backoff.ms', 'long', 100, 'low', 'Wait before a failed request is repeated.'],
  ['retry.backoff.max.ms', 'long', 1000, 'low', 'Longest wait before a request is repeated.'],
  ['request.timeout.ms', 'int', 30000, 'medium', 'How long an answer is waited for.'],
  ['socket.connection.setup.timeout.ms', 'long', 10000, 'medium', 'Time limit to connect.'],
  ['socket.connection.setup.timeout.max.ms', 'long', 30000, 'medium', 'Longest such limit.'],
  [
    'metadata.recovery.strategy',
    'string',
    'rebootstrap',
    'low',
    'What to do when no broker answers.',
  ],
  ['metadata.recovery.rebootstrap.trigger.ms', 'long', 300000, 'low', 'And after how long.'],
  ['metric.reporters', 'list', '', 'low', 'Accepted; has no effect.'],
  ['metrics.num.samples', 'int', 2, 'low', 'Accepted; has no effect.'],
  ['metrics.recording.level', 'string', 'INFO', 'low', 'Accepted; has no effect.'],
  ['metrics.sample.window.ms', 'long', 30000, 'low', 'Accepted; has no effect.'],
]

/** How a client proves who it is, and whom it trusts. */
const security: readonly Row[] = [
  [
    'security.protocol',
    'string',
    'PLAINTEXT',
    'medium',
    'PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.',
  ],
  ['security.providers', 'string', null, 'low', 'Accepted; has no effect.'],
  ['sasl.mechanism', 'string', 'GSSAPI', 'medium', 'SASL mechanism, e.g. SCRAM-SHA-512.'],
  ['sasl.jaas.config', 'password', null, 'medium', 'Login in JAAS format, user and password.'],
  ['sasl.client.callback.handler.class', 'class', null, 'medium', 'Handler of SASL callbacks.'],
  ['sasl.login.callback.handler.class', 'class', null, 'medium', 'Handler of login callbacks.'],
  ['sasl.login.class', 'class', null, 'medium', 'How to log in.'],
  ['sasl.kerberos.service.name', 'string', null, 'medium', 'Kerberos name of the brokers.'],
  ['sasl.kerberos.kinit.cmd', 'string', '/usr/bin/kinit', 'low', 'Path of kinit.'],
  ['sasl.kerberos.ticket.renew.window.factor', 'double', 0.8, 'low', 'When to renew a ticket.'],
  ['sasl.kerberos.ticket.renew.jitter', 'double', 0.05, 'low', 'Jitter of that time.'],
  ['sasl.kerberos.min.time.before.relogin', 'long', 60000, 'low', 'Least time between logins.'],
  ['sasl.login.refresh.window.factor', 'double', 0.8, 'low', 'When to refresh a token.'],
  ['sasl.login.refresh.window.jitter', 'double', 0.05, 'low', 'Jitter of that time.'],
  ['sasl.login.refresh.min.period.seconds', 'short', 60, 'low', 'Least time between refreshes.'],
  [
    'sasl.login.refresh.buffer.seconds',
    'short',
    300,
    'low',
    'Time left when refreshing at the latest.',
  ],
  [
    'sasl.login.connect.timeout.ms',
    'int',
    null,
    'low',
    'Time limit to connect to the login server.',
  ],
  ['sasl.login.read.timeout.ms', 'int', null, 'low', 'Time limit of the login server’s answer.'],
  ['sasl.login.retry.backoff.ms', 'long', 100, 'low', 'Wait before a login is repeated.'],
  [
    'sasl.login.retry.backoff.max.ms',
    'long',
    10000,
    'low',
    'Longest wait before a login is repeated.',
  ],
  ['sasl.oauthbearer.client.credentials.client.id', 'string', null, 'medium', 'Id to log in with.'],
  [
    'sasl.oauthbearer.client.credentials.client.secret',
    'password',
    null,
    'medium',
    'Secret to log in with.',
  ],
  ['sasl.oauthbearer.scope', 'string', null, 'medium', 'Scope of the tokens asked for.'],
  ['sasl.oauthbearer.scope.claim.name', 'string', 'scope', 'low', 'Claim that holds the scope.'],
  ['sasl.oauthbearer.sub.claim.name', 'string', 'sub', 'low', 'Claim that holds the subject.'],
  ['sasl.oauthbearer.token.endpoint.url', 'string', null, 'medium', 'Where tokens are issued.'],
  ['sasl.oauthbearer.jwks.endpoint.url', 'string', null, 'medium', 'Where the keys are published.'],
  ['sasl.oauthbearer.jwks.endpoint.refresh.ms', 'long', 3600000, 'low', 'How long keys are kept.'],
  [
    'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms',
    'long',
    100,
    'low',
    'Wait before asking again.',
  ],
  [
    'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms',
    'long',
    10000,
    'low',
    'Longest such wait.',
  ],
  ['sasl.oauthbearer.clock.skew.seconds', 'int', 30, 'low', 'Difference of clocks allowed.'],
  ['sasl.oauthbearer.expected.audience', 'list', null, 'low', 'Audiences accepted.'],
  ['sasl.oauthbearer.expected.issuer', 'string', null, 'low', 'Issuer accepted.'],
  ['sasl.oauthbearer.header.urlencode', 'boolean', false, 'low', 'Encode the credentials’ header.'],
  ['ssl.protocol', 'string', 'TLSv1.3', 'medium', 'TLS version to begin with.'],
  ['ssl.enabled.protocols', 'list', 'TLSv1.2,TLSv1.3', 'medium', 'TLS versions allowed.'],
  ['ssl.provider', 'string', null, 'medium', 'Accepted; has no effect.'],
  ['ssl.cipher.suites', 'list', null, 'low', 'Cipher suites allowed.'],
  ['ssl.keystore.type', 'string', 'JKS', 'medium', 'Format of the key store: JKS, PKCS12 or PEM.'],
  ['ssl.keystore.location', 'string', null, 'high', 'File of the key store.'],
  ['ssl.keystore.password', 'password', null, 'high', 'Password of the key store.'],
  ['ssl.key.password', 'password', null, 'high', 'Password of the private key.'],
  ['ssl.keystore.key', 'password', null, 'high', 'Private key in PEM format.'],
  ['ssl.keystore.certificate.chain', 'password', null, 'high', 'Certificates in PEM format.'],
  ['ssl.truststore.type', 'string', 'JKS', 'medium', 'Format of the trust store.'],
  ['ssl.truststore.location', 'string', null, 'high', 'File of the trust store.'],
  ['ssl.truststore.password', 'password', null, 'high', 'Password of the trust store.'],
  ['ssl.truststore.certificates', 'password', null, 'high', 'Certificates trusted, in PEM format.'],
  ['ssl.keymanager.algorithm', 'string', 'SunX509', 'low', 'Accepted; has no effect.'],
  ['ssl.trustmanager.algorithm', 'string', 'PKIX', 'low', 'Accepted; has no effect.'],
  [
    'ssl.endpoint.identification.algorithm',
    'string',
    'https',
    'low',
    'Empty: host names are not checked.',
  ],
  ['ssl.secure.random.implementation', 'string', null, 'low', 'Accepted; has no effect.'],
  ['ssl.engine.factory.class', 'class', null, 'low', 'Accepted; has no effect.'],
]

const producer: readonly Row[] = [
  ['acks', 'string', 'all', 'low', 'Replicas that must have a record: 0, 1 or all.'],
  ['batch.size', 'int', 262144, 'medium', 'Bytes of a full batch.'],
  ['buffer.memory', 'long', 4194304, 'high', 'Bytes that may wait to be sent.'],
  ['compression.type', 'string', 'none', 'high', 'none, gzip, snappy, lz4 or zstd.'],
  ['compression.gzip.level', 'int', -1, 'medium', 'Level of gzip.'],
  ['compression.lz4.level', 'int', 9, 'medium', 'Accepted: ours has one level, a fast one.'],
  ['compression.zstd.level', 'int', 3, 'medium', 'Level of zstd.'],
  ['delivery.timeout.ms', 'int', 2147483647, 'medium', 'After how long a record counts as failed.'],
  ['enable.idempotence', 'boolean', true, 'low', 'No duplicates from retries.'],
  ['enable.metrics.push', 'boolean', true, 'low', 'Accepted; has no effect.'],
  ['interceptor.classes', 'list', '', 'low', 'Accepted; has no effect.'],
  ['key.serializer', 'class', null, 'high', 'Accepted; has no effect.'],
  ['value.serializer', 'class', null, 'high', 'Accepted; has no effect.'],
  ['linger.ms', 'long', 0, 'medium', 'How long a batch waits for more records.'],
  [
    'max.block.ms',
    'long',
    Number.MAX_SAFE_INTEGER,
    'medium',
    'How long an unknown topic is waited for.',
  ],
  [
    'max.in.flight.requests.per.connection',
    'int',
    5,
    'low',
    'Requests a broker has not answered yet.',
  ],
  ['max.request.size', 'int', 1048576, 'medium', 'Most bytes of a request, and of a record.'],
  ['metadata.max.idle.ms', 'long', 300000, 'low', 'After how long an idle topic is forgotten.'],
  [
    'partitioner.adaptive.partitioning.enable',
    'boolean',
    true,
    'low',
    'Prefer brokers that are quicker.',
  ],
  ['partitioner.availability.timeout.ms', 'long', 0, 'low', 'When a broker counts as unavailable.'],
  ['partitioner.class', 'class', null, 'medium', 'How partitions are chosen.'],
  ['partitioner.ignore.keys', 'boolean', false, 'medium', 'Choose partitions without the key.'],
  ['retries', 'int', 2147483647, 'high', 'How often a failed request is repeated.'],
  ['transaction.timeout.ms', 'int', 60000, 'low', 'After how long a transaction is aborted.'],
  ['transaction.two.phase.commit.enable', 'boolean', false, 'low', 'Accepted; has no effect.'],
  ['transactional.id', 'string', null, 'low', 'Name of the transactions.'],
]

const consumer: readonly Row[] = [
  ['allow.auto.create.topics', 'boolean', true, 'medium', 'Topics may be created by reading them.'],
  ['auto.commit.interval.ms', 'int', 5000, 'low', 'Accepted; has no effect.'],
  [
    'auto.offset.reset',
    'string',
    'earliest',
    'medium',
    'Where to begin: earliest, latest, none, or by_duration:PT1H and the like.',
  ],
  ['check.crcs', 'boolean', true, 'low', 'Verify checksums.'],
  ['client.rack', 'string', '', 'low', 'Rack of the client, to read from a replica near.'],
  ['default.api.timeout.ms', 'int', 60000, 'medium', 'Time limit of a call.'],
  ['enable.auto.commit', 'boolean', false, 'medium', 'Offsets are committed by the worker alone.'],
  ['enable.metrics.push', 'boolean', true, 'low', 'Accepted; has no effect.'],
  [
    'exclude.internal.topics',
    'boolean',
    true,
    'medium',
    'A pattern does not match internal topics.',
  ],
  ['fetch.max.bytes', 'int', 52428800, 'medium', 'Most bytes of one fetch.'],
  ['fetch.max.wait.ms', 'int', 500, 'low', 'How long a fetch waits for data.'],
  ['fetch.min.bytes', 'int', 1, 'high', 'Least bytes of a fetch.'],
  ['group.id', 'string', null, 'high', 'Consumer group.'],
  ['group.instance.id', 'string', null, 'medium', 'Static member of the group.'],
  ['group.protocol', 'string', 'classic', 'high', 'Group protocol.'],
  ['group.remote.assignor', 'string', null, 'medium', 'Assignor of the broker.'],
  ['heartbeat.interval.ms', 'int', 3000, 'high', 'Time between heartbeats.'],
  ['interceptor.classes', 'list', '', 'low', 'Accepted; has no effect.'],
  [
    'isolation.level',
    'string',
    'read_uncommitted',
    'medium',
    'read_committed skips aborted records.',
  ],
  ['key.deserializer', 'class', null, 'high', 'Accepted; has no effect.'],
  ['value.deserializer', 'class', null, 'high', 'Accepted; has no effect.'],
  ['max.partition.fetch.bytes', 'int', 1048576, 'high', 'Most bytes a partition of a fetch.'],
  ['max.poll.interval.ms', 'int', 300000, 'medium', 'Longest time between polls.'],
  ['max.poll.records', 'int', 500, 'medium', 'Most records of a poll.'],
  ['partition.assignment.strategy', 'list', '', 'medium', 'Assignors, preferred first.'],
  ['session.timeout.ms', 'int', 45000, 'high', 'After how long without heartbeat a member is out.'],
]

const admin: readonly Row[] = [
  ['default.api.timeout.ms', 'int', 60000, 'medium', 'Time limit of a call.'],
  ['enable.metrics.push', 'boolean', true, 'low', 'Accepted; has no effect.'],
  ['retries', 'int', 2147483647, 'low', 'How often a failed request is repeated.'],
]

export const producerKeys = defOf([...connection, ...security, ...producer])
export const consumerKeys = defOf([...connection, ...security, ...consumer])
export const adminKeys = defOf([...connection, ...security, ...admin])

/** The keys by which any client reaches the brokers, as a worker file may hold them without prefix. */
export const connectionKeys: ReadonlySet<string> = new Set(connection.map(([name]) => name))
export const securityKeys: ReadonlySet<string> = new Set(security.map(([name]) => name))

function defOf(rows: readonly Row[]): ConfigDef {
  const specs = rows.map(([name, type, defaultValue, importance, doc]) => {
    return [name, { type, default: defaultValue, importance, doc } as KeySpec] as const
  })
  return configDef(Object.fromEntries(specs))
}
