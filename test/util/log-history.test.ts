import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LogHistory } from '../../src/util/log-history.ts'
import type { KeptLine, LogQuery } from '../../src/util/log-history.ts'
import type { LogEntry } from '../../src/util/logger.ts'

const all: LogQuery = { level: 'ALL', since: 0, limit: Infinity }
const task = { connector: 'c', task: 0 }

function entry(message: string, more: Partial<LogEntry> = {}): LogEntry {
  return { timestamp: 1, level: 'INFO', logger: 'a', context: '[c|task-0] ', message, ...more }
}

const messages = (lines: readonly KeptLine[]): string[] => lines.map((line) => line.entry.message)

test('a task has its lines, the connector those of all its tasks, in their order', () => {
  const history = new LogHistory()
  history.keep(entry('one'))
  history.keep(entry('two', { context: '[c|worker] ' }))
  history.keep(entry('three', { context: '[c|task-1] ' }))
  history.keep(entry('four', { context: '[c|task-0|offsets] ' }))
  history.keep(entry('foreign', { context: '[d|task-0] ' }))
  history.keep(entry('of no one', { context: '' }))
  expect(messages(history.lines(task, all))).toEqual(['one', 'four'])
  expect(messages(history.lines({ connector: 'c' }, all))).toEqual(['one', 'two', 'three', 'four'])
})

test('lines are asked for by level, time and count', () => {
  const history = new LogHistory()
  history.keep(entry('old', { level: 'ERROR', timestamp: 5 }))
  history.keep(entry('info', { timestamp: 10 }))
  history.keep(entry('warn', { level: 'WARN', timestamp: 11 }))
  history.keep(entry('error', { level: 'ERROR', timestamp: 12 }))
  expect(messages(history.lines(task, { ...all, level: 'WARN', since: 10 }))).toEqual([
    'warn',
    'error',
  ])
  expect(messages(history.lines(task, { ...all, limit: 1 }))).toEqual(['error'])
})

test('each start is another run', () => {
  const history = new LogHistory()
  history.begin(task)
  history.keep(entry('first'))
  history.begin(task)
  history.keep(entry('second'))
  expect(history.lines(task, all).map(({ run }) => run)).toEqual([1, 2])
})

test('the last lines are kept, within bounds of lines and characters, whatever is logged', () => {
  const line = fc.record({ task: fc.nat(3), length: fc.nat(40_000) })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), fc.nat(1500), (lines, more) => {
      const history = new LogHistory()
      lines.forEach(({ task: number, length }, i) => {
        history.keep(entry(`${i} ${'x'.repeat(length)}`, { context: `[c|task-${number}] ` }))
      })
      for (let i = 0; i < more; i++) history.keep(entry('short'))
      for (let number = 0; number < 4; number++) {
        const kept = messages(history.lines({ connector: 'c', task: number }, all))
        expect(kept.length).toBeLessThanOrEqual(1000)
        expect(kept.join('').length).toBeLessThanOrEqual(128 * 1024)
      }
    }),
    { numRuns: 30 },
  )
  const history = new LogHistory()
  for (let i = 0; i < 2000; i++) history.keep(entry(`line ${i}`))
  expect(messages(history.lines(task, all)).slice(0, 1)).toEqual(['line 1000'])
})

test('over all there is a bound too: who was silent longest is forgotten', () => {
  const history = new LogHistory()
  const name = (i: number): string => `[c${i}|task-0] `
  for (let i = 0; i < 200; i++) {
    for (let n = 0; n < 8; n++) history.keep(entry('x'.repeat(16_000), { context: name(i) }))
  }
  let size = 0
  for (let i = 0; i < 200; i++) {
    size += messages(history.lines({ connector: `c${i}` }, all)).join('').length
  }
  expect(size).toBeGreaterThan(8 * 1024 * 1024)
  expect(size).toBeLessThanOrEqual(16 * 1024 * 1024)
  expect(history.has({ connector: 'c0', task: 0 })).toBe(false)
  expect(history.has({ connector: 'c199', task: 0 })).toBe(true)
})

test('a long line is cut', () => {
  const history = new LogHistory()
  history.keep(entry('x'.repeat(100_000), { trace: 'y'.repeat(100_000) }))
  const [line] = history.lines(task, all)
  expect(line?.entry.message).toMatch(/x … \(cut: 83616 more characters\)$/)
  expect(line?.entry.trace).toMatch(/y … \(cut: 83616 more characters\)$/)
})

test('who follows hears each line until the connector is forgotten, or the worker stops', () => {
  const history = new LogHistory()
  const heard: string[] = []
  const follower = (name: string) => ({
    line: ({ entry: { message } }: KeptLine) => heard.push(`${name}: ${message}`),
    ended: () => heard.push(`${name} ended`),
  })
  history.follow(task, follower('task'))
  history.follow({ connector: 'c' }, follower('connector'))
  history.follow({ connector: 'd' }, follower('other'))
  history.keep(entry('hello'))
  history.keep(entry('world', { context: '[c|worker] ' }))
  history.forget('c')
  history.keep(entry('too late'))
  history.close()
  expect(heard).toEqual([
    'task: hello',
    'connector: hello',
    'connector: world',
    'task ended',
    'connector ended',
    'other ended',
  ])
  expect(history.follow(task, follower('late'))).toBe(false)
})

test('only so many may follow', () => {
  const history = new LogHistory()
  const follower = () => ({ line: () => undefined, ended: () => undefined })
  const followers = Array.from({ length: 32 }, follower)
  expect(followers.every((each) => history.follow(task, each))).toBe(true)
  expect(history.follow(task, follower())).toBe(false)
  for (const each of followers) history.unfollow(each)
  expect(history.follow(task, follower())).toBe(true)
})
