import { ConfigError } from 'sluice/api'
import { parseHost } from '../core/endpoint.ts'
import type { Endpoint, UrlProperties } from '../core/endpoint.ts'

/** Properties that have two names. Names are case-insensitive. */
const aliases: Readonly<Record<string, string>> = {
  database: 'databasename',
  server: 'servername',
  port: 'portnumber',
  username: 'user',
  appname: 'applicationname',
}

/** `//host\instance:port;key=value;key={a;b}`, where keys beside the URL win. */
export function parseSqlServerUrl(rest: string, given: UrlProperties): Endpoint {
  const match = /^\/\/([^;\\:]*|\[[^\]]*\])(?:\\([^;:]*))?(?::(\d+))?(?:;(.*))?$/s.exec(rest)
  if (match === null) {
    throw new ConfigError(
      'Not a valid SQL Server URL. Expected jdbc:sqlserver://host:port;databaseName=name;encrypt=true.',
    )
  }
  const [, host = '', instance, port, tail = ''] = match
  const properties = new Map([...parseProperties(tail), ...normalized(given)])
  if (instance !== undefined) properties.set('instancename', instance)
  if (port !== undefined) properties.set('portnumber', port)
  const name = host === '' ? (properties.get('servername') ?? 'localhost') : host
  const parsed = parseHost(`${name}:${properties.get('portnumber') ?? '1433'}`, 1433)
  if (parsed === null) throw new ConfigError(`Not a valid SQL Server URL: no such host "${name}".`)
  return {
    hosts: [parsed],
    database: properties.get('databasename') ?? null,
    user: properties.get('user') ?? null,
    password: properties.get('password') ?? null,
    properties,
  }
}

function parseProperties(tail: string): Map<string, string> {
  const properties = new Map<string, string>()
  // A value in braces may hold semicolons; `}}` in it is a brace.
  for (const [, name = '', braced, bare = ''] of tail.matchAll(
    /\s*([^=;]+)=(?:\{((?:[^}]|\}\})*)\}|([^;]*))/g,
  )) {
    properties.set(nameOf(name), braced === undefined ? bare : braced.replaceAll('}}', '}'))
  }
  return properties
}

function normalized(given: UrlProperties): Map<string, string> {
  return new Map([...given].map(([name, value]) => [nameOf(name), value]))
}

function nameOf(name: string): string {
  const lower = name.trim().toLowerCase()
  return aliases[lower] ?? lower
}
