import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHdfs } from '../services/hadoop/mini-hdfs.ts'
import type { MiniHdfs } from '../services/hadoop/mini-hdfs.ts'
import { LinkFaults, randomSchedule, singleFaults } from '../support/hdfs-link-faults.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { waitFor } from '../support/wait-for.ts'

const { seed, path } = seedOfRun()
/** `SLUICE_SCHEDULES` runs fewer, or more. */
const schedules = Number(process.env.SLUICE_SCHEDULES ?? 1000)
const indexes = path === undefined ? Array.from({ length: schedules }, (_, n) => n) : [Number(path)]

let hdfs: MiniHdfs

beforeAll(async () => {
  hdfs = await startHdfs()
}, 900_000)
afterAll(() => hdfs[Symbol.asyncDispose]())

const noLease = async (): Promise<true | undefined> =>
  (await hdfs.control('/leases')) === '0' ? true : undefined

test('files are the same whatever happens to any one request of three commits', async () => {
  const { faults, requests } = await LinkFaults.prepare(hdfs, 3)
  const single = singleFaults(requests)
  expect(single.length).toBeGreaterThan(250)
  expect(await faults.runAll(single)).toBeGreaterThan(single.length * 0.9)
  await waitFor('all leases to end', noLease)
  console.log(`${single.length} faults at ${requests.length} requests`)
})

test(`files are the same though one request in seven is disturbed (seed ${seed})`, async () => {
  const { faults, requests } = await LinkFaults.prepare(hdfs, 3)
  const random = indexes.map((index) => randomSchedule(seed, index, 4 * requests.length))
  const hits = await faults.runAll(random)
  await waitFor('all leases to end', noLease)
  console.log(`${random.length} schedules of seed ${seed} with ${hits} faults`)
  expect(hits).toBeGreaterThan(random.length)
})

test('a DataNode that dies amid an upload, and with it the lease of the file, is got over', async () => {
  const { faults, requests } = await LinkFaults.prepare(hdfs, 2)
  const uploads = requests.filter(({ step, path: to }) => step.includes('2') && to.includes('_tmp'))
  await hdfs.control('/lease/2000/4000')
  for (const { n } of uploads) {
    const amid = async (): Promise<void> => {
      await hdfs.control('/dn/stop')
      await hdfs.control('/dn/start')
    }
    const schedule = { name: `a dead DataNode at ${n}`, amid }
    await faults.runAll([{ ...schedule, faults: new Map([[n, 'cut amid request']]) }])
  }
  expect(uploads.length).toBeGreaterThan(4)
  await waitFor('all leases to end', noLease)
})
