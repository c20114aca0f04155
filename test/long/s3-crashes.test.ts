import { afterAll, beforeAll, describe, test } from 'vitest'
import { startS3 } from '../services/s3/versitygw.ts'
import type { RunningS3 } from '../services/s3/versitygw.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { crashTopic, killAt, stopAt } from '../support/s3-crashes.ts'
import type { CrashTopic, Hit } from '../support/s3-crashes.ts'
import type { FaultMoment, S3Step } from '../support/s3-gate.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { topicPrefix } from '../support/topics.ts'

const { seed } = seedOfRun()
const random = randomNumbers(seed)
console.log(`SLUICE_SEED=${seed}`)

let s3: RunningS3
const topics = new Map<string, CrashTopic>()

beforeAll(async () => {
  s3 = await startS3()
  const prefix = topicPrefix('s3-crash')
  const small = { objects: 4, recordBytes: 100 }
  const parts = { objects: 4, recordBytes: 2_500_000 }
  topics.set('small', await crashTopic(s3, `${prefix}small`, small))
  topics.set('parts', await crashTopic(s3, `${prefix}parts`, parts))
}, 900_000)
afterAll(() => s3[Symbol.asyncDispose]())

const steps: readonly (readonly [string, S3Step])[] = [
  ['small', 'put'],
  ['parts', 'begin'],
  ['parts', 'part'],
  ['parts', 'complete'],
]
const moments: readonly FaultMoment[] = ['before', 'within', 'after']
/** At each step and moment, of whichever of the objects the seed says. */
const cases = steps.flatMap(([kind, step]) =>
  moments.map((when) => ({ kind, step, when, skip: Math.floor(random() * 3) })),
)

describe.each(cases)('$when $step of $kind objects, $skip before', (each) => {
  const topicOf = (): CrashTopic => {
    const topic = topics.get(each.kind)
    if (topic === undefined) throw new Error('There is no such topic.')
    return topic
  }
  const hit: Hit = { step: each.step, when: each.when, skip: each.skip }

  test('a worker that is killed changes nothing', async () => {
    await killAt(s3, topicOf(), hit)
  })

  test('a worker that stands still while another takes over replaces nothing', async () => {
    await stopAt(s3, topicOf(), hit)
  })
})
