import { ConfigError, configDef } from '../../api/index.ts'
import type { ConfigOf, KeySpec } from '../../api/index.ts'
import {
  anyIds,
  idDeserializers,
  idSerializers,
  noContext,
  prefixIds,
  subjectStrategies,
  topicNames,
} from './class-names.ts'

/**
 * The keys by which a converter finds its registry, proves who it is and chooses schemas (`AbstractKafkaSchemaSerDeConfig`,
 * `SchemaRegistryClientConfig`). `schema.registry.ssl.*` and `request.header.<Name>` are read beside them.
 */

const client = {
  'schema.registry.url': {
    type: 'list',
    importance: 'high',
    doc: 'Addresses of the schema registry, separated by commas; where one does not answer the next is asked.',
  },
  'url.randomize': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Begin with any of the addresses instead of the first.',
  },
  'http.connect.timeout.ms': {
    type: 'int',
    default: 60_000,
    min: 1,
    importance: 'low',
    doc: 'Time limit to connect.',
  },
  'http.read.timeout.ms': {
    type: 'int',
    default: 60_000,
    min: 1,
    importance: 'low',
    doc: 'Time limit of an answer.',
  },
  'max.retries': {
    type: 'int',
    default: 3,
    min: 0,
    importance: 'low',
    doc: 'How often all addresses are asked again.',
  },
  'retries.wait.ms': {
    type: 'int',
    default: 1000,
    min: 0,
    importance: 'low',
    doc: 'Longest wait before the first of these; it doubles with each.',
  },
  'retries.max.wait.ms': {
    type: 'int',
    default: 20_000,
    min: 0,
    importance: 'low',
    doc: 'Longest wait before any of them.',
  },
  'proxy.host': {
    type: 'string',
    default: '',
    importance: 'low',
    doc: 'Host of an HTTP proxy to the registry.',
  },
  'proxy.port': { type: 'int', default: -1, importance: 'low', doc: 'Port of that proxy.' },
} as const satisfies Record<string, KeySpec>

const credentials = {
  'basic.auth.credentials.source': {
    type: 'string',
    default: null,
    importance: 'medium',
    doc: 'Where user and password are: URL, USER_INFO or SASL_INHERIT. None are sent where it is not given.',
  },
  'basic.auth.user.info': {
    type: 'password',
    default: '',
    importance: 'medium',
    doc: 'User and password, as user:password.',
  },
  'schema.registry.basic.auth.user.info': {
    type: 'password',
    default: '',
    importance: 'medium',
    doc: 'The old name of basic.auth.user.info.',
  },
  'bearer.auth.credentials.source': {
    type: 'string',
    default: null,
    importance: 'medium',
    doc: 'Where a token comes from: STATIC_TOKEN or OAUTHBEARER. None is sent where it is not given.',
  },
  'bearer.auth.token': { type: 'password', default: '', importance: 'medium', doc: 'The token.' },
  'bearer.auth.issuer.endpoint.url': {
    type: 'string',
    default: null,
    importance: 'medium',
    doc: 'Where tokens are issued for client credentials.',
  },
  'bearer.auth.client.id': {
    type: 'string',
    default: null,
    importance: 'medium',
    doc: 'Id to ask for a token with.',
  },
  'bearer.auth.client.secret': {
    type: 'password',
    default: null,
    importance: 'medium',
    doc: 'Secret to ask for a token with.',
  },
  'bearer.auth.scope': {
    type: 'string',
    default: null,
    importance: 'medium',
    doc: 'Scope of the token asked for.',
  },
  'bearer.auth.logical.cluster': {
    type: 'string',
    default: null,
    importance: 'medium',
    doc: 'Sent as the header target-sr-cluster.',
  },
  'bearer.auth.identity.pool.id': {
    type: 'string',
    default: null,
    importance: 'medium',
    doc: 'Sent as the header Confluent-Identity-Pool-Id.',
  },
  'bearer.auth.cache.expiry.buffer.seconds': {
    type: 'short',
    default: 300,
    min: 0,
    max: 3600,
    importance: 'low',
    doc: 'How long before its end a token is renewed.',
  },
  'sasl.jaas.config': {
    type: 'password',
    default: null,
    importance: 'medium',
    doc: 'Login that basic.auth.credentials.source=SASL_INHERIT takes user and password from.',
  },
} as const satisfies Record<string, KeySpec>

const schemas = {
  'auto.register.schemas': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    doc: 'Register schemas that the registry has not.',
  },
  'normalize.schemas': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Have the registry normalize schemas before it compares them.',
  },
  'use.schema.id': {
    type: 'int',
    default: -1,
    importance: 'low',
    doc: 'Write with the schema of this id, where schemas are not registered.',
  },
  'use.schema.guid': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Write with the schema of this GUID, where schemas are not registered.',
  },
  'id.compatibility.strict': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Refuse a schema of use.schema.id that cannot read the data.',
  },
  'use.latest.version': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Write with the latest schema of the subject, where schemas are not registered.',
  },
  'use.latest.with.metadata': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Write with the latest schema that has these properties, as key=value,key=value.',
  },
  'latest.compatibility.strict': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Refuse a latest schema that cannot read the data.',
  },
  'latest.cache.ttl.sec': {
    type: 'int',
    default: -1,
    importance: 'low',
    doc: 'After how many seconds the latest schema is asked for again; -1: never.',
  },
  'max.schemas.per.subject': {
    type: 'int',
    default: 1000,
    min: 1,
    importance: 'low',
    doc: 'How many schemas of a topic are kept.',
  },
  'key.subject.name.strategy': {
    type: 'class',
    classes: subjectStrategies,
    default: topicNames,
    importance: 'medium',
    doc: 'How the subject of a key’s schema is named.',
  },
  'value.subject.name.strategy': {
    type: 'class',
    classes: subjectStrategies,
    default: topicNames,
    importance: 'medium',
    doc: 'How the subject of a value’s schema is named.',
  },
  'subject.name.strategy.kafka.cluster.id': {
    type: 'string',
    default: '-',
    importance: 'low',
    doc: 'Namespace of the associations that AssociatedNameStrategy looks up.',
  },
  'subject.name.strategy.fallback.type': {
    type: 'string',
    default: 'TOPIC',
    oneOf: ['TOPIC', 'RECORD', 'TOPIC_RECORD', 'NONE'],
    importance: 'low',
    doc: 'How a subject is named that has no association.',
  },
  'key.schema.id.serializer': {
    type: 'class',
    classes: idSerializers,
    default: prefixIds,
    importance: 'medium',
    doc: 'Where the schema of a key is told: before its bytes, or in a header.',
  },
  'value.schema.id.serializer': {
    type: 'class',
    classes: idSerializers,
    default: prefixIds,
    importance: 'medium',
    doc: 'Where the schema of a value is told: before its bytes, or in a header.',
  },
  'key.schema.id.deserializer': {
    type: 'class',
    classes: idDeserializers,
    default: anyIds,
    importance: 'medium',
    doc: 'Where the schema of a key is looked for.',
  },
  'value.schema.id.deserializer': {
    type: 'class',
    classes: idDeserializers,
    default: anyIds,
    importance: 'medium',
    doc: 'Where the schema of a value is looked for.',
  },
  'context.name.strategy': {
    type: 'class',
    classes: [noContext],
    default: noContext,
    importance: 'medium',
    doc: 'Contexts are not supported.',
  },
  'rule.executors': {
    type: 'list',
    default: '',
    importance: 'low',
    doc: 'Rules of data contracts are not executed; schemas that have some are refused.',
  },
} as const satisfies Record<string, KeySpec>

/** Of every converter over a registry. */
export const registryKeys = { ...client, ...credentials, ...schemas }

const registryDef = configDef(registryKeys)
export type RegistryConfig = ConfigOf<typeof registryDef>

/** Reads {@link registryKeys} out of a configuration; others are left alone. Throws a ConfigError. */
export function parseRegistryConfig(config: Readonly<Record<string, string>>): RegistryConfig {
  const parsed = registryDef.parse(config)
  const urls = parsed['schema.registry.url']
  if (urls.length === 0) {
    throw new ConfigError(
      'Missing required configuration "schema.registry.url" which has no default value.',
    )
  }
  if (parsed['rule.executors'].length > 0) {
    throw unsupported('rule.executors', parsed['rule.executors'].join(','), 'Remove the key')
  }
  const context = parsed['context.name.strategy']
  if (!context.endsWith('NullContextNameStrategy')) {
    throw unsupported('context.name.strategy', context, 'Put the context into the subject’s name')
  }
  return parsed
}

function unsupported(key: string, value: string, hint: string): ConfigError {
  return new ConfigError(
    `Invalid value ${value} for configuration ${key}: this worker does not support it. ${hint}.`,
  )
}
