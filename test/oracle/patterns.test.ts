import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PatternMatch } from '../../src/api/index.ts'
import { JavaPattern } from '../../src/api/index.ts'
import { brokenPatterns, patterns, replacements, texts } from './arbitrary-patterns.ts'
import { runsOf } from './cases.ts'
import { isFailure, outcomeOf } from './failures.ts'
import { JavaOracle } from './java-oracle.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('PatternOracle')
})

afterAll(() => oracle[Symbol.dispose]())

interface Question {
  readonly pattern: string
  readonly texts: readonly string[]
  readonly replacement: string
}

async function java(questions: readonly Question[]): Promise<readonly unknown[]> {
  const { results } = (await oracle.ask({ questions })) as { readonly results: readonly unknown[] }
  return results
}

function ours({ pattern, texts: list, replacement }: Question): unknown {
  return outcomeOf(() => {
    const compiled = new JavaPattern(pattern)
    return list.map((text) => outcomeOf(() => answerOf(compiled, text, replacement)))
  })
}

function answerOf(pattern: JavaPattern, text: string, replacement: string): unknown {
  const groups = (match: PatternMatch): unknown[] => [
    match.start,
    ...Array.from({ length: pattern.groupCount + 1 }, (_, group) => match.group(group)),
  ]
  const whole = pattern.match(text)
  return {
    matches: whole && groups(whole),
    found: Array.from(pattern.findAll(text), groups),
    first: outcomeOf(() => pattern.replaceFirst(text, replacement)),
    all: outcomeOf(() => pattern.replaceAll(text, replacement)),
  }
}

describe('a pattern of java.util.regex', () => {
  test.each([
    { name: 'matches, finds and replaces as in Java', arbitrary: patterns },
    { name: 'is refused as in Java', arbitrary: brokenPatterns },
  ])('$name', async ({ arbitrary }) => {
    const questions = fc.record({
      pattern: arbitrary,
      texts: fc.array(texts, { minLength: 4, maxLength: 4 }),
      replacement: replacements,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(questions, { minLength: 50, maxLength: 50 }), async (list) => {
        const theirs = await java(list)
        for (const [at, question] of list.entries()) {
          const mine = ours(question)
          if (isRefusedHereAlone(mine)) continue
          const [answer, expected] = withoutLimits(comparable(mine), theirs[at])
          expect({ question, answer }).toEqual({ question, answer: expected })
        }
      }),
      runsOf(60),
    )
  })
})

/**
 * What nothing here has; and `[a&&]`, for which Java 17 has an error only once it is matched, and later ones have ours.
 */
function isRefusedHereAlone(answer: unknown): boolean {
  return (
    isFailure(answer) && /is not supported here|^Bad intersection syntax/.test(answer.message ?? '')
  )
}

/** The pipe has no halves of a pair. */
function comparable(answer: unknown): unknown {
  if (typeof answer === 'string') return answer.replace(/\p{Surrogate}/gu, '?')
  if (Array.isArray(answer)) return answer.map(comparable)
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, comparable(value)]))
}

/** What either gives up because it takes too long is left out. */
function withoutLimits(mine: unknown, theirs: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(mine) || !Array.isArray(theirs)) return [mine, theirs]
  const list: readonly unknown[] = theirs
  const isTelling = (_: unknown, at: number): boolean =>
    list[at] !== 'gave up' && !isLimit((mine as readonly unknown[])[at])
  return [mine.filter(isTelling), theirs.filter(isTelling)]
}

function isLimit(answer: unknown): boolean {
  return isFailure(answer) && (answer.message ?? '').includes(' needs too m')
}
