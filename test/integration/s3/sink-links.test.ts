import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startS3 } from '../../services/s3/versitygw.ts'
import type { RunningS3 } from '../../services/s3/versitygw.ts'
import type { FaultMoment, S3Fault, S3Step } from '../../support/s3-gate.ts'
import { attempts, expectTheSame, runOver, workloads } from '../../support/s3-link-runs.ts'
import type { Workload } from '../../support/s3-link-runs.ts'

let s3: RunningS3
const quiet = new Map<string, ReadonlyMap<string, string>>()

beforeAll(async () => {
  s3 = await startS3()
  for (const workload of Object.values<Workload>(workloads)) {
    quiet.set(workload.name, (await runOver(s3, workload, [])).objects)
  }
}, 900_000)
afterAll(() => s3[Symbol.asyncDispose]())

async function expectNoChange(workload: Workload, faults: readonly S3Fault[]): Promise<void> {
  const { objects, open, happened } = await runOver(s3, workload, faults)
  expectTheSame(objects, quiet.get(workload.name) ?? new Map<string, string>())
  expect(open).toBe(0)
  for (const { step, when } of faults) expect(happened).toContain(`${when} ${step}`)
}

/** `SLUICE_S3_LINKS` asks for so many runs at random, and for every fault both once and again and again. */
const asked = process.env.SLUICE_S3_LINKS
const runs = Number(asked ?? '4')
const moments: readonly FaultMoment[] = ['before', 'within', 'after']
const steps: readonly (readonly [keyof typeof workloads, S3Step])[] = [
  ['small', 'put'],
  ['parts', 'begin'],
  ['parts', 'part'],
  ['parts', 'complete'],
  ['aiven', 'complete'],
  ...(asked === undefined
    ? []
    : ([
        ['aiven', 'begin'],
        ['aiven', 'part'],
      ] as const)),
]
/** Tries of a request that fail. Where all do, the partition is read again; an answer that was lost once is met by one's own object. */
const triesOf = (when: FaultMoment): readonly number[] => {
  if (asked !== undefined) return [1, attempts]
  return [when === 'after' ? 1 : attempts]
}
const cuts = moments.flatMap((when) => triesOf(when).map((times) => ({ when, times })))

test('runs without faults write objects of one request and of several parts', () => {
  const sizes = [...quiet].map(([name, objects]) => [name, objects.size])
  expect(sizes).toEqual([
    ['small', 4],
    ['parts', 1],
    ['aiven', 2],
  ])
})

describe.each(steps)('of %s objects, %s', (kind, step) => {
  test.each(cuts)('cut off $when the server has it, $times times: nothing changes', async (cut) => {
    await expectNoChange(workloads[kind], [{ step, ...cut }])
  })
})

test.each(cuts)(
  'an upload whose end is cut off $when the server has it, $times times, is ended by the next',
  async (cut) => {
    const unfinished = { step: 'complete', when: 'before', times: attempts } as const
    await expectNoChange(workloads.parts, [unfinished, { step: 'abort', ...cut }])
  },
)

test('an object whose answer was lost is known, though looking for it fails at first', async () => {
  const lost = { step: 'put', when: 'after' } as const
  const unfound = { step: 'find', when: 'after', times: attempts } as const
  await expectNoChange(workloads.small, [lost, unfound])
})

test('cuts at random change nothing', async () => {
  const fault = fc.record({
    step: fc.constantFrom<S3Step>('put', 'begin', 'part', 'complete', 'abort', 'find', 'list'),
    when: fc.constantFrom(...moments),
    skip: fc.nat(3),
    times: fc.integer({ min: 1, max: attempts + 1 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Workload>(...Object.values(workloads)),
      fc.array(fault, { minLength: 1, maxLength: 5 }),
      async (workload, faults) => {
        const { objects, open } = await runOver(s3, workload, faults)
        expectTheSame(objects, quiet.get(workload.name) ?? new Map<string, string>())
        expect(open).toBe(0)
      },
    ),
    { numRuns: runs },
  )
})
