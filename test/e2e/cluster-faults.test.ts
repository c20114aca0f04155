import { expect, test } from 'vitest'
import { faultKinds, planOf } from '../support/connect-cluster/cluster-faults.ts'
import type { ClusterFault } from '../support/connect-cluster/cluster-faults.ts'
import { runFaultCampaign } from '../support/connect-cluster/fault-campaign.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { seedOfRun } from '../support/seed-of-run.ts'

const { seed } = seedOfRun()

// All kinds of faults, for minutes, are for the second tier.
test.each([
  { guarantee: 'at least once', exactlyOnce: false, kinds: ['kill', 'stop-until-lost', 'broker'] },
  {
    guarantee: 'exactly once',
    exactlyOnce: true,
    kinds: ['kill', 'stop-until-lost', 'cut', 'broker'],
  },
] as const)(
  `three workers that are killed, stopped and cut off deliver every line $guarantee (seed ${seed})`,
  async ({ exactlyOnce, kinds }) => {
    await runFaultCampaign({ seed, exactlyOnce, kinds, rounds: 1 })
  },
  900_000,
)

test('a seed plans the same faults again, each kind once a round', () => {
  const plan = (of: number): ClusterFault[] =>
    planOf(3, { random: randomNumbers(of), workers: 3, sessionMs: 4000 })
  expect(plan(seed)).toEqual(plan(seed))
  expect(plan(seed)).not.toEqual(plan(seed + 1))
  const kinds = plan(seed).map(({ kind }) => kind)
  const perRound = faultKinds.length
  expect(kinds).toHaveLength(3 * perRound)
  for (const round of [0, 1, 2])
    expect(kinds.slice(round * perRound, (round + 1) * perRound).sort()).toEqual(
      [...faultKinds].sort(),
    )
})
