import { isBlank } from 'sluice/api'
import type { KeySpec } from 'sluice/api'

const hdfs = { group: 'HDFS' } as const
const security = { group: 'Security' } as const

/** Confluent's keys for the way to HDFS. */
export const hdfsUrlKeys = {
  'hdfs.url': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'The file system, as in hdfs://namenode:8020 or hdfs://nameservice; the older name of store.url.',
    ...hdfs,
  },
  'hadoop.conf.dir': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'A folder with core-site.xml and hdfs-site.xml: the NameNodes of a name service are found there.',
    ...hdfs,
  },
  'hadoop.home': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'Where Hadoop is installed. Taken and not used.',
    ...hdfs,
  },
} as const satisfies Record<string, KeySpec>

/** Confluent's keys for the sink (`HdfsSinkConnectorConfig`). */
export const hdfsKeys = {
  ...hdfsUrlKeys,
  'logs.dir': {
    type: 'string',
    default: 'logs',
    importance: 'high',
    doc: 'The directory of the write-ahead logs. ${topic} stands for the topic, ${1} for a group of topic.capture.groups.regex.',
    ...hdfs,
  },
  'topic.capture.groups.regex': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'A regular expression for whole names of topics, whose groups topics.dir and logs.dir may name.',
    ...hdfs,
  },
  'shutdown.timeout.ms': {
    type: 'long',
    default: 3000,
    importance: 'medium',
    doc: 'How many milliseconds the end of a task waits for tables of Hive that are behind their files.',
    ...hdfs,
  },
} as const satisfies Record<string, KeySpec>

/** Confluent's keys for Kerberos. */
export const kerberosKeys = {
  'hdfs.authentication.kerberos': {
    type: 'boolean',
    default: false,
    importance: 'high',
    doc: 'Whether HDFS asks for Kerberos. Needs the package kerberos beside the worker.',
    dependents: [
      'connect.hdfs.principal',
      'connect.hdfs.keytab',
      'hdfs.namenode.principal',
      'kerberos.ticket.renew.period.ms',
    ],
    ...security,
  },
  'connect.hdfs.principal': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'The principal to ask as, with its realm. _HOST stands for the name of this machine.',
    ...security,
  },
  'connect.hdfs.keytab': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'The file with its key, on every worker.',
    ...security,
  },
  'hdfs.namenode.principal': {
    type: 'string',
    default: '',
    importance: 'high',
    doc: 'Taken and not used: WebHDFS is HTTP on the host of its address.',
    ...security,
  },
  'kerberos.ticket.renew.period.ms': {
    type: 'long',
    default: 3_600_000,
    importance: 'low',
    doc: 'How often, in milliseconds, the delegation token is renewed that HDFS gives for a ticket, if it does not end before.',
    ...security,
  },
} as const satisfies Record<string, KeySpec>

/** What is missing for Kerberos. */
export function kerberosConflicts(config: {
  readonly 'hdfs.authentication.kerberos': boolean
  readonly 'connect.hdfs.principal': string
  readonly 'connect.hdfs.keytab': string
}): { readonly name: string; readonly message: string }[] {
  if (!config['hdfs.authentication.kerberos']) return []
  const found: { readonly name: string; readonly message: string }[] = []
  if (isBlank(config['connect.hdfs.principal'])) {
    const message = 'Kerberos needs a principal, as in connect/worker@EXAMPLE.COM.'
    found.push({ name: 'connect.hdfs.principal', message })
  }
  if (isBlank(config['connect.hdfs.keytab'])) {
    const message =
      'Kerberos needs the keytab of the principal: the path of a file on every worker.'
    found.push({ name: 'connect.hdfs.keytab', message })
  }
  return found
}

/** What the sink for HDFS 3 takes besides. */
export const hdfs3Keys = {
  'max.retries': {
    type: 'int',
    default: 10,
    importance: 'medium',
    doc: 'Taken and not used: what fails for the moment is tried again as long as it takes.',
    ...hdfs,
  },
  'retry.on.kerberos.cred.errors': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Taken and not used: errors of credentials are tried again.',
    ...security,
  },
} as const satisfies Record<string, KeySpec>

/** What we take beyond Confluent's keys. */
export const ownKeys = {
  'webhdfs.url': {
    type: 'list',
    default: '',
    importance: 'medium',
    doc: 'The HTTP addresses of the NameNodes, or of HttpFS, as in http://namenode:9870. Else they follow from store.url and hadoop.conf.dir.',
    ...hdfs,
  },
  'webhdfs.user': {
    type: 'string',
    default: '',
    importance: 'medium',
    doc: 'The user to write as, where HDFS takes names at their word. Else HADOOP_USER_NAME of the environment, or the user of the process.',
    ...hdfs,
  },
  'webhdfs.delegation.token': {
    type: 'password',
    default: null,
    importance: 'medium',
    doc: 'A delegation token to write with, in place of a user. Nobody renews it.',
    ...security,
  },
  'webhdfs.datanode.hosts': {
    type: 'list',
    default: '',
    importance: 'low',
    doc: 'Where DataNodes are reached whose names lead nowhere from here: name[:port]=host[:port].',
    ...hdfs,
  },
  'webhdfs.timeout.ms': {
    type: 'int',
    default: 60_000,
    min: 1000,
    importance: 'low',
    doc: 'How many milliseconds HDFS may say nothing.',
    ...hdfs,
  },
} as const satisfies Record<string, KeySpec>

export const bufferKeys = {
  'hdfs.buffer.memory': {
    type: 'long',
    default: 256 * 1024 * 1024,
    min: 16 * 1024 * 1024,
    importance: 'medium',
    doc: 'How many bytes of files a task holds in memory. Beyond it what is largest goes to a temporary file.',
    ...hdfs,
  },
} as const satisfies Record<string, KeySpec>
