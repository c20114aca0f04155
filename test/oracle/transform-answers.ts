import type { ConnectRecord, ConnectorConfig, Transformation } from '../../src/api/index.ts'
import { instanceOf } from '../transforms/support.ts'
import { failure, isFailure, outcomeOf } from './failures.ts'
import { encodeRecord } from './wire.ts'

/** A result for each record, or the error of the configuration. */
export interface Answer {
  readonly results?: readonly unknown[]
}

/**
 * Where Java ends in a null pointer, that there is an error is all that is asked; and of two errors without a schema that they
 * are, since the first of several depends on the order of a HashMap. Dates that reach further than ours are an error here.
 */
export function withoutChance(
  mine: Answer,
  theirs: Answer,
  isChance: (message: string) => boolean = () => false,
): { mine: unknown; theirs: unknown } {
  if (mine.results === undefined || theirs.results === undefined) return { mine, theirs }
  const all = mine.results.map((result, i) => [result, theirs.results?.[i]] as const)
  const telling = all.filter(([ours, java]) => {
    if (isFailure(java) && notYet.includes(java.message ?? '')) return false
    return !(isFailure(ours) && (isOurs(ours) || (isFailure(java) && isByChance(java, isChance))))
  })
  return { mine: telling.map(([ours]) => ours), theirs: telling.map(([, java]) => java) }
}

/** An error of ours alone: for a date beyond ours, or a null that Java makes an empty struct where it has no fields. */
function isOurs(failed: unknown): boolean {
  const { message } = failed as { readonly message: string }
  return /^Cannot hold the instant|for a record's timestamp|null where a struct was/.test(message)
}

/** Of a release of transformations that took no maps yet, and no null in the place of bytes. */
const notYet = [
  'MAP is not a supported type.',
  'Cannot read the array length because "bytes" is null',
]

const byChance = [
  // The record's text follows.
  /^Timestamp missing on record: /,
  /^Cast transformation does not support casting from/,
  /^Unexpected type in Cast transformation/,
  /^Value \(.*\) was out of range for requested data type/s,
  /^Cannot mask value of type/,
  /^Unable to convert .* to (a )?number/,
]

function isByChance(failed: unknown, isChance: (message: string) => boolean): boolean {
  const { error, message } = failed as { readonly error: string; readonly message: string | null }
  if (error === 'java.lang.NullPointerException') return true
  const text = message ?? ''
  return byChance.some((pattern) => pattern.test(text)) || isChance(text)
}

/** Our answer, in the oracle's form. */
export function answerOf(
  name: string,
  config: ConnectorConfig,
  batch: readonly ConnectRecord[],
): Answer {
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
