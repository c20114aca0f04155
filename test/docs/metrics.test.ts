import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { groups } from '../../src/metrics/groups.ts'
import { servedFamilies } from '../metrics/served.ts'

const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')

test('docs/metrics.md names every type of Kafka’s metrics, and every metric beyond them', async () => {
  for (const { type } of Object.values(groups)) expect(page).toContain(`\`${type}\``)
  const names = [...(await servedFamilies('short')).keys()]
  const beyond = names.filter((name) => !name.startsWith('kafka_'))
  expect(beyond.length).toBeGreaterThan(10)
  expect(beyond.filter((name) => !page.includes(name))).toEqual([])
})
