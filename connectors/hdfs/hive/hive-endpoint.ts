import { ConfigError, isBlank } from 'sluice/api'

/** Where HiveServer2 is, and how it is spoken to. */
export interface HiveEndpoint {
  /** `host:port` of all that serve the same tables. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  /** The path where it is spoken to over HTTP; null where it is by its own protocol. */
  readonly httpPath: string | null
  readonly tls: boolean
  /** False where the server takes connections without a word on who it is. */
  readonly sasl: boolean
  /** From the URL; null where it says none. */
  readonly user: string | null
  readonly password: string | null
}

/** What decides where HiveServer2 is. */
export interface HiveEndpointSources {
  /** `hive.server2.url`, which comes before all else. */
  readonly url: string
  /** `hive.metastore.uris`: HiveServer2 is looked for beside. */
  readonly metastoreUris: string
  /** What `hive-site.xml` in `hive.conf.dir` sets. */
  readonly conf: ReadonlyMap<string, string>
}

const key = 'hive.server2.url'
const example = 'jdbc:hive2://host:10000/default'
/** Of the URL, in lower case: those that are taken, and those that change nothing here. */
const known = ['transportmode', 'httppath', 'ssl', 'auth', 'user', 'password']
const harmless = ['retries', 'sockettimeout', 'fetchsize', 'initfile', 'cookieauth', 'cookiename']

/** Throws a ConfigError where nothing says it, or not in a way that is understood. */
export function hiveEndpoint({ url, metastoreUris, conf }: HiveEndpointSources): HiveEndpoint {
  if (!isBlank(url)) return ofUrl(url.trim())
  const uris = isBlank(metastoreUris) ? (conf.get('hive.metastore.uris') ?? '') : metastoreUris
  const bound = conf.get('hive.server2.thrift.bind.host') ?? ''
  const hosts = isBlank(bound) ? uris.split(',').flatMap(hostOf) : [bound.trim()]
  if (hosts.length > 0) return ofConf(hosts, conf)
  throw new ConfigError(
    `Invalid value for configuration ${key}: it is needed with hive.integration=true, as tables are kept by statements to HiveServer2. Set it as in ${example}, or hive.metastore.uris where HiveServer2 runs on the same host.`,
  )
}

function hostOf(uri: string): string[] {
  const host = /^\s*[a-z]+:\/\/(\[[^\]]+\]|[^:/]+)/.exec(uri)?.[1]
  return host === undefined ? [] : [host]
}

/** HiveServer2 at its own ports, where hive-site.xml names no others. */
function ofConf(names: readonly string[], conf: ReadonlyMap<string, string>): HiveEndpoint {
  const http = conf.get('hive.server2.transport.mode') === 'http'
  const port = http
    ? (conf.get('hive.server2.thrift.http.port') ?? '10001')
    : (conf.get('hive.server2.thrift.port') ?? '10000')
  const authentication = (conf.get('hive.server2.authentication') ?? 'NONE').toUpperCase()
  if (authentication === 'KERBEROS') throw kerberos('hive.conf.dir')
  return {
    hosts: names.map((host) => ({ host, port: Number(port) })),
    httpPath: http ? `/${conf.get('hive.server2.thrift.http.path') ?? 'cliservice'}` : null,
    tls: conf.get('hive.server2.use.SSL') === 'true',
    sasl: authentication !== 'NOSASL',
    user: null,
    password: null,
  }
}

/** `jdbc:hive2://host:port,host:port/database;name=value;…?…#…`: what follows the question mark is for sessions, and not needed. */
function ofUrl(url: string): HiveEndpoint {
  const match = /^jdbc:hive2:\/\/([^/;?#]+)(?:\/[^;?#]*)?((?:;[^?#]*)?)(?:[?#].*)?$/.exec(url)
  if (match === null) throw invalid(`expected ${example}`)
  const [, authority = '', text = ''] = match
  const variables = variablesOf(text)
  const http = variables.get('transportmode')?.toLowerCase() === 'http'
  const path = variables.get('httppath') ?? 'cliservice'
  return {
    hosts: authority.split(',').map((each) => hostAndPort(each, http ? 10_001 : 10_000)),
    httpPath: http ? `/${path.replace(/^\/+/, '')}` : null,
    tls: variables.get('ssl')?.toLowerCase() === 'true',
    sasl: variables.get('auth')?.toLowerCase() !== 'nosasl',
    user: variables.get('user') ?? null,
    password: variables.get('password') ?? null,
  }
}

function variablesOf(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (const pair of text.split(';')) {
    if (pair.trim() === '') continue
    const at = pair.indexOf('=')
    const name = pair.slice(0, at < 0 ? pair.length : at).trim()
    const lower = name.toLowerCase()
    if (lower === 'principal') throw kerberos(key)
    if (!known.includes(lower) && !harmless.includes(lower)) {
      throw invalid(`${name} is not known here, of which are ${known.join(', ')}`)
    }
    variables.set(lower, at < 0 ? '' : pair.slice(at + 1).trim())
  }
  return variables
}

function hostAndPort(text: string, port: number): { host: string; port: number } {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text.trim())
  const [, host = '', own = String(port)] = match ?? []
  if (host === '') throw invalid(`expected a host and a port, as in ${example}`)
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(own) }
}

function kerberos(where: string): ConfigError {
  return new ConfigError(
    `Invalid value for configuration ${where}: HiveServer2 asks for Kerberos there, which is not spoken with it here. Give it a listener with user and password, by LDAP, PAM or its own check.`,
  )
}

/** The URL itself is not repeated: it may hold a password (invariant 8). */
function invalid(text: string): ConfigError {
  return new ConfigError(`Invalid value for configuration ${key}: ${text}.`)
}
