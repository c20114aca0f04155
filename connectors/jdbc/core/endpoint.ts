/** Names and values of a URL's properties, or of `connection.*` keys without their prefix. */
export type UrlProperties = ReadonlyMap<string, string>

export interface Host {
  readonly host: string
  readonly port: number
}

/** What a connection URL and the keys beside it say, read once. */
export interface Endpoint {
  /** Tried in this order; empty for a database in a file. */
  readonly hosts: readonly Host[]
  /** Null where the server's default is meant; for SQLite the file. */
  readonly database: string | null
  readonly user: string | null
  readonly password: string | null
  /** Of the URL and the `connection.*` keys, the one that wins in this dialect. */
  readonly properties: UrlProperties
}

/** `%41` and `+` decoded, as URLs' queries have them; as it stands where that cannot be read. */
export function decodeUrlPart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** `a=1&b` between `separator`s; a property without `=` is "". */
export function parseQuery(query: string, separator = '&'): Map<string, string> {
  const properties = new Map<string, string>()
  for (const pair of query.split(separator)) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decodeUrlPart(equals < 0 ? pair : pair.slice(0, equals))
    properties.set(name, equals < 0 ? '' : decodeUrlPart(pair.slice(equals + 1)))
  }
  return properties
}

/** `host`, `host:port`, `[::1]:port`; null where that is none of them. */
export function parseHost(text: string, defaultPort: number): Host | null {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text)
  if (match === null) return null
  const port = match[3] === undefined ? defaultPort : Number(match[3])
  if (port < 1 || port > 65535) return null
  const host = match[1] ?? match[2] ?? ''
  return { host: host === '' ? 'localhost' : host, port }
}

/** Whether a property is on: `true`, or named without a value. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && (value === '' || value.toLowerCase() === 'true')
}

/** A property of whole seconds in milliseconds; 0 is no limit. */
export function secondsToMs(value: string | undefined, defaultSeconds: number): number {
  const seconds = value === undefined ? defaultSeconds : Number(value)
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
}
