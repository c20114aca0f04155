import fc from 'fast-check'
import { expect, test } from 'vitest'
import { taskStages } from '../../src/messages/stages.ts'
import { ThreadBoard } from '../../src/messages/thread-board.ts'

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
