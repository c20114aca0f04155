import { openKafkaClient } from '../../support/kafka-client.ts'
import { seedOfRun } from '../../support/seed-of-run.ts'
import { topicPrefix } from '../../support/topics.ts'
import type { CampaignOptions } from './campaign.ts'
import type { LogReader } from './log-reader.ts'
import { partitionCount } from './schedule.ts'
import { Tally } from './tally.ts'

/** So many schedules run at the same time. */
const lanes = 10

/**
 * A campaign of `count` schedules on topics of its own. `SLUICE_SEED` gives its seed, or, with a path behind a slash, the one
 * schedule that is to be run again.
 */
export async function campaignOf(
  count: number,
  bootstrapServers: string,
  reader: LogReader,
): Promise<CampaignOptions> {
  await using kafka = await openKafkaClient(bootstrapServers)
  const prefix = topicPrefix('faults')
  const topics = Array.from({ length: lanes }, (_, i) => `${prefix}${i}`)
  for (const topic of topics) await kafka.createTopic(topic, { partitions: partitionCount })
  const { seed, ...replayed } = seedOfRun()
  console.log(`SLUICE_SEED=${seed}`)
  const tally = new Tally()
  return { bootstrapServers, reader, topics, count, seed, tally, ...replayed }
}
