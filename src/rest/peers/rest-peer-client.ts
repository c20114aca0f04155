import type { ConnectionOptions } from 'node:tls'
import type { ConnectorConfig } from '../../config/types.ts'
import { RestError } from '../../errors/rest-error.ts'
import type { PeerClient } from '../../herder/distributed/peer-client.ts'
import { signRequest } from '../../herder/distributed/request-signature.ts'
import type { SessionKey } from '../../stores/config/config-records.ts'
import { readPeerError } from './error-body.ts'
import { peerUrl } from './forward.ts'
import { askPeer } from './peer-request.ts'

export interface RestPeerClientOptions {
  /** `inter.worker.signature.algorithm` */
  readonly signatureAlgorithm: string
  /** For a leader whose URL is https. */
  readonly tls: ConnectionOptions
}

/** Asks the leader by its REST API (KIP-507, KIP-618). */
export class RestPeerClient implements PeerClient {
  readonly #options: RestPeerClientOptions

  constructor(options: RestPeerClientOptions) {
    this.#options = options
  }

  putTaskConfigs(
    leaderUrl: string,
    connector: string,
    configs: readonly ConnectorConfig[],
    sessionKey: SessionKey | null,
    signal: AbortSignal,
  ): Promise<void> {
    const url = internalUrl(leaderUrl, connector, 'tasks')
    return this.#ask('POST', url, Buffer.from(JSON.stringify(configs)), sessionKey, signal)
  }

  fenceZombies(
    leaderUrl: string,
    connector: string,
    sessionKey: SessionKey | null,
    signal: AbortSignal,
  ): Promise<void> {
    const url = internalUrl(leaderUrl, connector, 'fence')
    return this.#ask('PUT', url, new Uint8Array(), sessionKey, signal)
  }

  async #ask(
    method: string,
    url: URL,
    body: Uint8Array,
    sessionKey: SessionKey | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { signatureAlgorithm, tls } = this.#options
    const headers =
      sessionKey === null
        ? {}
        : signRequest(Buffer.from(sessionKey.key, 'base64'), signatureAlgorithm, body)
    const answer = await askPeer({ method, url, headers, body, tls }, signal)
    const { status } = answer
    if (status >= 200 && status < 300) return
    if (status < 400) {
      throw new RestError(500, `Unexpected status code when handling forwarded request: ${status}`)
    }
    const { message } = readPeerError(answer, url.origin)
    throw new RestError(status, message ?? `${url.origin} answered ${status}.`)
  }
}

function internalUrl(leaderUrl: string, connector: string, what: string): URL {
  return peerUrl(leaderUrl, `/connectors/${encodeURIComponent(connector)}/${what}`)
}
