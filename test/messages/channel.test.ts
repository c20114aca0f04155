import { MessageChannel } from 'node:worker_threads'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { DataError, isRetriable, RetriableError, traceOf } from '../../src/errors/connect-error.ts'
import { Channel } from '../../src/messages/channel.ts'
import type { Endpoint, RequestHandlers } from '../../src/messages/channel.ts'

interface Asked {
  double: [number, number]
  fail: [{ readonly retriable: boolean }, undefined]
  wait: [undefined, string]
  leak: [undefined, unknown]
}
interface Told {
  note: string
}

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function openPair(handlers: Partial<RequestHandlers<Asked>> = {}, incarnations = [1, 1]) {
  const { port1, port2 } = new MessageChannel()
  const notes: string[] = []
  const asker = new Channel<Asked, object, Told, object>({
    endpoint: port1,
    incarnation: incarnations[0] ?? 1,
    peer: 'Thread t',
    requests: {},
    notices: {},
  })
  const answerer = new Channel<object, Asked, object, Told>({
    endpoint: port2,
    incarnation: incarnations[1] ?? 1,
    peer: 'The main thread',
    requests: {
      double: (value) => value * 2,
      fail: ({ retriable }) => {
        throw retriable ? new RetriableError('try later') : new DataError('does not fit')
      },
      wait: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted here')))
        }),
      leak: () => () => 'a function',
      ...handlers,
    },
    notices: { note: (text) => notes.push(text) },
  })
  closers.push(() => {
    port1.close()
    port2.close()
  })
  return { asker, answerer, notes, port1 }
}

describe('a channel between threads', () => {
  test('answers a request', async () => {
    expect(await openPair().asker.request('double', 21)).toBe(42)
  })

  test('delivers notices and requests in the order they were sent', async () => {
    const { asker, notes } = openPair()
    for (const note of ['a', 'b', 'c']) asker.notify('note', note)
    await asker.request('double', 1)
    expect(notes).toEqual(['a', 'b', 'c'])
  })

  test.each([
    { retriable: true, javaName: 'org.apache.kafka.connect.errors.RetriableException' },
    { retriable: false, javaName: 'org.apache.kafka.connect.errors.DataException' },
  ])('throws $javaName at the asking side as it was here', async ({ retriable, javaName }) => {
    const error: unknown = await openPair()
      .asker.request('fail', { retriable })
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ javaName })
    expect(isRetriable(error)).toBe(retriable)
    expect(traceOf(error)).toContain(
      `${javaName}: ${retriable ? 'try later' : 'does not fit'}\n\tat `,
    )
    expect(traceOf(error)).toContain('channel.test')
    expect(traceOf(new Error('around it', { cause: error }))).toContain(`Caused by: ${javaName}`)
  })

  test('gives up at the time limit and tells the other side', async () => {
    const stopped = vi.fn()
    const { asker } = openPair({
      wait: (_, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', stopped)
        }),
    })
    await expect(asker.request('wait', undefined, { timeoutMs: 5 })).rejects.toThrow(
      'Thread t did not answer "wait" within 5 ms.',
    )
    await expect.poll(() => stopped.mock.calls.length).toBe(1)
    expect(asker.pending).toBe(0)
  })

  test('gives up when the signal aborts, with its reason', async () => {
    const { asker } = openPair()
    const controller = new AbortController()
    const answer = asker.request('wait', undefined, { signal: controller.signal })
    controller.abort(new Error('not needed'))
    await expect(answer).rejects.toThrow('not needed')
    await expect(asker.request('double', 1, { signal: controller.signal })).rejects.toThrow(
      'not needed',
    )
  })

  test('close rejects every open request with its reason and aborts what is being answered', async () => {
    const aborted = vi.fn()
    const { asker, answerer } = openPair({
      wait: (_, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', aborted)
        }),
    })
    const answers = [asker.request('wait', undefined), asker.request('wait', undefined)]
    await asker.request('double', 1)
    answerer.close(new Error('gone'))
    asker.close(new Error('the thread died'))
    asker.close(new Error('a later reason'))
    for (const answer of answers) await expect(answer).rejects.toThrow('the thread died')
    await expect(asker.request('double', 1)).rejects.toThrow('the thread died')
    expect(aborted).toHaveBeenCalledTimes(2)
  })

  test('drops what a dead incarnation says', async () => {
    const { asker, notes } = openPair({}, [1, 2])
    asker.notify('note', 'from the grave')
    await expect(asker.request('double', 1, { timeoutMs: 20 })).rejects.toThrow('within 20 ms')
    expect(notes).toEqual([])
  })

  test.each([null, 'text', 17, {}, { sluice: 1, incarnation: 1, kind: 'answer', id: 99 }])(
    'a stray message %j does no harm',
    async (message) => {
      const { asker, port1 } = openPair()
      port1.postMessage(message)
      expect(await asker.request('double', 2)).toBe(4)
    },
  )

  test('an argument or answer that cannot be cloned is an error, not a silence', async () => {
    const { asker } = openPair()
    const odd = (() => 1) as unknown as number
    await expect(asker.request('double', odd)).rejects.toThrow('cannot cross between threads')
    await expect(asker.request('leak', undefined)).rejects.toThrow('could not be cloned')
    expect(asker.pending).toBe(0)
  })

  test('a request nobody answers says so', async () => {
    const { asker } = openPair({ double: undefined as never })
    await expect(asker.request('double', 1)).rejects.toThrow('Nobody answers "double"')
  })
})

/** Two ends whose messages arrive, in order each way, when the scheduler says so. */
function scheduledPair(scheduler: fc.Scheduler): [Endpoint, Endpoint] {
  const listeners: ((message: unknown) => void)[][] = [[], []]
  const tails = [Promise.resolve(), Promise.resolve()]
  const end = (own: number, other: number): Endpoint => ({
    postMessage(message) {
      const arrival = scheduler.schedule(Promise.resolve(), 'message')
      tails[other] = Promise.all([tails[other], arrival]).then(() => {
        for (const listener of listeners[other] ?? []) listener(message)
      })
    },
    on: (_event, listener) => listeners[own]?.push(listener),
    off: (_event, listener) => {
      listeners[own] = (listeners[own] ?? []).filter((each) => each !== listener)
    },
  })
  return [end(0, 1), end(1, 0)]
}

type Step = { readonly at: 'ask' | 'fail' | 'askAndAbort' } | { readonly at: 'close' }

describe('whatever order messages arrive in', () => {
  test('every request settles once: with its own answer, its own error, or the reason it ended', async () => {
    const steps = fc.array(
      fc.constantFrom<Step>({ at: 'ask' }, { at: 'fail' }, { at: 'askAndAbort' }, { at: 'close' }),
      { maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, async (scheduler, plan) => {
        const [left, right] = scheduledPair(scheduler)
        const answered: number[] = []
        const asker = new Channel<Asked, object, Told, object>({
          endpoint: left,
          incarnation: 1,
          peer: 'Thread t',
          requests: {},
          notices: {},
        })
        const answerer = new Channel<object, Asked, object, Told>({
          endpoint: right,
          incarnation: 1,
          peer: 'The main thread',
          requests: {
            double: async (value) => {
              answered.push(value)
              await scheduler.schedule(Promise.resolve(), 'work')
              if (value < 0) throw new DataError(`no ${value}`)
              return value * 2
            },
            fail: () => undefined,
            wait: () => '',
            leak: () => null,
          },
          notices: { note: () => undefined },
        })
        let closed = false
        const outcomes = plan.flatMap((step, index) => {
          if (step.at === 'close') {
            closed = true
            asker.close(new Error('closed'))
            return []
          }
          const sign = step.at === 'fail' ? -1 : 1
          const value = sign * (index + 1)
          const controller = new AbortController()
          const answer = asker.request('double', value, { signal: controller.signal })
          if (step.at === 'askAndAbort') controller.abort(new Error(`aborted ${value}`))
          const allowed = [
            step.at === 'askAndAbort' ? `aborted ${value}` : sign < 0 ? `no ${value}` : value * 2,
            ...(closed || plan.slice(index).some((later) => later.at === 'close')
              ? ['closed']
              : []),
          ]
          return [
            answer.then(
              (got: unknown) => expect(allowed).toContain(got),
              (error: unknown) => expect(allowed).toContain((error as Error).message),
            ),
          ]
        })
        await scheduler.waitFor(Promise.all(outcomes))
        expect(asker.pending).toBe(0)
        // Handlers are called in the order of the requests.
        expect(answered).toEqual([...answered].sort((a, b) => Math.abs(a) - Math.abs(b)))
        answerer.close(new Error('over'))
      }),
      { numRuns: 200 },
    )
  })
})
