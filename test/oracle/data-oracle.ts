import { afterAll, beforeAll } from 'vitest'
import { JavaOracle } from './java-oracle.ts'

type Ask = (
  request: Readonly<Record<string, unknown>>,
  questions: readonly unknown[],
) => Promise<readonly unknown[]>

/** Kafka's data classes and converters, for the tests of one file: several questions of one kind at a time. */
export function useDataOracle(): Ask {
  return useOracle('DataOracle')
}

/** The same of another of `test/oracle/java`. */
export function useOracle(name: string): Ask {
  let oracle: JavaOracle
  beforeAll(async () => {
    oracle = await JavaOracle.start(name)
  })
  afterAll(() => oracle[Symbol.dispose]())
  return async (request, questions) => {
    const { results } = (await oracle.ask({ ...request, questions })) as { results: unknown[] }
    return results
  }
}
