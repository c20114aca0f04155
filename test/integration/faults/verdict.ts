import type { History, SentRecord, Transaction } from './history.ts'
import type { LogRecord, LogView } from './log-reader.ts'

/** What of the history is not true in the log; empty where all is well. */
export function problemsOf(history: History, log: LogView): string[] {
  history.expectTold(history.records, 'the end')
  const problems = [...history.problems]
  log.all.forEach((records, partition) => {
    checkPartition(problems, history, records, partition)
    checkCommitted(problems, history, records, log.committed[partition] ?? [])
  })
  const committed = new Set(log.committed.flat().map(({ number }) => number))
  for (const [i, transaction] of history.transactions.entries()) {
    checkTransaction(problems, `transaction ${i}`, transaction, committed)
  }
  return problems
}

/** Acknowledged means present, nothing is there twice, and all in the order in which it was sent. */
function checkPartition(
  problems: string[],
  history: History,
  log: readonly LogRecord[],
  partition: number,
): void {
  const found = new Map<number, LogRecord>()
  let last = -1
  for (const each of log) {
    const { number, offset, checksum } = each
    const sent = history.records[number]
    const where = `in partition ${partition} at offset ${offset}`
    if (sent?.partition !== partition)
      problems.push(`${number} is ${where}, but was not sent there`)
    else if (sent.checksum !== checksum) problems.push(`${number} is ${where} with another value`)
    if (found.has(number)) problems.push(`${number} is there twice: ${where} again`)
    else if (number < last) problems.push(`${number} is ${where}, behind ${last}`)
    found.set(number, each)
    last = Math.max(last, number)
  }
  for (const sent of history.records) {
    if (sent.partition === partition) checkAcknowledged(problems, sent, found.get(sent.number))
  }
}

function checkAcknowledged(problems: string[], sent: SentRecord, found?: LogRecord): void {
  const { number, partition, state, offset } = sent
  if (state !== 'acknowledged') return
  const where = `in partition ${partition}`
  if (found === undefined) problems.push(`${number} was acknowledged and is not there ${where}`)
  else if (offset >= 0 && offset !== found.offset) {
    problems.push(
      `${number} was acknowledged at offset ${offset}, and is at ${found.offset} ${where}`,
    )
  }
}

/** What is committed is in the log, in its order; outside of transactions it is all. */
function checkCommitted(
  problems: string[],
  history: History,
  all: readonly LogRecord[],
  committed: readonly LogRecord[],
): void {
  const offsets = new Set(committed.map(({ offset }) => offset))
  const same = all.filter(({ offset }) => offsets.has(offset)).map(({ number }) => number)
  if (same.join() !== committed.map(({ number }) => number).join()) {
    problems.push('readers of committed records see them in another order')
  }
  if (history.transactions.length === 0 && committed.length !== all.length) {
    problems.push(`of ${all.length} records readers of committed ones see ${committed.length}`)
  }
}

function checkTransaction(
  problems: string[],
  name: string,
  { fate, records }: Transaction,
  committed: ReadonlySet<number>,
): void {
  const seen = records.filter(({ number }) => committed.has(number)).map(({ number }) => number)
  const whole = seen.length === records.length
  if (fate === 'committed' && !whole) {
    problems.push(`of ${name} with ${numbersOf(records)}, committed, only [${seen.join()}] is seen`)
  }
  if (fate === 'aborted' && seen.length > 0) {
    problems.push(`of ${name}, aborted, [${seen.join()}] is seen`)
  }
  if (fate === 'unknown' && !whole && seen.length > 0) {
    problems.push(
      `of ${name} with ${numbersOf(records)}, perhaps committed, [${seen.join()}] is seen`,
    )
  }
  if (fate === 'open') problems.push(`${name} was neither committed nor aborted`)
}

function numbersOf(records: readonly SentRecord[]): string {
  return `[${records.map(({ number }) => number).join()}]`
}
