import { expect, test } from 'vitest'
import { TaskCounters } from '../../src/messages/counters.ts'
import { taskStages } from '../../src/messages/stages.ts'
import { overdueCall } from '../../src/runtime/overdue-call.ts'

test('a call that holds a sink up for too long is named, with how long and the key to raise', () => {
  const counters = new TaskCounters()
  counters.set('callStage', taskStages.indexOf('put'))
  counters.set('callSince', Date.now() - 300_500)
  expect(overdueCall('t-0', counters, 300_000)?.message).toMatch(
    /^Task t-0: put has not come back for 3005\d\d ms, and max\.poll\.interval\.ms allows 300000 ms .* consumer\.override\.max\.poll\.interval\.ms/,
  )
})

test('a sink that no call of its plugin holds up is not failed', () => {
  expect(overdueCall('t-0', new TaskCounters(), 300_000)).toBeNull()
})
