import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectRecord, ConnectorConfig, Transformation } from '../../src/api/index.ts'
import { instanceOf } from '../transforms/support.ts'
import { records } from './arbitrary-records.ts'
import { chains } from './arbitrary-configs.ts'
import { runsOf, useKnownSeed } from './cases.ts'
import { failure, isFailure, outcomeOf } from './failures.ts'
import { JavaOracle } from './java-oracle.ts'
import { comparable, encodeRecord } from './wire.ts'

useKnownSeed()

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
        const answer = ours(name, config, batch)
        const { mine, theirs } = withoutChance(answer, java as Answer)
        expect(comparable(mine)).toEqual(comparable(theirs))
      }),
      runsOf(150),
    )
  })
})

/** A result for each record, or the error of the configuration. */
interface Answer {
  readonly results?: readonly unknown[]
}

/**
 * Where Java ends in a null pointer, that there is an error is all that is asked; and of two errors without a schema that they
 * are, since the first of several depends on the order of a HashMap. Dates that reach further than ours are an error here.
 */
function withoutChance(mine: Answer, theirs: Answer): { mine: unknown; theirs: unknown } {
  if (mine.results === undefined || theirs.results === undefined) return { mine, theirs }
  const all = mine.results.map((result, i) => [result, theirs.results?.[i]] as const)
  const telling = all.filter(([ours, java]) => {
    return !(isFailure(ours) && (isTooFar(ours) || (isFailure(java) && isByChance(java))))
  })
  return { mine: telling.map(([ours]) => ours), theirs: telling.map(([, java]) => java) }
}

function isTooFar(failed: unknown): boolean {
  return (failed as { readonly message: string }).message.startsWith('Cannot hold the instant')
}

const byChance = [
  // The record's text follows.
  /^Timestamp missing on record: /,
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
function ours(name: string, config: ConnectorConfig, batch: readonly ConnectRecord[]): Answer {
  const made = instanceOf(name) as Transformation
  try {
    made.configure(config)
  } catch (error) {
    return failure(error) as Answer
  }
  return { results: batch.map((record) => resultOf(made, record)) }
}

function resultOf(made: Transformation, record: ConnectRecord): unknown {
  return outcomeOf(() => {
    const result = made.apply(record) as ConnectRecord | null
    return result && encodeRecord(result)
  })
}
