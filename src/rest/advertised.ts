import { lookup } from 'node:dns/promises'
import { hostname } from 'node:os'
import { bracketed } from './listeners.ts'
import type { Listener } from './listeners.ts'

/** `rest.advertised.*`: what others are to be told where a listener is not reachable as it is bound. */
export interface Advertised {
  readonly hostName: string | null
  readonly port: number | null
  /** Which listener others shall use, by its scheme. */
  readonly listener?: string | null
}

/**
 * The worker's id, `host:port` of a listener as others reach it (`RestServer.advertisedUrl`): of the first with the scheme
 * that `rest.advertised.listener` names, else of the first that speaks http, else of the first.
 */
export async function advertisedAddress(
  listeners: readonly Listener[],
  { hostName, port, listener }: Advertised,
): Promise<string> {
  const scheme = listener?.toLowerCase() ?? 'http'
  const chosen = listeners.find((each) => each.scheme === scheme) ?? listeners[0]
  const host = firstNonEmpty(hostName, chosen?.host) ?? (await localAddress())
  return `${bracketed(host)}:${port ?? chosen?.port ?? 0}`
}

function firstNonEmpty(...texts: (string | null | undefined)[]): string | undefined {
  return texts.find((text): text is string => typeof text === 'string' && text !== '')
}

async function localAddress(): Promise<string> {
  try {
    const { address } = await lookup(hostname(), 4)
    return address
  } catch {
    return '127.0.0.1' // A machine that does not know its own name.
  }
}
