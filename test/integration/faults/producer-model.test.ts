import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { root } from '../../services/paths.ts'
import { faultKinds } from '../../support/fault-proxy/faults.ts'
import { brokenCampaign } from './broken-campaign.ts'
import { otherBreaks, sequenceGivenBack } from './breaks.ts'
import { runCampaign } from './campaign.ts'
import { LogReader } from './log-reader.ts'
import { campaignOf } from './set-up.ts'

const bootstrapServers = inject('bootstrapServers')
const schedules = Number(process.env.SLUICE_SCHEDULES ?? 150)
let reader: LogReader

beforeAll(async () => {
  reader = await LogReader.start(bootstrapServers)
})

afterAll(() => reader[Symbol.dispose]())

test('what is acknowledged is in the log once and in order, transactions are whole, whatever happens on the way', async () => {
  const campaign = await campaignOf(schedules, bootstrapServers, reader)
  const { tally } = campaign
  await runCampaign(campaign)
  console.log(tally.text())
  if (campaign.path !== undefined) return
  expect(tally.schedules).toBe(schedules)
  expect(faultKinds.filter((kind) => tally.hitsOf(kind) === 0)).toEqual([])
  for (const fate of ['committed', 'aborted'])
    expect(tally.transactions.get(fate)).toBeGreaterThan(0)
  const { acknowledged = 0, failed = 0 } = Object.fromEntries(tally.records)
  expect(acknowledged).toBeGreaterThan(failed)
}, 600_000)

test(`is noticed within 100 schedules: ${sequenceGivenBack.name}`, async () => {
  const campaign = await campaignOf(100, bootstrapServers, reader)
  const broken = await brokenCampaign(sequenceGivenBack)
  await expect(broken.runCampaign(campaign)).rejects.toThrow(
    /was acknowledged and is not there|is there twice|, behind |was acknowledged at offset/,
  )
}, 300_000)

test('docs/delivery.md lists every break', async () => {
  const docs = await readFile(path.join(root, 'docs', 'delivery.md'), 'utf8')
  const section = docs.split('## Breaks that tests must notice')[1] ?? ''
  const all = [sequenceGivenBack, ...otherBreaks]
  expect(all.filter(({ name }) => !section.includes(`| ${name} `))).toEqual([])
})
