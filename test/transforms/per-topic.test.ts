import { expect, test } from 'vitest'
import { PerTopic } from '../../src/transforms/support/per-topic.ts'

test('what is made of a topic is made once, but texts too long for one are not kept', () => {
  const asked: number[] = []
  const sizes = new PerTopic((topic) => asked.push(topic.length))
  for (const size of [249, 249, 250, 250]) sizes.of('t'.repeat(size))
  expect(asked).toEqual([249, 250, 250])
})
