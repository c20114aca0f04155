import { createGroupConsumer } from '../../../src/kafka/group/group-consumer.ts'
import type { ClientConfig } from '../../../src/kafka/types.ts'

/** A member that polls until it is killed. Says on standard output how many partitions it was assigned. */
export async function run(member: {
  readonly topic: string
  readonly config: ClientConfig
}): Promise<void> {
  const consumer = createGroupConsumer(member.config)
  consumer.subscribe(
    { topics: [member.topic] },
    {
      assigned: (partitions) => {
        console.log(`assigned ${partitions.length}`)
        return Promise.resolve()
      },
      revoked: () => Promise.resolve(),
      lost: () => Promise.resolve(),
    },
  )
  const { signal } = new AbortController()
  for (;;) await consumer.poll(200, signal)
}
