import { ConfigError } from 'sluice/api'
import { decodeUrlPart, parseHost, parseQuery } from '../core/endpoint.ts'
import type { Endpoint, Host, UrlProperties } from '../core/endpoint.ts'

interface MySqlHost extends Host {
  readonly properties: UrlProperties
}

/**
 * `//user:password@host:port,host2/db?k=v`, hosts also as `(host=h,port=p)` and `address=(host=h)(port=p)`, after an
 * optional `loadbalance:` or `replication:`. Keys beside the URL win over its properties.
 */
export function parseMySqlUrl(rest: string, given: UrlProperties): Endpoint {
  const scheme = /^(?:(?:loadbalance|replication|sequential|aurora):)?\/\//.exec(rest)
  if (scheme === null) {
    throw notOne(
      rest.startsWith('srv:') ? 'looking hosts up by SRV records is not supported' : 'no // found',
    )
  }
  const body = rest.slice(scheme[0].length)
  const question = body.indexOf('?')
  const fromUrl = parseQuery(question < 0 ? '' : body.slice(question + 1))
  const address = question < 0 ? body : body.slice(0, question)
  const slash = address.lastIndexOf('/')
  const hostList = slash < 0 ? address : address.slice(0, slash)
  const database = slash < 0 ? '' : decodeUrlPart(address.slice(slash + 1))
  const { hosts, credentials } = parseHosts(hostList)
  const first = hosts[0]?.properties ?? new Map<string, string>()
  const properties = new Map([...fromUrl, ...credentials, ...first, ...given])
  return {
    hosts: hosts.map(({ host, port }) => ({ host, port })),
    database: database === '' ? null : database,
    user: properties.get('user') ?? null,
    password: properties.get('password') ?? null,
    properties,
  }
}

function parseHosts(text: string): {
  readonly hosts: readonly MySqlHost[]
  readonly credentials: UrlProperties
} {
  const at = text.lastIndexOf('@')
  const credentials = new Map<string, string>()
  if (at >= 0) {
    const [user = '', ...password] = text.slice(0, at).split(':')
    credentials.set('user', decodeUrlPart(user))
    if (password.length > 0) credentials.set('password', decodeUrlPart(password.join(':')))
  }
  const list = text.slice(at + 1).replace(/^\[(.*,.*)\]$/, '$1')
  return { hosts: splitHosts(list).map(parseMySqlHost), credentials }
}

/** At commas that are not within parentheses. */
function splitHosts(list: string): string[] {
  return list === '' ? [''] : list.split(/,(?![^(]*\))/)
}

function parseMySqlHost(text: string): MySqlHost {
  const parenthesised = /^(?:address=)?\((.*)\)$/i.exec(text.trim())
  if (parenthesised === null) {
    const host = parseHost(text, 3306)
    if (host === null) throw notOne('a host is name, name:port, or [IPv6]:port')
    return { ...host, properties: new Map() }
  }
  const properties = parseQuery((parenthesised[1] ?? '').replaceAll(')(', ','), ',')
  const port = Number(properties.get('port') ?? 3306)
  const host = properties.get('host') ?? 'localhost'
  properties.delete('host')
  properties.delete('port')
  return { host, port, properties }
}

function notOne(why: string): ConfigError {
  return new ConfigError(
    `Not a valid MySQL or MariaDB URL: ${why}. Expected jdbc:mysql://host:port/database?name=value.`,
  )
}
