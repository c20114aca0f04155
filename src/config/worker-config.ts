import { ConfigError } from '../errors/connect-error.ts'
import { configDef } from './config-def.ts'
import type { ConfigOf, KeySpec } from './config-def.ts'
import { invalidValue } from './parse-type.ts'
import { restartKeySpecs } from './restart-keys.ts'
import { headerRules } from './response-headers.ts'
import type { Validator } from './types.ts'
import { distinctValues, isBlank, oneOf, oneOfIgnoringCase, validator } from './validators.ts'

/** What stands in the file of any worker (`WorkerConfig`, `RestServerConfig`). TLS and client keys: `client-keys.ts`. */

const exampleListeners = 'http://localhost:8080,https://localhost:8443'

const listenersValidator: Validator = validator('', (_name, value) => {
  if (!Array.isArray(value) || value.length === 0) {
    throw new ConfigError(
      `Invalid value for listeners, at least one URL is expected, ex: ${exampleListeners}.`,
    )
  }
  rejectBlank('listeners', value)
})

const adminListenersValidator: Validator = validator('', (_name, value) => {
  if (Array.isArray(value)) rejectBlank('admin.listeners', value)
})

function zeroOrAtLeast(least: number): Validator {
  return validator(`0 or [${least},...]`, (name, value) => {
    if (typeof value === 'number' && value !== 0 && value < least) {
      throw invalidValue(name, value, `Value must be 0 or at least ${least}`)
    }
  })
}

function rejectBlank(name: string, urls: readonly string[]): void {
  if (urls.some(isBlank)) throw new ConfigError(`Empty URL found when parsing ${name} list.`)
}

const pathPrefix: Validator = validator('blank, or a path like /kafka-connect', (name, value) => {
  if (typeof value === 'string' && !/^(?:(?:\/[\w.~-]+)+\/?)?$/.test(value.trim())) {
    throw invalidValue(name, value, 'expected a path of letters, digits, ".", "~", "_" and "-"')
  }
})

const converters = {
  'key.converter': {
    type: 'class',
    importance: 'high',
    doc: 'Converter of record keys, e.g. org.apache.kafka.connect.storage.StringConverter or org.apache.kafka.connect.json.JsonConverter.',
  },
  'value.converter': {
    type: 'class',
    importance: 'high',
    doc: 'Converter of record values, e.g. org.apache.kafka.connect.storage.StringConverter or org.apache.kafka.connect.json.JsonConverter.',
  },
  'header.converter': {
    type: 'class',
    default: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    importance: 'low',
    doc: 'Converter of header values.',
  },
  'key.converter.plugin.version': version('key converter'),
  'value.converter.plugin.version': version('value converter'),
  'header.converter.plugin.version': version('header converter'),
} as const satisfies Record<string, KeySpec>

const work = {
  'bootstrap.servers': {
    type: 'list',
    validator: distinctValues({ empty: false, null: false }),
    importance: 'high',
    doc: 'Brokers to find the Kafka cluster by: host:port, several separated by commas.',
  },
  'client.dns.lookup': {
    type: 'string',
    default: 'use_all_dns_ips',
    oneOf: ['use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'],
    importance: 'medium',
    doc: 'How the names of the brokers are resolved.',
  },
  'task.shutdown.graceful.timeout.ms': {
    type: 'long',
    default: 5000,
    importance: 'low',
    doc: 'How long all tasks together may take to stop; then they are cancelled.',
  },
  'task.stalled.ms': {
    type: 'long',
    default: 30000,
    min: 1000,
    importance: 'low',
    doc: 'What should move in a task and has not for this long is stalled: GET /connectors/{name}/health says so.',
  },
  'task.heap.mb': {
    type: 'int',
    default: null,
    min: 16,
    importance: 'low',
    doc: 'Limit in MiB of the heap of a thread that runs one task alone (task.isolation=thread of a connector); not given, that of the threads that tasks share.',
  },
  'task.watchdog.ms': {
    type: 'long',
    default: 60000,
    validator: zeroOrAtLeast(1000),
    importance: 'low',
    doc: 'How long the plugins of one thread may hold its event loop; then the thread is ended, and the task that held it has failed. 0: for ever.',
  },
  'offset.flush.interval.ms': {
    type: 'long',
    default: 60000,
    importance: 'low',
    doc: 'Time between commits of offsets, of sources and sinks.',
  },
  'offset.flush.timeout.ms': {
    type: 'long',
    default: 5000,
    importance: 'low',
    doc: 'How long such a commit may take; then it is given up and tried at the next.',
  },
  'plugin.path': {
    type: 'list',
    default: null,
    importance: 'low',
    doc: 'Folders that hold plugins or are one, separated by commas.',
  },
  'plugin.discovery': {
    type: 'string',
    default: 'hybrid_warn',
    validator: oneOfIgnoringCase('only_scan', 'service_load', 'hybrid_warn', 'hybrid_fail'),
    importance: 'low',
    doc: 'Accepted; has no effect: plugins are found by their manifests.',
  },
  'config.providers': {
    type: 'list',
    default: '',
    importance: 'low',
    doc: 'Names of config providers; each has config.providers.<name>.class and config.providers.<name>.param.<key>.',
  },
  'connector.client.config.override.policy': {
    type: 'string',
    default: 'All',
    importance: 'low',
    doc: 'Which client keys a connector may override: All, None, Principal, Allowlist, or a class.',
  },
  'connector.client.config.override.allowlist': {
    type: 'list',
    default: '',
    importance: 'low',
    doc: 'The keys that the policy Allowlist lets a connector override.',
  },
  'topic.creation.enable': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Whether source connectors may create topics by their topic.creation.* keys.',
  },
  'topic.tracking.enable': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Whether the topics a connector has used are remembered.',
  },
  'topic.tracking.allow.reset': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Whether they may be forgotten by REST.',
  },
} as const satisfies Record<string, KeySpec>

const metrics = {
  'metrics.sample.window.ms': {
    type: 'long',
    default: 30000,
    min: 0,
    importance: 'low',
    doc: 'Time a sample of a metric covers.',
  },
  'metrics.num.samples': {
    type: 'int',
    default: 2,
    min: 1,
    importance: 'low',
    doc: 'How many samples a metric is made of.',
  },
  'metrics.recording.level': {
    type: 'string',
    default: 'INFO',
    validator: oneOf('INFO', 'DEBUG'),
    importance: 'low',
    doc: 'Which metrics are recorded.',
  },
  'metrics.names': {
    type: 'string',
    default: 'short',
    oneOf: ['short', 'full', 'both'],
    importance: 'low',
    doc: 'Names of GET /metrics: short (kafka_connect_worker_task_count, as Strimzi has them), full (kafka_connect_connect_worker_metrics_task_count, as Confluent has them), or both.',
  },
  'metric.reporters': {
    type: 'list',
    default: 'org.apache.kafka.common.metrics.JmxReporter',
    importance: 'low',
    doc: 'Accepted; has no effect: metrics are at GET /metrics.',
  },
} as const satisfies Record<string, KeySpec>

const rest = {
  listeners: {
    type: 'list',
    default: 'http://:8083',
    validator: listenersValidator,
    importance: 'low',
    doc: 'Where the REST API listens: URLs separated by commas; without a host, on every address.',
  },
  'rest.advertised.host.name': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Host under which others reach this worker.',
  },
  'rest.advertised.port': {
    type: 'int',
    default: null,
    importance: 'low',
    doc: 'Port under which others reach this worker.',
  },
  'rest.advertised.listener': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Protocol under which others reach this worker: http or https.',
  },
  'rest.path.prefix': {
    type: 'string',
    default: '',
    validator: pathPrefix,
    importance: 'low',
    doc: 'Path before which the REST API is served as well, e.g. /kafka-connect, for reverse proxies that leave paths as they are; blank: none.',
  },
  'access.control.allow.origin': {
    type: 'string',
    default: '',
    importance: 'low',
    doc: 'Origins that browsers may call the REST API from (CORS), as patterns separated by commas; * for any; blank: none.',
  },
  'access.control.allow.methods': {
    type: 'string',
    default: '',
    importance: 'low',
    doc: 'Methods that they may use; blank: GET, POST and HEAD.',
  },
  'admin.listeners': {
    type: 'list',
    default: null,
    validator: adminListenersValidator,
    importance: 'low',
    doc: 'Where /admin listens; not given: with the rest; empty: nowhere.',
  },
  'rest.extension.classes': {
    type: 'list',
    default: '',
    importance: 'low',
    doc: 'Plugins that extend the REST API.',
  },
  'response.http.headers.config': {
    type: 'string',
    default: '',
    validator: headerRules,
    importance: 'low',
    doc: 'Headers added to every answer, e.g. set X-Frame-Options:DENY; also add, and setDate and addDate with milliseconds from now.',
  },
  'ssl.client.auth': {
    type: 'string',
    default: 'none',
    oneOf: ['required', 'requested', 'none'],
    importance: 'low',
    doc: 'Whether clients of an https listener must have a certificate.',
  },
} as const satisfies Record<string, KeySpec>

/** The keys of any worker, by subject. */
export const workerKeys = {
  ...converters,
  ...work,
  ...restartKeySpecs,
  ...metrics,
  ...rest,
} as const
export const workerConfig = configDef(workerKeys)
export type WorkerConfig = ConfigOf<typeof workerConfig>

function version(of: string): {
  readonly type: 'string'
  readonly default: null
  readonly importance: 'low'
  readonly doc: string
} {
  return { type: 'string', default: null, importance: 'low', doc: `Version of the ${of}.` }
}
