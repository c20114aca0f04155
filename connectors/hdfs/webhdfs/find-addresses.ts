import { ConfigError, isBlank } from 'sluice/api'

/** What decides where HDFS is reached over HTTP. */
export interface AddressSources {
  /** `store.url` or `hdfs.url`. */
  readonly url: string
  /** `webhdfs.url`, which comes before all else. */
  readonly webHdfsUrls: readonly string[]
  /** What the files in `hadoop.conf.dir` set. */
  readonly conf: ReadonlyMap<string, string>
}

/** Where a file system is. */
export interface HdfsAddress {
  /** As configured, without a path: `hdfs://host:9000`. */
  readonly root: string
  /** The directory that the URL names; `/` where it names none. */
  readonly base: string
  /** Of HTTP, the likeliest first. */
  readonly http: readonly URL[]
}

/** Of NameNodes of Hadoop 3, and of Hadoop 2. */
const httpPorts = ['9870', '50070']
const httpsPorts = ['9871', '50470']

/** Finds the HTTP addresses of an `hdfs://` URL. Throws a ConfigError. */
export function findAddresses({ url, webHdfsUrls, conf }: AddressSources): HdfsAddress {
  const { scheme, authority, path } = partsOf(url)
  const place = { root: `${scheme}://${authority}`, base: path === '' ? '/' : path }
  if (webHdfsUrls.length > 0) {
    return { ...place, http: webHdfsUrls.map((each) => httpUrl(each, 'webhdfs.url')) }
  }
  if (scheme === 'webhdfs' || scheme === 'http') return { ...place, http: [plain(authority)] }
  if (scheme === 'swebhdfs' || scheme === 'https') {
    return { ...place, http: [new URL(`https://${authority}`)] }
  }
  const named = authority === '' ? authorityOf(conf.get('fs.defaultFS') ?? '') : authority
  if (named === '') throw invalid(url, 'expected a host, as in hdfs://namenode:8020')
  const http = ofNameService(named, conf) ?? ofNameNode(named, conf) ?? guessed(named, conf)
  return { ...place, root: `${scheme}://${named}`, http }
}

function partsOf(url: string): {
  readonly scheme: string
  readonly authority: string
  readonly path: string
} {
  const match = /^([a-z]+):\/\/([^/]*)(\/.*)?$/.exec(url.trim())
  const [, scheme = '', authority = '', path = ''] = match ?? []
  if (/^(?:hdfs|s?webhdfs|https?)$/.test(scheme)) return { scheme, authority, path }
  throw invalid(url, 'expected hdfs://host:port, or webhdfs://, swebhdfs://, http:// or https://')
}

/** A name service stands for several NameNodes, of which one is active. */
function ofNameService(service: string, conf: ReadonlyMap<string, string>): URL[] | null {
  const services = listOf(conf.get('dfs.nameservices'))
  if (!services.includes(service)) return null
  const nodes = listOf(conf.get(`dfs.ha.namenodes.${service}`))
  const suffixes = nodes.length === 0 ? [`.${service}`] : nodes.map((node) => `.${service}.${node}`)
  const found = suffixes.flatMap((suffix) => addressFor(suffix, conf) ?? [])
  if (found.length > 0) return found
  throw new ConfigError(
    `Invalid value for configuration hadoop.conf.dir: its hdfs-site.xml names the service ${service} and no dfs.namenode.http-address of its NameNodes.`,
  )
}

/** A single NameNode whose own configuration this is. */
function ofNameNode(authority: string, conf: ReadonlyMap<string, string>): URL[] | null {
  const known = [conf.get('dfs.namenode.rpc-address'), authorityOf(conf.get('fs.defaultFS') ?? '')]
  if (!known.includes(authority)) return null
  const address = addressFor('', conf)
  return address === null ? null : [address]
}

function addressFor(suffix: string, conf: ReadonlyMap<string, string>): URL | null {
  const secure = isSecure(conf)
  const key = secure ? 'dfs.namenode.https-address' : 'dfs.namenode.http-address'
  const address = conf.get(`${key}${suffix}`)
  if (!isBlank(address) && !address?.startsWith('0.0.0.0')) {
    return secure ? new URL(`https://${address ?? ''}`) : plain(address ?? '')
  }
  const rpc = conf.get(`dfs.namenode.rpc-address${suffix}`)
  return isBlank(rpc) ? null : (guessed(rpc ?? '', conf)[0] ?? null)
}

/** The same host, at the ports that Hadoop has without configuration. */
function guessed(authority: string, conf: ReadonlyMap<string, string>): URL[] {
  const host = authority.replace(/:\d+$/, '')
  if (isSecure(conf)) return httpsPorts.map((port) => new URL(`https://${host}:${port}`))
  return httpPorts.map((port) => plain(`${host}:${port}`))
}

function isSecure(conf: ReadonlyMap<string, string>): boolean {
  return conf.get('dfs.http.policy') === 'HTTPS_ONLY'
}

function plain(authority: string): URL {
  return new URL(`http://${authority}`)
}

function authorityOf(url: string): string {
  return /^[a-z]+:\/\/([^/]*)/.exec(url)?.[1] ?? ''
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

function httpUrl(text: string, key: string): URL {
  if (/^https?:\/\/[^/]+/.test(text) && URL.canParse(text)) return new URL(text)
  throw new ConfigError(
    `Invalid value ${text} for configuration ${key}: expected the HTTP address of a NameNode or of HttpFS, as in http://namenode:9870.`,
  )
}

function invalid(url: string, text: string): ConfigError {
  return new ConfigError(`Invalid value ${url} for configuration store.url: ${text}.`)
}
