import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareVersions } from '../../src/util/maven-version.ts'
import { parseVersionRange } from '../../src/util/version-range.ts'
import { useOracle } from './data-oracle.ts'
import { isFailure, outcomeOf } from './failures.ts'

const answers = useOracle('ConfigOracle')

describe('versions of plugins', () => {
  const pieces = fc.constantFrom(
    ...[
      '1',
      '0',
      '2',
      '10',
      '00',
      '.',
      '.',
      '-',
      'alpha',
      'beta',
      'b',
      'm',
      'rc',
      'cr',
      'ga',
      'final',
      'sp',
    ],
    ...['SNAPSHOT', 'x', '99999999999999999999', '_', 'release', 'a'],
  )
  const versions = fc.array(pieces, { maxLength: 6 }).map((list) => list.join(''))
  const ranges = fc
    .array(fc.oneof(versions, fc.constantFrom('[', ']', '(', ')', ',', ' ', 'latest')), {
      maxLength: 8,
    })
    .map((list) => list.join(''))
  const wellFormed = fc
    .tuple(
      fc.constantFrom('[', '('),
      fc.option(versions),
      fc.option(versions),
      fc.constantFrom(']', ')'),
    )
    .map(([open, from, to, close]) => `${open}${from ?? ''},${to ?? ''}${close}`)

  test('are ordered as Maven orders them', async () => {
    const pairs = fc.array(fc.tuple(versions, versions), { minLength: 100, maxLength: 100 })
    await fc.assert(
      fc.asyncProperty(pairs, async (list) => {
        const java = await answers({ op: 'order' }, list)
        for (const [at, [a, b]] of list.entries()) {
          expect([a, b, Math.sign(compareVersions(a, b))]).toEqual([a, b, java[at]])
        }
      }),
      { numRuns: 60 },
    )
  })

  test('lie in any range as in Maven’s, which is refused in its words', async () => {
    const questions = fc.record({
      range: fc.oneof(ranges, wellFormed, versions),
      versions: fc.array(versions, { minLength: 5, maxLength: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(questions, { minLength: 50, maxLength: 50 }), async (list) => {
        const java = await answers({ op: 'range' }, list)
        for (const [at, question] of list.entries()) {
          const ours = outcomeOf(() => {
            const range = parseVersionRange(question.range)
            return (
              range && {
                text: range.text,
                includes: question.versions.map((it) => range.includes(it)),
              }
            )
          })
          expect({ question, result: messageOf(ours) }).toEqual({
            question,
            result: messageOf(java[at]),
          })
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** Whose exception it is does not show anywhere. */
function messageOf(outcome: unknown): unknown {
  return isFailure(outcome) ? outcome.message : outcome
}
