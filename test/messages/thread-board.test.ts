import fc from 'fast-check'
import { expect, test } from 'vitest'
import { taskStages } from '../../src/messages/stages.ts'
import { ThreadBoard, turnMs } from '../../src/messages/thread-board.ts'

test('the board names the call that runs now, and after it the one around it', () => {
  const calls = fc.array(
    fc.tuple(fc.nat({ max: 1_000_000 }), fc.constantFrom(...taskStages.slice(1))),
  )
  fc.assert(
    fc.property(calls, (nested) => {
      const board = new ThreadBoard()
      const reader = new ThreadBoard(board.shared)
      const before = nested.map(([run, stage]) => board.enter(run, stage))
      for (const [run, stage] of nested.toReversed()) {
        expect(reader.running()).toEqual({ run, stage })
        board.leave(before.pop() ?? 0)
      }
      expect(reader.running()).toBeNull()
    }),
  )
})

test('the board tells when the event loop last turned', () => {
  const board = new ThreadBoard()
  board.turned(1_700_000_000_123)
  expect(new ThreadBoard(board.shared).turnedAt()).toBe(1_700_000_000_123)
})

test('the board tells how late the event loop is, and how late it came back', () => {
  const board = new ThreadBoard()
  const reader = new ThreadBoard(board.shared)
  expect(reader.lagMs(5000)).toBe(0)
  board.turned(10_000)
  expect(reader.lagMs(10_000 + turnMs)).toBe(0)
  expect(reader.lagMs(10_000 + turnMs + 300)).toBe(300)
  board.turned(10_000 + turnMs + 700)
  expect(reader.lagMs(10_000 + turnMs + 800)).toBe(700)
  board.turned(10_000 + turnMs + 700 + turnMs)
  expect(reader.lagMs(10_000 + turnMs + 800 + turnMs)).toBe(0)
})
