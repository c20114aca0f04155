import { expect, test } from 'vitest'
import { TaskCounters } from '../../src/messages/counters.ts'
import { taskStages } from '../../src/messages/stages.ts'
import type { TaskStage } from '../../src/messages/stages.ts'
import { ThreadBoard } from '../../src/messages/thread-board.ts'
import { PluginCalls } from '../../src/runtime/plugin-calls.ts'

function setUp() {
  const board = new ThreadBoard()
  const counters = new TaskCounters()
  return { board, counters, calls: new PluginCalls(board, 7, counters) }
}

test('a call is named on the board while it holds the thread, and is open until its promise settles', async () => {
  const { board, counters, calls } = setUp()
  let finish = (): void => undefined
  const waiting = calls.call('poll', () => {
    expect(board.running()).toEqual({ run: 7, stage: 'poll' })
    return new Promise<void>((resolve) => {
      finish = resolve
    })
  })
  expect(board.running()).toBeNull()
  expect(calls.open).toBe(true)
  expect(taskStages[counters.get('callStage')]).toBe('poll')
  expect(counters.get('callSince')).toBeGreaterThan(0)
  finish()
  await waiting
  expect(calls.open).toBe(false)
  expect(counters.get('callSince')).toBe(0)
})

test('a call that returns at once answers at once', () => {
  const { calls } = setUp()
  expect(calls.call('convert', () => 42)).toBe(42)
  expect(calls.open).toBe(false)
})

test('a call that throws is closed, and so is one inside another', async () => {
  const { board, calls } = setUp()
  const throwing = (): never => {
    throw new Error('no')
  }
  void calls.call('put', () => {
    expect(() => calls.call('convert', throwing)).toThrow('no')
    expect(board.running()).toEqual({ run: 7, stage: 'put' })
  })
  await expect(calls.call('poll', () => Promise.reject(new Error('later')))).rejects.toThrow(
    'later',
  )
  expect([calls.open, board.running()]).toEqual([false, null])
})

test('of several open calls the counters tell the oldest that is no poll', async () => {
  const { counters, calls } = setUp()
  const shown = (): string | undefined =>
    counters.get('callSince') === 0 ? 'none' : taskStages[counters.get('callStage')]
  const begin = (stage: TaskStage) => {
    let resolve = (): void => undefined
    const settled = new Promise<void>((done) => {
      resolve = done
    })
    const made = Promise.resolve(calls.call(stage, () => settled))
    return async () => {
      resolve()
      await made
    }
  }
  const endPoll = begin('poll')
  expect(shown()).toBe('poll')
  void calls.call('convert', () => expect(shown()).toBe('convert'))
  const endCommit = begin('commit')
  const endProgress = begin('progress')
  expect(shown()).toBe('commit')
  await endCommit()
  expect(shown()).toBe('progress')
  await endProgress()
  expect(shown()).toBe('poll')
  await endPoll()
  expect([shown(), calls.open]).toEqual(['none', false])
})
