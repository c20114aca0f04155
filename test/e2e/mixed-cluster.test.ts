import { inject, test } from 'vitest'
import { shareTheWork } from '../support/connect-cluster/mixed-clusters.ts'

const bootstrapServers = inject('bootstrapServers')

// That a cluster is rolled there and back under load is for the second tier, over every protocol.
test('Java’s worker and ours share the work, speak for each other, and survive each other', async () => {
  await shareTheWork(bootstrapServers, 'sessioned')
}, 900_000)
