import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Headers } from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { half } from './arbitrary-records.ts'
import { runsOf } from './cases.ts'
import { useDataOracle } from './data-oracle.ts'
import { outcomeOf } from './failures.ts'
import { comparable, encodeSchema, encodeValue } from './wire.ts'

const answers = useDataOracle()

type Step =
  | { readonly do: 'remove' | 'retainLatest'; readonly key: string }
  | { readonly do: 'retainLatestOfEach' | 'clear' }
  | Added

interface Added {
  readonly do: 'add'
  readonly key: string
  readonly schema: Schema | null
  readonly value: unknown
  /** What the value was made by. */
  readonly of: Schema | null
}

const keys = fc.constantFrom('a', 'b', '')
const added = fc.tuple(keys, half).map(([key, [schema, value]]): Step => {
  return { do: 'add', key, schema, value, of: schema }
})
/** Of another schema: only what cannot be a number, since one of ours has no width. */
const mixed = fc.tuple(keys, half, half).map(([key, [schema], [of, value]]): Step => {
  const isTelling = typeof value === 'string' || typeof value === 'boolean' || value === null
  return { do: 'add', key, schema: isTelling ? schema : of, value, of }
})
const steps = fc.oneof(
  { weight: 10, arbitrary: added },
  { weight: 2, arbitrary: mixed },
  { weight: 2, arbitrary: keys.map((key): Step => ({ do: 'remove', key })) },
  { weight: 2, arbitrary: keys.map((key): Step => ({ do: 'retainLatest', key })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'retainLatestOfEach' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'clear' }) },
)

test('headers are kept, removed and refused as in Java', async () => {
  const several = fc.array(fc.array(steps, { maxLength: 6 }), { minLength: 30, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(several, async (lists) => {
      const questions = lists.map((list) => ({ steps: list.map(encoded) }))
      const java = await answers({ op: 'headers' }, questions)
      for (const [at, list] of lists.entries()) {
        const ours = outcomeOf(() => kept(list))
        const result = comparable(ours)
        expect({ given: questions[at], result }).toEqual({
          given: questions[at],
          result: comparable(java[at]),
        })
      }
    }),
    runsOf(40),
  )
})

function encoded(step: Step): unknown {
  if (step.do !== 'add') return step
  const { key, schema, value, of } = step
  return { do: step.do, key, schema: encodeSchema(schema), value: encodeValue(of, value) }
}

function kept(list: readonly Step[]): unknown {
  const headers = new Headers()
  for (const step of list) take(headers, step)
  return Array.from(headers, ({ key, schema, value }) => [
    key,
    encodeSchema(schema),
    encodeValue(schema, value),
  ])
}

function take(headers: Headers, step: Step): void {
  if (step.do === 'add') headers.add(step.key, step.value, step.schema)
  else if (step.do === 'remove') headers.remove(step.key)
  else if (step.do === 'retainLatest') headers.retainLatest(step.key)
  else if (step.do === 'retainLatestOfEach') headers.retainLatest()
  else headers.clear()
}
