import type { ConnectorConfig } from '../../config/types.ts'
import { RestError } from '../../errors/rest-error.ts'
import type { PeerClient } from '../../herder/distributed/peer-client.ts'
import { signRequest } from '../../herder/distributed/request-signature.ts'
import type { SessionKey } from '../../stores/config/config-records.ts'
import { readPeerError } from './error-body.ts'
import { peerTarget } from './forward.ts'
import { askPeer } from './peer-request.ts'
import type { PeerTarget, PeerTls } from './peer-request.ts'

export interface RestPeerClientOptions {
  /** `inter.worker.signature.algorithm` */
  readonly signatureAlgorithm: string
  readonly tls: PeerTls
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
    const to = internalTarget(leaderUrl, connector, 'tasks')
    return this.#ask('POST', to, Buffer.from(JSON.stringify(configs)), sessionKey, signal)
  }

  fenceZombies(
    leaderUrl: string,
    connector: string,
    sessionKey: SessionKey | null,
    signal: AbortSignal,
  ): Promise<void> {
    const to = internalTarget(leaderUrl, connector, 'fence')
    return this.#ask('PUT', to, new Uint8Array(), sessionKey, signal)
  }

  async #ask(
    method: string,
    to: PeerTarget,
    body: Uint8Array,
    sessionKey: SessionKey | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { signatureAlgorithm, tls } = this.#options
    const headers =
      sessionKey === null
        ? {}
        : signRequest(Buffer.from(sessionKey.key, 'base64'), signatureAlgorithm, body)
    const answer = await askPeer({ ...to, method, headers, body, tls }, signal)
    const { status } = answer
    if (status >= 200 && status < 300) return
    if (status < 400) {
      throw new RestError(500, `Unexpected status code when handling forwarded request: ${status}`)
    }
    const { message } = readPeerError(answer, to.origin.origin)
    throw new RestError(status, message ?? `${to.origin.origin} answered ${status}.`)
  }
}

function internalTarget(leaderUrl: string, connector: string, what: string): PeerTarget {
  return peerTarget(leaderUrl, `/connectors/${encodeURIComponent(connector)}/${what}`)
}
