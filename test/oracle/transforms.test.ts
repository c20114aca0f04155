import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { javaNameOf } from '../../src/api/index.ts'
import type { ConnectRecord, ConnectorConfig, Transformation } from '../../src/api/index.ts'
import { instanceOf } from '../transforms/support.ts'
import { records } from './arbitrary-records.ts'
import { chains } from './arbitrary-configs.ts'
import { TransformOracle } from './transform-oracle.ts'
import { comparable, encodeRecord } from './wire.ts'

let oracle: TransformOracle

beforeAll(async () => {
  oracle = await TransformOracle.start()
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
        const answer = ours(name, config, batch)
        expect(comparable(withoutChance(answer, java))).toEqual(
          comparable(withoutChance(java, java)),
        )
      }),
      { numRuns: 150 },
    )
  })
})

/**
 * Where Java ends in a null pointer, that there is an error is all that is asked; and of two errors without a schema that they
 * are, since the first of several depends on the order of a HashMap.
 */
function withoutChance(answer: unknown, java: unknown): unknown {
  const { results } = java as { readonly results?: readonly unknown[] }
  const mine = (answer as { readonly results?: readonly unknown[] }).results
  if (results === undefined || mine === undefined) return answer
  return mine.map((result, i): unknown =>
    isFailure(result) && isFailure(results[i]) && isByChance(results[i]) ? 'an error' : result,
  )
}

function isFailure(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'error' in result
}

const byChance = [
  /^Cast transformation does not support casting from/,
  /^Unexpected type in Cast transformation/,
  /^Value \(.*\) was out of range for requested data type/s,
  /^Cannot mask value of type/,
  /^Unable to convert .* to (a )?number/,
]

function isByChance(failed: unknown): boolean {
  const { error, message } = failed as { readonly error: string; readonly message: string }
  return error === 'java.lang.NullPointerException' || byChance.some((text) => text.test(message))
}

/** Our answer, in the oracle's form. */
function ours(name: string, config: ConnectorConfig, batch: readonly ConnectRecord[]): unknown {
  const made = instanceOf(name) as Transformation
  try {
    made.configure(config)
  } catch (error) {
    return failure(error)
  }
  return { results: batch.map((record) => resultOf(made, record)) }
}

function resultOf(made: Transformation, record: ConnectRecord): unknown {
  try {
    const result = made.apply(record) as ConnectRecord | null
    return result && encodeRecord(result)
  } catch (error) {
    return failure(error)
  }
}

function failure(error: unknown): unknown {
  const { message } = error as Error
  return { error: javaNameOf(error as Error), message }
}
