import { userInfo } from 'node:os'
import { ConfigError } from 'sluice/api'
import { decodeUrlPart, parseHost, parseQuery } from '../core/endpoint.ts'
import type { Endpoint, Host, UrlProperties } from '../core/endpoint.ts'

/**
 * `//h1:p1,h2:p2/db?k=v`, `db`, `//host/`, `///`, `//`, as the JDBC driver of PostgreSQL reads it. What stands in the URL
 * wins over what stands beside it, user and password included.
 */
export function parsePostgresUrl(rest: string, given: UrlProperties): Endpoint {
  const question = rest.indexOf('?')
  const address = question < 0 ? rest : rest.slice(0, question)
  const fromUrl = parseQuery(question < 0 ? '' : rest.slice(question + 1))
  const properties = new Map([...given, ...fromUrl])
  const { hosts, database } = parseAddress(address)
  const user = properties.get('user') ?? userInfo().username
  const named = database === '' ? (properties.get('PGDBNAME') ?? '') : database
  return {
    hosts,
    database: named === '' ? user : named,
    user,
    password: properties.get('password') ?? null,
    properties,
  }
}

function parseAddress(address: string): { readonly hosts: Host[]; readonly database: string } {
  const localhost = [{ host: 'localhost', port: 5432 }]
  if (!address.startsWith('//')) {
    if (address.includes('/')) throw notOne('a database without a host has no slash')
    return { hosts: localhost, database: decodeUrlPart(address) }
  }
  const hostsAndDatabase = address.slice(2)
  if (hostsAndDatabase === '') return { hosts: localhost, database: '' }
  const slash = hostsAndDatabase.indexOf('/')
  if (slash < 0) throw notOne('after the host there has to be a slash')
  const database = hostsAndDatabase.slice(slash + 1)
  if (database.includes('/')) throw notOne('the name of the database has a slash; write it as %2F')
  const hosts = hostsAndDatabase
    .slice(0, slash)
    .split(',')
    .map((text) => parseHost(text, 5432))
  const good = hosts.filter((host) => host !== null)
  if (good.length < hosts.length) throw notOne('a host is name, name:port, or [IPv6]:port')
  return { hosts: good, database: decodeUrlPart(database) }
}

function notOne(why: string): ConfigError {
  return new ConfigError(
    `Not a valid PostgreSQL URL: ${why}. Expected jdbc:postgresql://host:port/database?name=value.`,
  )
}
