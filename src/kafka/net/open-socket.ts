import type net from 'node:net'
import { reasonOf } from '../../util/abort.ts'
import { timerMs } from '../../util/timer-ms.ts'
import { DisconnectError, socketReason, tlsError } from './errors.ts'
import type { SocketFactory, SocketReader, SocketTarget } from './socket.ts'

/** A socket no data came through for so long is asked whether its other end is still there; after ten seconds without an answer it is closed. */
const KEEP_ALIVE_MS = 60_000

export interface SocketOptions {
  readonly address: SocketTarget
  readonly socketFactory: SocketFactory
  /** How long connecting may take, TLS included. */
  readonly setupTimeoutMs: number
  /** How messages name the broker. */
  readonly label: string
}

export interface SocketOwner {
  readonly reader: SocketReader
  /** The socket has ended, before or after it was ready. Told once. */
  ended(reason: Error): void
  drained(): void
}

/** Connects, and agrees on TLS. Rejects with a DisconnectError or an SslAuthenticationError that says why, or the signal's reason; the owner of a socket is told too. */
export function openSocket(
  { address, socketFactory, setupTimeoutMs, label }: SocketOptions,
  owner: SocketOwner,
  signal: AbortSignal,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw reasonOf(signal)
    let advice = ''
    const ready = (): void => {
      advice = ''
      settled()
      resolve(socket)
    }
    // Before anything that would have to be undone: it throws for an address that cannot be.
    const socket = unconnected(() => socketFactory(address, ready, owner.reader), label)
    let hasEnded = false
    const end = (reason: Error): void => {
      if (hasEnded) return
      hasEnded = true
      settled()
      socket.destroy()
      owner.ended(reason)
      reject(reason)
    }
    const disconnected = (why: string, cause?: unknown): void =>
      end(new DisconnectError(`${label}: ${why}.`, { cause }))
    const abort = (): void => end(reasonOf(signal))
    const timer = setTimeout(
      () => disconnected(`no connection within ${Math.round(setupTimeoutMs)} ms`),
      timerMs(setupTimeoutMs),
    )
    const settled = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    signal.addEventListener('abort', abort, { once: true })
    if ('encrypted' in socket) advice = ', before TLS was agreed on: check security.protocol'
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    socket.on('error', (error) => {
      const tls = tlsError(error, label)
      if (tls === null) disconnected(socketReason(error) + advice, error)
      else end(tls)
    })
    socket.on('close', () => disconnected(`connection closed by the broker${advice}`))
    socket.on('drain', () => owner.drained())
  })
}

/** Brokers tell where others listen, and what they tell may be damaged: a port of 70000. They may tell better the next time. */
function unconnected(make: () => net.Socket, label: string): net.Socket {
  try {
    return make()
  } catch (cause) {
    throw new DisconnectError(`${label}: ${socketReason(cause)}`, { cause })
  }
}
