import { ConfigError } from '../errors/connect-error.ts'

/** Where the REST API listens. An empty host is every interface; port 0 is any free one. */
export interface Listener {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
}

const pattern = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$/

/** Reads one entry of `listeners`, e.g. `http://:8083` or `https://[::1]:0`. Throws a ConfigError that names `key`. */
export function parseListener(text: string, key = 'listeners'): Listener {
  const refuse = (reason: string): ConfigError =>
    new ConfigError(`Invalid value ${text} for configuration ${key}: ${reason}`)
  const [, protocol = '', host = '', port = ''] = pattern.exec(text.trim()) ?? []
  if (port === '') {
    throw refuse("Listener doesn't have the right format (protocol://hostname:port).")
  }
  const scheme = protocol.toLowerCase()
  if (scheme !== 'http' && scheme !== 'https') {
    throw refuse('Listener protocol must be either "http" or "https".')
  }
  const number = Number(port)
  if (number < 0 || number > 65_535) {
    throw refuse(`the port ${port} is not one of 0 to 65535.`)
  }
  return { scheme, host, port: number }
}

/** As one writes it: `http://[::1]:8083`. */
export function urlOf({ scheme, host, port }: Listener): string {
  return `${scheme}://${bracketed(host)}:${port}`
}

/** A host as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
