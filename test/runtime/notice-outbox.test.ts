import { expect, test } from 'vitest'
import { LogGate } from '../../src/messages/log-gate.ts'
import { NoticeOutbox } from '../../src/runtime/notice-outbox.ts'

/** A gate that is closed, also for what is urgent, and how to open it. */
function closedGate(): { readonly gate: LogGate; readonly open: () => void } {
  const gate = new LogGate()
  let entered = 0
  while (gate.enter(0, true)) entered++
  return {
    gate: new LogGate(gate.shared),
    open: () => {
      for (; entered > 0; entered--) gate.leave(0)
    },
  }
}

test('so much is under way at most, of which errors have a part for themselves', () => {
  const gate = new LogGate()
  expect(gate.enter(2 ** 20)).toBe(true)
  expect(gate.enter(1)).toBe(false)
  expect(gate.enter(2 ** 18, true)).toBe(true)
  expect(gate.enter(1, true)).toBe(false)
  gate.leave(2 ** 20)
  expect(gate.enter(1)).toBe(true)
})

test('what finds the gate closed is sent once it is open, in order, and one of a kind', () => {
  const { gate, open } = closedGate()
  const outbox = new NoticeOutbox(gate)
  const sent: string[] = []
  for (const key of ['a', 'b', 'a']) outbox.offer(key, 1, () => sent.push(key))
  expect(outbox.flush()).toBe(false)
  expect(sent).toEqual([])
  open()
  outbox.offer('c', 1, () => sent.push('c'))
  expect(sent).toEqual(['a', 'b', 'c'])
  expect(outbox.flush()).toBe(true)
})

test('so much is held at most, the latest', () => {
  const { gate, open } = closedGate()
  const outbox = new NoticeOutbox(gate)
  const sent: number[] = []
  for (let i = 0; i <= 2000; i++) outbox.offer(String(i), 0, () => sent.push(i))
  open()
  outbox.flush()
  expect(sent).toHaveLength(2000)
  expect(sent[0]).toBe(1)
})
