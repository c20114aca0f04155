import { test } from 'vitest'
import { soak } from '../integration/kafka/soak-support.ts'

test('memory stays flat over ten minutes of producing, reading, cut connections and rebalances', async () => {
  await soak(600)
}, 900_000)
