import fc from 'fast-check'
import { describe, expect, inject, test } from 'vitest'
import type { WorkerKind } from '../support/connect-cluster/connect-cluster.ts'
import { otherKind } from '../support/connect-cluster/other-kind.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { SideBySide } from '../support/side-by-side/side-by-side.ts'
import { anyStep, cleanUp } from '../support/side-by-side/steps.ts'

const { seed } = seedOfRun()
/** `SLUICE_STEPS` makes fewer, or more. */
const steps = Number(process.env.SLUICE_STEPS ?? 400)
/** After so many, everything is deleted and begins again. */
const perLife = 80

interface Setting {
  readonly name: string
  readonly workers: number
  readonly properties?: Readonly<Record<string, string>>
}

const settings: readonly Setting[] = [
  { name: 'one worker', workers: 1 },
  { name: 'two workers', workers: 2 },
  { name: 'protocol compatible', workers: 2, properties: { 'connect.protocol': 'compatible' } },
  { name: 'protocol eager', workers: 1, properties: { 'connect.protocol': 'eager' } },
  {
    name: 'exactly-once sources',
    workers: 1,
    properties: { 'exactly.once.source.support': 'enabled' },
  },
]

describe.each(settings)('$name', ({ workers, properties }) => {
  const kinds = (kind: WorkerKind): WorkerKind[] => Array.from({ length: workers }, () => kind)

  test(`hundreds of random requests leave our cluster as they leave Java’s (seed ${seed})`, async () => {
    await using both = await SideBySide.start({
      bootstrapServers: inject('bootstrapServers'),
      java: kinds('java'),
      other: kinds(otherKind),
      ...(properties && { properties }),
    })
    for (const [at, step] of fc.sample(anyStep, { numRuns: steps, seed }).entries()) {
      if (at % perLife === 0) for (const each of cleanUp) await both.do(each)
      await both.do(step)
    }
    console.log(`${both.count} requests of each side, ${both.accepted} of them accepted`)
    const [java, ours] = await both.topicsAsCreated()
    expect(ours).toEqual(java)
  })
})
