import { test } from 'vitest'
import { soak } from './soak-support.ts'

test('memory stays flat over a minute of producing, reading, cut connections and rebalances', async () => {
  await soak(60)
}, 150_000)
