import net from 'node:net'
import { expect, test, vi } from 'vitest'
import { openSocket } from '../../../src/kafka/net/open-socket.ts'

test('a limit on connecting that no timer takes is not over at once', async () => {
  vi.useFakeTimers()
  try {
    const controller = new AbortController()
    const ended: Error[] = []
    const owner = {
      reader: { buffer: () => Buffer.alloc(0), callback: () => true },
      ended: (reason: Error) => ended.push(reason),
      drained: () => undefined,
    }
    const address = { host: 'broker', port: 9092 }
    const socketFactory = (): net.Socket => new net.Socket()
    const options = { address, socketFactory, setupTimeoutMs: 2 ** 31, label: 'Broker broker:9092' }
    const opening = openSocket(options, owner, controller.signal).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ended).toEqual([])
    const reason = new Error('stop')
    controller.abort(reason)
    expect([await opening, ended]).toEqual([reason, [reason]])
  } finally {
    vi.useRealTimers()
  }
})
