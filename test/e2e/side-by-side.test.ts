import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { otherKind } from '../support/connect-cluster/other-kind.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { clusterDifferences } from '../support/side-by-side/differences.ts'
import { script } from '../support/side-by-side/script.ts'
import { SideBySide } from '../support/side-by-side/side-by-side.ts'
import { anyStep } from '../support/side-by-side/steps.ts'

const { seed } = seedOfRun()
let both: SideBySide

beforeAll(async () => {
  both = await SideBySide.start({
    bootstrapServers: inject('bootstrapServers'),
    java: ['java'],
    other: [otherKind],
  })
}, 600_000)

afterAll(() => both[Symbol.asyncDispose](), 120_000)

test('a cluster of ours answers a script as a Java cluster does, and writes the same records', async () => {
  for (const step of script) await both.do(step)
  if (otherKind === 'java') return
  expect([...both.met].sort()).toEqual(clusterDifferences.map(({ title }) => title).sort())
}, 900_000)

test(`… and whatever it is asked (seed ${seed})`, async () => {
  for (const step of fc.sample(anyStep, { numRuns: 60, seed })) await both.do(step)
}, 900_000)

test('it has created the internal topics as Java has', async () => {
  const [java, ours] = await both.topicsAsCreated()
  expect(ours).toEqual(java)
})

test.each(clusterDifferences)('docs/differences.md tells of: $title', async ({ title }) => {
  const page = await readFile(new URL('../../docs/differences.md', import.meta.url), 'utf8')
  expect(page).toContain(`**${title}**`)
})
