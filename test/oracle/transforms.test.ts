import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { records } from './arbitrary-records.ts'
import { chains } from './arbitrary-configs.ts'
import { runsOf } from './cases.ts'
import { JavaOracle } from './java-oracle.ts'
import { answerOf, withoutChance } from './transform-answers.ts'
import type { Answer } from './transform-answers.ts'
import { comparable, encodeRecord } from './wire.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('TransformOracle')
})

afterAll(() => oracle[Symbol.dispose]())

describe('makes of any record what Java makes of it', () => {
  test.each(chains)('$name', async ({ name, configs }) => {
    await fc.assert(
      fc.asyncProperty(configs, fc.array(records, { maxLength: 6 }), async (config, batch) => {
        const java = await oracle.ask({
          op: 'apply',
          class: `org.apache.kafka.connect.transforms.${name}`,
          props: config,
          records: batch.map(encodeRecord),
        })
        const answer = answerOf(name, config, batch)
        const { mine, theirs } = withoutChance(answer, java as Answer)
        expect(comparable(mine)).toEqual(comparable(theirs))
      }),
      runsOf(150),
    )
  })
})
