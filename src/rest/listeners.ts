import { ConfigError } from '../errors/connect-error.ts'

/** Where the REST API listens. An empty host is every interface; port 0 is any free one. */
export interface Listener {
  readonly scheme: 'http'
  readonly host: string
  readonly port: number
}

const pattern = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$/

/** Reads one entry of `listeners`, e.g. `http://:8083` or `http://[::1]:0`. Throws a ConfigError. */
export function parseListener(text: string): Listener {
  const [, scheme = '', host = '', port = ''] = pattern.exec(text.trim()) ?? []
  if (port === '') {
    throw new ConfigError(
      `Invalid value ${text} for configuration listeners: Listener doesn't have the right format (protocol://hostname:port).`,
    )
  }
  const protocol = scheme.toLowerCase()
  if (protocol === 'https') {
    throw new ConfigError(
      `Invalid value ${text} for configuration listeners: this release does not speak https; use http behind a proxy that does.`,
    )
  }
  if (protocol !== 'http') {
    throw new ConfigError(
      `Invalid value ${text} for configuration listeners: Listener protocol must be either "http" or "https".`,
    )
  }
  const number = Number(port)
  if (number < 0 || number > 65_535) {
    throw new ConfigError(
      `Invalid value ${text} for configuration listeners: the port ${port} is not one of 0 to 65535.`,
    )
  }
  return { scheme: 'http', host, port: number }
}
