import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SimpleDateFormat } from '../../src/transforms/support/date-format/simple-date-format.ts'
import { runsOf } from './cases.ts'
import { JavaOracle } from './java-oracle.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('TransformOracle')
})

afterAll(() => oracle[Symbol.dispose]())

interface Answer {
  readonly results?: readonly (string | null)[]
  readonly message?: string
}

async function java(pattern: string, inputs: readonly object[]): Promise<Answer> {
  return (await oracle.ask({ op: 'date', pattern, inputs })) as Answer
}

const part = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...'GyMdkHmsSEDFWahKzZuL'.split(/(?:)/)),
        fc.integer({ min: 1, max: 5 }),
      )
      .map(([letter, count]) => letter.repeat(count)),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((count) => 'X'.repeat(count)) },
  { weight: 5, arbitrary: fc.constantFrom('-', ' ', ':', "'T'", "''", "'at ''x'", '/', '.', ', ') },
)
const patterns = fc.oneof(
  fc.constantFrom(
    'yyyy-MM-dd',
    "yyyy-MM-dd'T'HH:mm:ss.SSS",
    "yyyy-MM-dd'T'HH:mm:ssXXX",
    'yyyyMMdd',
    'MMM d yyyy',
    'EEE, d MMM yyyy hh:mm a',
    'yy-MM-dd',
  ),
  fc
    .array(part, { minLength: 1, maxLength: 7 })
    .map((parts) => parts.join(''))
    .filter((pattern) => !pattern.includes('XXXX')),
)
const instants = fc.oneof(
  fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
  fc.integer({ min: -12_250_000_000_000, max: -12_180_000_000_000 }),
  fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }),
)

/** Weeks of the year, where Java's calendar has them as ours: not in the years about the reform of 1582. */
const weekPatterns = fc.constantFrom('Y-w', "YYYY-'W'ww-u", 'w', 'YY w EEE', 'Y')
const sinceReform = fc.integer({ min: Date.UTC(1600, 0), max: Date.UTC(9998, 0) })
const any = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      pattern: patterns,
      list: fc.array(instants, { minLength: 1, maxLength: 10 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      pattern: weekPatterns,
      list: fc.array(sinceReform, { minLength: 1, maxLength: 10 }),
    }),
  },
)
/** Years of four digits: with more, Java's arithmetic of 32 bits may overflow. */
const near = any.map(({ pattern, list }) => ({
  pattern,
  list: list.map((ms) => ms % Date.UTC(9990, 0)),
}))

/** An instant that is no safe integer is refused by those who ask for it. */
function instant(ms: number | string | null): number | string | null {
  if (ms === null) return null
  return Number.isSafeInteger(Number(ms)) ? Number(ms) : 'too far'
}

describe('SimpleDateFormat', () => {
  test('formats any instant by any pattern as Java does', async () => {
    await fc.assert(
      fc.asyncProperty(any, async ({ pattern, list }) => {
        const { results } = await java(
          pattern,
          list.map((ms) => ({ ms: String(ms) })),
        )
        const format = new SimpleDateFormat(pattern)
        expect(list.map((ms) => format.format(ms))).toEqual(results)
      }),
      runsOf(400),
    )
  })

  test('reads what it wrote, and that with a character changed, as Java does', async () => {
    await fc.assert(
      fc.asyncProperty(
        near,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom('', ' ', '1', '9', '-', 'a', 'Z', '+', ':')), {
          minLength: 10,
          maxLength: 10,
        }),
        async ({ pattern, list }, changes) => {
          const format = new SimpleDateFormat(pattern)
          const texts = list.flatMap((ms, i) => {
            const [place, char] = changes[i] ?? [0, '']
            const text = format.format(ms)
            const at = place % (text.length + 1)
            return [text, text.slice(0, at) + char + text.slice(at + 1)]
          })
          const { results } = await java(
            pattern,
            texts.map((text) => ({ text })),
          )
          const ours = texts.map((text) => format.parse(text))
          expect(ours.map((ms) => instant(ms))).toEqual(results?.map((ms) => instant(ms)))
        },
      ),
      runsOf(400),
    )
  })

  test('refuses the patterns that Java refuses, in its words', async () => {
    const wild = fc.array(fc.constantFrom('b', 'A', 'XXXX', "'", 'yyyy', "''", 'Q', 'é'), {
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(
        wild.map((parts) => parts.join('')),
        async (pattern) => {
          const { message } = await java(pattern, [])
          let ours: string | undefined
          try {
            ours = (new SimpleDateFormat(pattern), undefined)
          } catch (error) {
            ours = (error as Error).message
          }
          expect(ours).toBe(message)
        },
      ),
      runsOf(100),
    )
  })
})
