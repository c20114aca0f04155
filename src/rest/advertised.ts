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

/** A worker as others reach it. */
export interface AdvertisedAddress {
  /** `host:port` */
  readonly workerId: string
  /** With a slash at its end, as it is told to the group. */
  readonly url: string
}

/**
 * By which listener others reach the worker (`RestServer.advertisedUrl`): by the first with the scheme that
 * `rest.advertised.listener` names, else by the first that speaks http, else by the first. The scheme is the one that is named also
 * where no listener has it, as behind a proxy that speaks https.
 */
export async function advertisedAddress(
  listeners: readonly Listener[],
  { hostName, port, listener }: Advertised,
): Promise<AdvertisedAddress> {
  const named = firstNonEmpty(listener)?.toLowerCase()
  const chosen = listeners.find(({ scheme }) => scheme === (named ?? 'http')) ?? listeners[0]
  const host = firstNonEmpty(hostName, chosen?.host) ?? (await localAddress())
  const workerId = `${bracketed(host)}:${port ?? chosen?.port ?? 0}`
  return { workerId, url: `${named ?? chosen?.scheme ?? 'http'}://${workerId}/` }
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
