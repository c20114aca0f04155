import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatJson, ownerOf } from '../../src/util/log-format.ts'
import { formatEntry } from '../../src/util/logger.ts'

const entry = {
  timestamp: Date.UTC(2026, 10, 21, 10, 0, 0, 7),
  level: 'WARN',
  logger: 'a.B',
  context: '[c|task-0] ',
  message: 'two\nlines',
} as const

test("a line of text is in Java's pattern, a trace behind it", () => {
  expect(formatEntry({ ...entry, trace: 'E: x\n\tat y\n' })).toBe(
    '[2026-11-21 10:00:00,007] WARN [c|task-0] two\nlines (a.B)\nE: x\n\tat y\n',
  )
})

test('a line of JSON holds what a line of text does, on one line', () => {
  expect(formatJson({ ...entry, thread: 'task-thread-2', trace: 'E: x\n\tat y\n' })).toBe(
    '{"timestamp":"2026-11-21T10:00:00.007Z","level":"WARN","logger":"a.B","connector":"c","task":0,' +
      '"message":"two\\nlines","thread":"task-thread-2","trace":"E: x\\n\\tat y\\n"}\n',
  )
})

test('connector, task and trace are left out where there are none', () => {
  const parsed: unknown = JSON.parse(formatJson({ ...entry, context: '' }))
  expect(Object.keys(parsed as object)).toEqual([
    'timestamp',
    'level',
    'logger',
    'message',
    'thread',
  ])
})

describe('a context says whose line it is:', () => {
  test.each([
    ['[a|worker] ', { connector: 'a' }],
    ['[a|task-12] ', { connector: 'a', task: 12 }],
    ['[a|task-0|offsets] ', { connector: 'a', task: 0 }],
    ['[a|b]|task-1] ', { connector: 'a|b]', task: 1 }],
    ['', {}],
    ['[a] ', {}],
  ])('%j', (context, owner) => {
    expect(ownerOf(context)).toEqual(owner)
  })
})

test('whatever is logged, it takes one line of JSON that says it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, trace) => {
      const line = formatJson({ ...entry, message, trace })
      expect(line.indexOf('\n')).toBe(line.length - 1)
      expect(JSON.parse(line)).toMatchObject({ message, trace })
    }),
  )
})
