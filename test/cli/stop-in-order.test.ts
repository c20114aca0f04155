import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { stopInOrder, stopLimits } from '../../src/cli/stop-in-order.ts'
import { deferred } from '../herder/set-up.ts'

test('tasks drain while a request waits for a plugin, which the stop of the herder ends', async () => {
  const done: string[] = []
  const request = deferred()
  await stopInOrder(
    {
      rest: {
        stop: async () => {
          await request.promise
          done.push('rest')
        },
      },
      herder: {
        stop: async () => {
          request.resolve()
          await setImmediate()
          done.push('herder')
        },
      },
      offsets: { stop: () => Promise.resolve(void done.push('offsets')) },
    },
    { ...stopLimits, headStartMs: 10 },
  )
  expect(done).toEqual(['rest', 'herder', 'offsets'])
})

test('what is being asked is answered before the herder stops, where that does not take long', async () => {
  const done: string[] = []
  const stop = (name: string) => async () => {
    await setImmediate()
    done.push(name)
  }
  await stopInOrder({
    rest: { stop: stop('rest') },
    herder: { stop: stop('herder') },
    offsets: { stop: stop('offsets') },
  })
  expect(done).toEqual(['rest', 'herder', 'offsets'])
})

test('a stop at its limits ends within the time that the manifests give a pod', () => {
  const { headStartMs, restMs, herderMs } = stopLimits
  expect(Math.max(headStartMs + herderMs, restMs)).toBeLessThan(45_000)
})
