import { lookup } from 'node:dns/promises'
import { hostname } from 'node:os'
import type { Listener } from './listeners.ts'

/** `rest.advertised.*`: what others are to be told where a listener is not reachable as it is bound. */
export interface Advertised {
  readonly hostName: string | null
  readonly port: number | null
}

/** The worker's id, `host:port` of its first listener as others reach it (`RestServer.advertisedUrl`). */
export async function advertisedAddress(
  listeners: readonly Listener[],
  advertised: Advertised,
): Promise<string> {
  const [first] = listeners
  const host = firstNonEmpty(advertised.hostName, first?.host) ?? (await localAddress())
  return `${host}:${advertised.port ?? first?.port ?? 0}`
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
