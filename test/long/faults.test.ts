import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { otherBreaks } from '../integration/faults/breaks.ts'
import { brokenCampaign } from '../integration/faults/broken-campaign.ts'
import { runCampaign } from '../integration/faults/campaign.ts'
import { LogReader } from '../integration/faults/log-reader.ts'
import { campaignOf } from '../integration/faults/set-up.ts'

const bootstrapServers = inject('bootstrapServers')
/** `SLUICE_SCHEDULES` runs fewer, or more. */
const schedules = Number(process.env.SLUICE_SCHEDULES ?? 10_000)
/** A topic for each, so that none grows without end. */
const perCampaign = 500
let reader: LogReader

beforeAll(async () => {
  reader = await LogReader.start(bootstrapServers)
})

afterAll(() => reader[Symbol.dispose]())

test('ten thousand schedules leave the log as it must be', async () => {
  for (let done = 0; done < schedules; done += perCampaign) {
    const count = Math.min(perCampaign, schedules - done)
    const campaign = await campaignOf(count, bootstrapServers, reader)
    await runCampaign(campaign)
    console.log(`${done + count} of ${schedules}\n${campaign.tally.text()}`)
    expect(campaign.tally.schedules).toBe(count)
  }
})

test.each(otherBreaks)('is noticed: $name', async (broken) => {
  const campaign = await campaignOf(500, bootstrapServers, reader)
  const { runCampaign: runBroken } = await brokenCampaign(broken)
  await expect(runBroken(campaign)).rejects.toThrow('SLUICE_SEED')
  console.log(`${broken.name}: after ${campaign.tally.schedules} schedules`)
})
