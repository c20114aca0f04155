import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FollowedState } from '../../src/stores/followed-state.ts'
import type { FollowedLog } from '../../src/stores/followed-state.ts'
import { OffsetIndex } from '../../src/stores/offset-index.ts'
import { createLogger, formatEntry, setLogSink } from '../../src/util/logger.ts'
import type { LogEntry } from '../../src/util/logger.ts'
import { abortable, delay } from '../../src/util/abort.ts'

const signal = AbortSignal.timeout(20_000)
let entries: LogEntry[] = []

beforeEach(() => {
  entries = []
  setLogSink((entry) => entries.push(entry))
})
afterEach(() => {
  setLogSink((entry) => process.stdout.write(formatEntry(entry)))
})

/** A log that holds one offset and ends when it is told to; as a TopicLog, it is over for good then. */
class ScriptedLog implements FollowedLog {
  readonly done: Promise<void>
  readonly openedAt = performance.now()
  stopped = 0
  #error: Error | null = null
  #resolve: () => void = () => undefined
  #reject: (error: Error) => void = () => undefined
  readonly #begin: (signal: AbortSignal) => Promise<void>

  constructor(begin: (signal: AbortSignal) => Promise<void>) {
    this.#begin = begin
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.done.catch(() => undefined)
  }

  start(aborts: AbortSignal): Promise<void> {
    return this.#begin(aborts)
  }

  readToEnd(): Promise<void> {
    return this.#error === null ? Promise.resolve() : Promise.reject(this.#error)
  }

  stop(): Promise<void> {
    this.stopped++
    this.#resolve()
    return Promise.resolve()
  }

  end(error: Error): void {
    this.#error = error
    this.#reject(error)
  }
}

/** A log of offsets over scripted ones: the one numbered n says that position n was reached, or begins as told. */
function scripted(begins: ((signal: AbortSignal) => Promise<void>)[] = [], firstMs = 1) {
  const logs: ScriptedLog[] = []
  const open = (index: OffsetIndex): FollowedLog => {
    const position = logs.length
    const log = new ScriptedLog((aborts) => {
      const key = Buffer.from('["c",{"f":1}]')
      index.load({ key, value: Buffer.from(`{"position":${position}}`) })
      return begins[position]?.(aborts) ?? Promise.resolve()
    })
    logs.push(log)
    return log
  }
  const backoff = { firstMs, maxMs: 1000 }
  const log = new FollowedState({
    topic: 'connect-offsets',
    holds: 'source offsets',
    logger: createLogger('test'),
    create: () => new OffsetIndex(),
    open,
    backoff,
  })
  const position = async (): Promise<unknown> => {
    const index = await log.readToEnd(signal)
    return index.get('c', { f: 1 })?.position
  }
  return { log, logs, position }
}

const fails = (message: string) => () => Promise.reject(new Error(message))
const errors = (): string[] =>
  entries.filter(({ level }) => level === 'ERROR').map(({ message }) => message)

describe('a log of offsets that ends', () => {
  test('says so as an error, and the next read opens it again from its beginning', async () => {
    const { log, logs, position } = scripted()
    await log.start(signal)
    expect(await position()).toBe(0)
    logs[0]?.end(new Error('Not authorized.'))
    await delay(5)
    expect(errors()).toEqual([
      'Topic connect-offsets can no longer be read; the next read of source offsets tries again: Not authorized.',
    ])
    expect(logs.length).toBe(1)
    expect(await position()).toBe(1)
    expect(logs.map(({ stopped }) => stopped)).toEqual([1, 0])
    await log.stop()
    expect(logs.map(({ stopped }) => stopped)).toEqual([1, 1])
  })

  test('is a problem until it is open again, which being asked about it brings about', async () => {
    const { log, logs } = scripted([() => Promise.resolve(), fails('still not')])
    await log.start(signal)
    expect(log.problem()).toBe(null)
    logs[0]?.end(new Error('Not authorized.'))
    await expect
      .poll(() => log.problem())
      .toBe('Topic connect-offsets can no longer be read: Not authorized.')
    await expect
      .poll(() => log.problem())
      .toBe('Topic connect-offsets could not be opened again: still not')
    await expect.poll(() => log.problem()).toBe(null)
    expect(logs.length).toBe(3)
    await log.stop()
    expect(logs.map(({ stopped }) => stopped)).toEqual([1, 1, 1])
  })

  test('is opened once for all reads that wait', async () => {
    const { log, logs, position } = scripted()
    await log.start(signal)
    logs[0]?.end(new Error('gone'))
    await delay(5)
    expect(await Promise.all([position(), position(), position()])).toEqual([1, 1, 1])
    expect(logs.length).toBe(2)
    await log.stop()
  })

  test('is tried again at growing intervals while it cannot be opened, each time by a read', async () => {
    const { log, logs, position } = scripted(
      [() => Promise.resolve(), fails('still not'), fails('not yet')],
      40,
    )
    await log.start(signal)
    logs[0]?.end(new Error('gone'))
    await delay(1)
    const endedAt = performance.now()
    await expect(position()).rejects.toThrow('still not')
    await expect(position()).rejects.toThrow('not yet')
    expect(await position()).toBe(3)
    const openedAt = logs.map((each) => each.openedAt)
    // A pause is spread by a fifth, and begins before its end is looked at.
    const waited = [1, 2, 3].map(
      (i) => (openedAt[i] ?? 0) - (i > 1 ? (openedAt[i - 1] ?? 0) : endedAt),
    )
    expect(waited[0]).toBeGreaterThan(20)
    expect(waited[1]).toBeGreaterThan(60)
    expect(waited[2]).toBeGreaterThan(120)
    expect(errors().length).toBe(3)
    expect(logs.map(({ stopped }) => stopped)).toEqual([1, 1, 1, 0])
    await log.stop()
  })

  test('keeps what it told known meanwhile, for the bytes of the keys that are written', async () => {
    const { log, logs } = scripted()
    await log.start(signal)
    logs[0]?.end(new Error('gone'))
    await delay(5)
    expect(log.state.get('c', { f: 1 })).toEqual({ position: 0 })
    await log.stop()
  })
})

describe('stop', () => {
  test('ends a pause and the reads that wait for it', async () => {
    const { log, logs, position } = scripted([], 1000)
    await log.start(signal)
    logs[0]?.end(new Error('gone'))
    await delay(5)
    const read = expect(position()).rejects.toThrow('was stopped')
    const before = performance.now()
    await log.stop()
    await read
    expect(performance.now() - before).toBeLessThan(500)
    expect(logs.length).toBe(1)
    await expect(position()).rejects.toThrow('was stopped')
  })

  test('ends a log that is being opened again, without a word of failure', async () => {
    const forever = (aborts: AbortSignal): Promise<void> =>
      abortable(new Promise<void>(() => undefined), aborts)
    const { log, logs, position } = scripted([() => Promise.resolve(), forever])
    await log.start(signal)
    logs[0]?.end(new Error('gone'))
    await delay(5)
    const read = expect(position()).rejects.toThrow('was stopped')
    await expect.poll(() => logs.length).toBe(2)
    await log.stop()
    await read
    expect(errors().length).toBe(1)
    expect(logs.map(({ stopped }) => stopped)).toEqual([1, 1])
  })

  test('a read that is given up leaves the opening to the others', async () => {
    const { log, logs, position } = scripted([], 50)
    await log.start(signal)
    logs[0]?.end(new Error('gone'))
    await delay(5)
    const given = new AbortController()
    const first = expect(log.readToEnd(given.signal)).rejects.toThrow('given up')
    const second = position()
    given.abort(new Error('given up'))
    await first
    expect(await second).toBe(1)
    await log.stop()
  })
})

test('a first start that fails closes the log and rejects', async () => {
  const { log, logs } = scripted([fails('no such topic')])
  await expect(log.start(signal)).rejects.toThrow('no such topic')
  expect(logs[0]?.stopped).toBe(1)
  await log.stop()
})
