import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectRecord, ConnectorConfig, Transformation } from '../../src/api/index.ts'
import { debeziumTransforms } from '../../src/transforms/debezium/built-in.ts'
import { transformClasses } from '../../src/transforms/debezium/index.ts'
import { installDebeziumClasses } from '../services/debezium/install.ts'
import { debeziumCases } from './debezium-configs.ts'
import { failure, isFailure, outcomeOf } from './failures.ts'
import { JavaOracle } from './java-oracle.ts'
import { comparable, encodeRecord } from './wire.ts'

const packageName = 'io.debezium.transforms'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('TransformOracle', [await installDebeziumClasses()])
}, 120_000)

afterAll(() => oracle[Symbol.dispose]())

describe('has the keys that Debezium lists', () => {
  test.each(debeziumTransforms)('%s', async (className) => {
    const java = (await oracle.ask({ op: 'keys', class: className })) as Answer
    const keys = [...instance(className).config().keys.values()].map((key) => ({
      name: key.name,
      type: key.type,
      required: !key.hasDefault,
      default: defaultText(key.default),
      importance: key.importance,
      documentation: key.documentation,
      group: key.group,
      order: key.orderInGroup,
      width: key.width,
      displayName: key.displayName,
      validator: key.validator?.validValues ?? null,
    }))
    expect(keys).toEqual(java.results)
  })
})

describe('makes of any record what Debezium makes of it', () => {
  test.each(debeziumCases.map((one, i) => [`${i} ${one.name}`, one] as const))(
    '%s',
    async (_, { name, configs, records, isFresh = false }) => {
      await fc.assert(
        fc.asyncProperty(configs, fc.array(records, { maxLength: 8 }), async (config, batch) => {
          const java = (await oracle.ask({
            op: 'apply',
            class: `${packageName}.${name}`,
            props: config,
            records: batch.map(encodeRecord),
            ...(isFresh && { fresh: true }),
          })) as Answer
          const answer = ours(name, config, batch)
          const { mine, theirs } = withoutChance(answer, java)
          expect(comparable(mine)).toEqual(comparable(theirs))
        }),
        { numRuns: 150 },
      )
    },
  )
})

function defaultText(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value)
}

interface Answer {
  readonly results?: readonly unknown[]
}

function withoutChance(mine: Answer, theirs: Answer): { mine: unknown; theirs: unknown } {
  if (mine.results === undefined || theirs.results === undefined) {
    return { mine: refusal(mine), theirs: refusal(theirs) }
  }
  const all = mine.results.map((result, i) => [result, theirs.results?.[i]] as const)
  const telling = all.filter(([ours, java]) => {
    return !isFailure(java) || !(isInsides(java) || (isFailure(ours) && isUnprocessable(java)))
  })
  return { mine: telling.map(([ours]) => ours), theirs: telling.map(([, java]) => java) }
}

/** Ours says behind Debezium's sentence what Debezium has said in its log. */
function refusal(answer: Answer): unknown {
  if (!isFailure(answer)) return answer
  const { error, message } = answer as { readonly error: string; readonly message: string | null }
  return { error, message: message?.replace(/^(Unable to validate config\.).*/s, '$1') ?? null }
}

/** Where Java ends in its insides, there is nothing to be like. */
function isInsides(failed: unknown): boolean {
  const { error } = failed as { readonly error: string }
  return error === 'java.lang.NullPointerException' || error === 'java.lang.ClassCastException'
}

/** The whole event follows in Java, or at which character a text is no time. */
function isUnprocessable(failed: unknown): boolean {
  const { message } = failed as { readonly message: string | null }
  return /^Unprocessable message|could not be parsed/.test(message ?? '')
}

function ours(name: string, config: ConnectorConfig, batch: readonly ConnectRecord[]): Answer {
  const made = instance(`${packageName}.${name}`)
  try {
    made.configure(config)
  } catch (error) {
    return failure(error) as Answer
  }
  return {
    results: batch.map((record) =>
      outcomeOf(() => {
        const result = made.apply(record) as ConnectRecord | null
        return result && encodeRecord(result)
      }),
    ),
  }
}

function instance(className: string): Transformation {
  const Class = transformClasses.get(className) as (new () => Transformation) | undefined
  if (Class === undefined) throw new Error(`There is no ${className}.`)
  return new Class()
}
