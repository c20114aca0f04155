import { expect, test } from 'vitest'
import { listenForStop } from '../../src/cli/stop-signals.ts'

test('the first signal asks for a stop, the second forces it, and then nobody listens', async () => {
  const forced: number[] = []
  const before = process.listenerCount('SIGHUP')
  {
    using stop = listenForStop(({ exitCode }) => forced.push(exitCode))
    expect(stop.request).toBeNull()
    expect(stop.abort.aborted).toBe(false)

    process.emit('SIGHUP', 'SIGHUP')

    expect(await stop.requested).toEqual({ signal: 'SIGHUP', exitCode: 129 })
    expect(stop.request).toEqual({ signal: 'SIGHUP', exitCode: 129 })
    expect(stop.abort.aborted).toBe(true)
    expect(forced).toEqual([])

    process.emit('SIGHUP', 'SIGHUP')

    expect(forced).toEqual([129])
  }
  expect(process.listenerCount('SIGHUP')).toBe(before)
})
