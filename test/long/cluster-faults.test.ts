import { test } from 'vitest'
import { runFaultCampaign } from '../support/connect-cluster/fault-campaign.ts'
import { seedOfRun } from '../support/seed-of-run.ts'

const { seed } = seedOfRun()
/** `SLUICE_MINUTES` gives it less, or more. */
const minutes = Number(process.env.SLUICE_MINUTES ?? 10)

test.each([
  { guarantee: 'at least once', exactlyOnce: false },
  { guarantee: 'exactly once', exactlyOnce: true },
])(
  `minutes of faults leave every line delivered $guarantee (seed ${seed})`,
  async ({ exactlyOnce }) => {
    await runFaultCampaign({ seed, exactlyOnce, rounds: Infinity, limitMs: minutes * 60_000 })
  },
)
