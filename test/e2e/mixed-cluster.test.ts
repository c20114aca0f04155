import { inject, test } from 'vitest'
import { rollThereAndBack, shareTheWork } from '../support/connect-cluster/mixed-clusters.ts'

const bootstrapServers = inject('bootstrapServers')

test('Java’s worker and ours share the work, speak for each other, and survive each other', async () => {
  await shareTheWork(bootstrapServers, 'sessioned')
}, 900_000)

test('a Java cluster is rolled to ours and back under load, and every line goes on where it was', async () => {
  await rollThereAndBack(bootstrapServers, 'compatible')
}, 900_000)
