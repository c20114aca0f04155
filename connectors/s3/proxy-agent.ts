import { Agent as HttpAgent, request } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ConfigError, ConnectError } from 'sluice/api'

/** An HTTP proxy. */
export interface Proxy {
  readonly host: string
  readonly port: number
  /** `user:password`; null where it asks for none. */
  readonly credentials: string | null
}

type Created = (error: Error | null, socket?: Socket) => void

interface Target {
  readonly host?: string | null
  readonly port?: number | string | null
  readonly servername?: string
}

/** Of `s3.proxy.url`, `s3.proxy.user` and `s3.proxy.password`; the latter come before what stands in the URL. Throws a ConfigError. */
export function proxyOf(url: string, user: string | null, password: string | null): Proxy | null {
  if (url.trim() === '') return null
  let parsed: URL
  try {
    parsed = new URL(url.includes('://') ? url : `http://${url}`)
  } catch (cause) {
    throw new ConfigError(
      `Invalid value for configuration s3.proxy.url: expected a URL like http://proxy:3128.`,
      { cause },
    )
  }
  const name = user ?? decodeURIComponent(parsed.username)
  const secret = password ?? decodeURIComponent(parsed.password)
  return {
    host: parsed.hostname,
    port: parsed.port === '' ? 80 : Number(parsed.port),
    credentials: name === '' ? null : `${name}:${secret}`,
  }
}

/** Agents whose connections go through the proxy (`CONNECT`), for stores with TLS and without. */
export function proxyAgents(
  proxy: Proxy,
  maxSockets: number,
): { http: HttpAgent; https: HttpsAgent } {
  const http = new HttpAgent({ keepAlive: true, maxSockets })
  const https = new HttpsAgent({ keepAlive: true, maxSockets })
  const plain = (target: Target, created: Created): void => {
    tunnel(proxy, target, created)
  }
  const secure = (target: Target, created: Created): void => {
    tunnel(proxy, target, (error, socket) => {
      if (error !== null || socket === undefined) {
        created(error)
        return
      }
      const secured = connectTls({ socket, servername: target.servername ?? target.host ?? '' })
      secured.once('secureConnect', () => created(null, secured))
      secured.once('error', (failure: Error) => created(failure))
    })
  }
  Object.assign(http, { createConnection: plain })
  Object.assign(https, { createConnection: secure })
  return { http, https }
}

function tunnel({ host, port, credentials }: Proxy, target: Target, created: Created): void {
  const authority = `${target.host ?? ''}:${target.port ?? 443}`
  const headers: Record<string, string> = { host: authority }
  if (credentials !== null) {
    headers['proxy-authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`
  }
  const asked = request({ host, port, method: 'CONNECT', path: authority, headers, agent: false })
  asked.setTimeout(30_000, () =>
    asked.destroy(new ConnectError(`The proxy ${host}:${port} does not answer.`)),
  )
  asked.once('connect', ({ statusCode }, socket: Socket) => {
    socket.setTimeout(0)
    if (statusCode === 200) {
      created(null, socket)
      return
    }
    socket.destroy()
    created(
      new ConnectError(
        `The proxy ${host}:${port} refused the way to ${authority}: ${statusCode ?? 0}.`,
      ),
    )
  })
  asked.once('error', (error) => created(error))
  asked.end()
}
