import fc from 'fast-check'
import { afterAll, beforeAll } from 'vitest'
import { JavaOracle } from './java-oracle.ts'

type Ask = (
  request: Readonly<Record<string, unknown>>,
  questions: readonly unknown[],
) => Promise<readonly unknown[]>

/**
 * Kafka's data classes and converters, for the tests of one file: several questions of one kind at a time. These are the same
 * every time: of what random ones find somebody should be told who looks for it. `SLUICE_SEED` asks others.
 */
export function useDataOracle(): Ask {
  fc.configureGlobal({ seed: Number(process.env.SLUICE_SEED ?? 20261121) })
  let oracle: JavaOracle
  beforeAll(async () => {
    oracle = await JavaOracle.start('DataOracle')
  })
  afterAll(() => oracle[Symbol.dispose]())
  return async (request, questions) => {
    const { results } = (await oracle.ask({ ...request, questions })) as { results: unknown[] }
    return results
  }
}
