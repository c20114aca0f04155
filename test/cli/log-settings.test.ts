import { expect, test } from 'vitest'
import { formatJson } from '../../src/cli/log-settings.ts'

const entry = {
  timestamp: Date.UTC(2026, 10, 21, 10, 0, 0, 7),
  level: 'WARN',
  logger: 'a.B',
  context: '[c|task-0] ',
  message: 'two\nlines',
} as const

test('a line of JSON holds what a line of text does, on one line', () => {
  expect(formatJson({ ...entry, trace: 'E: x\n\tat y\n' })).toBe(
    '{"timestamp":"2026-11-21T10:00:00.007Z","level":"WARN","logger":"a.B","context":"[c|task-0]",' +
      '"message":"two\\nlines","trace":"E: x\\n\\tat y\\n"}\n',
  )
})

test('context and trace are left out where there are none', () => {
  const parsed: unknown = JSON.parse(formatJson({ ...entry, context: '' }))
  expect(Object.keys(parsed as object)).toEqual(['timestamp', 'level', 'logger', 'message'])
})
