import { expect, test } from 'vitest'
import { LogIntake } from '../../src/worker/log-intake.ts'

function hold(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('lines are handled at once while there is time, then in turns and in order', async () => {
  const intake = new LogIntake()
  const handled: number[] = []
  for (let i = 0; i < 20; i++) {
    intake.take(() => {
      hold(1)
      handled.push(i)
    })
  }
  expect(handled.length).toBeGreaterThan(0)
  expect(handled.length).toBeLessThan(20)
  await expect.poll(() => handled.length).toBe(20)
  expect(handled).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('what waits is handled when the worker stops', () => {
  const intake = new LogIntake()
  let handled = 0
  for (let i = 0; i < 20; i++) {
    intake.take(() => {
      hold(1)
      handled++
    })
  }
  intake.flush()
  expect(handled).toBe(20)
})
