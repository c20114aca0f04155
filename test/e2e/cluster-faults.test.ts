import { test } from 'vitest'
import { runFaultCampaign } from '../support/connect-cluster/fault-campaign.ts'
import { seedOfRun } from '../support/seed-of-run.ts'

const { seed } = seedOfRun()

test(`three workers that are killed, stopped and cut off deliver every line at least once (seed ${seed})`, async () => {
  await runFaultCampaign({ seed, exactlyOnce: false, rounds: 1 })
}, 900_000)
