import type { ConnectionOptions, TlsOptions } from 'node:tls'
import { parseHeaderRules } from '../config/response-headers.ts'
import type { HeaderRule } from '../config/response-headers.ts'
import { clientTlsOptions, listenerPrefix, serverTlsOptions } from '../config/tls/tls-options.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { corsRules } from './cors.ts'
import type { CorsRules } from './cors.ts'
import { parseListener } from './listeners.ts'
import type { Listener } from './listeners.ts'
import type { PeerTls } from './peers/peer-request.ts'

/** Listeners that serve the same. */
export interface ListenerGroup {
  readonly listeners: readonly Listener[]
  /** For those of https. */
  readonly tls?: TlsOptions
}

/** What a worker file says about REST (`RestServerConfig`). */
export interface RestConfig extends ListenerGroup {
  /** Left out: the listeners serve `/admin` as well. Without listeners: nothing does. */
  readonly admin?: ListenerGroup | undefined
  readonly cors?: CorsRules | undefined
  readonly headers?: readonly HeaderRule[]
  /** Below which the API is served as well: without a slash at its end, empty where there is none. */
  readonly pathPrefix?: string
  /** How the other workers of a cluster are reached by https. */
  readonly peers?: PeerTls
}

/** Reads key and trust stores where a listener speaks https. Throws a ConfigError. */
export function restConfig(
  config: Pick<
    WorkerConfig,
    | 'listeners'
    | 'admin.listeners'
    | 'access.control.allow.origin'
    | 'access.control.allow.methods'
    | 'response.http.headers.config'
    | 'rest.path.prefix'
  >,
  originals: ConnectorConfig,
): RestConfig {
  const admin = config['admin.listeners']
  return {
    ...listenerGroup('listeners', config.listeners, originals),
    admin: admin === null ? undefined : listenerGroup('admin.listeners', admin, originals),
    cors: corsRules(config['access.control.allow.origin'], config['access.control.allow.methods']),
    headers: parseHeaderRules(config['response.http.headers.config']),
    pathPrefix: config['rest.path.prefix'].trim().replace(/\/$/, ''),
  }
}

function listenerGroup(
  key: 'listeners' | 'admin.listeners',
  urls: readonly string[],
  originals: ConnectorConfig,
): ListenerGroup {
  const listeners = urls.map((url) => parseListener(url, key))
  if (listeners.every(({ scheme }) => scheme === 'http')) return { listeners }
  const tls = serverTlsOptions(originals, listenerPrefix(originals, `${key}.https.`))
  return { listeners, tls }
}

/**
 * How a worker reaches the others of its cluster by https, by the same keys as its own listeners. They are read when one of the
 * others speaks https: as in Java, a store that nothing needs may be missing.
 */
export function peerTls(originals: ConnectorConfig): PeerTls {
  let read: ConnectionOptions | null = null
  return () => (read ??= clientTlsOptions(originals, listenerPrefix(originals, 'listeners.https.')))
}
