import { expect, test, vi } from 'vitest'
import { groupOptions } from '../../../src/kafka/group/group-options.ts'
import { TopicWatch } from '../../../src/kafka/group/topic-watch.ts'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { DisconnectError } from '../../../src/kafka/net/errors.ts'

test.each([
  { how: 'by name', subscription: { topics: ['orders'] } },
  {
    how: 'by pattern',
    subscription: { pattern: { matches: (name: string) => name === 'orders' } },
  },
])('a look that no broker answered has not been one: topics $how', async ({ subscription }) => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const orders = { name: 'orders', internal: false, partitions: [{ partition: 0, replicas: [] }] }
  const metadata = {
    refresh: vi.fn().mockResolvedValue(undefined),
    allTopics: vi.fn().mockResolvedValue([orders]),
    topic: () => orders,
  }
  for (const asked of [metadata.refresh, metadata.allTopics]) {
    asked.mockRejectedValueOnce(new DisconnectError('gone'))
  }
  const client = { metadata } as unknown as KafkaClient
  const watch = new TopicWatch({ client, options: groupOptions({ 'group.id': 'g' }), subscription })
  const { signal } = new AbortController()
  expect(await watch.look(signal)).toBe(false)
  expect(watch.dueInMs).toBeLessThanOrEqual(1000)
  metadata.refresh.mockReset()
  expect(await watch.look(signal)).toBe(true)
  expect(watch.dueInMs).toBeGreaterThan(1000)
  vi.restoreAllMocks()
})
