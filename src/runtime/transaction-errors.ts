import { ConnectError, asError } from '../errors/connect-error.ts'
import { codeOf, ErrorCode } from '../kafka/protocol/errors.ts'

const notAllowed = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED

/** Why a transaction was not committed, in Java's words; beside them what helps, where that is known. */
export function transactionFailure(
  what: string,
  { task, transactionalId }: { readonly task: string; readonly transactionalId: string },
  error: unknown,
): ConnectError {
  const codes = new Set(causesOf(error).map(codeOf))
  if (codes.has(ErrorCode.INVALID_PRODUCER_EPOCH)) return expired(task, error)
  const rights = missingRights(codes, transactionalId)
  return new ConnectError(rights === null ? what : `${what}: ${rights}`, { cause: error })
}

/** What the principal lacks that writes in transactions of `transactionalId`; null where it is nothing of that. */
export function missingRights(
  codes: ReadonlySet<number | undefined>,
  transactionalId: string,
): string | null {
  if (codes.has(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)) {
    return `the principal of the producer may not use the transactional id. Allow it the operations Write and Describe on TransactionalId "${transactionalId}".`
  }
  if (codes.has(ErrorCode.CLUSTER_AUTHORIZATION_FAILED)) {
    return 'the principal of the producer gets no producer id. Allow it the operation IdempotentWrite on the Cluster.'
  }
  if (codes.has(ErrorCode.TOPIC_AUTHORIZATION_FAILED)) {
    return 'the principal of the producer may not write to a topic. Allow it the operations Write and Describe on the topics of its records and on its offsets topic.'
  }
  return null
}

/** Why the producers of these ids were not fenced, with the rights that are missing where it is for want of them. */
export function fencingFailure(error: unknown, transactionalIds: readonly string[]): ConnectError {
  const { message } = asError(error)
  if (!causesOf(error).some((each) => codeOf(each) === notAllowed)) {
    return new ConnectError(message, { cause: error })
  }
  const names = transactionalIds.map((id) => `"${id}"`).join(', ')
  return new ConnectError(
    `${message} The principal of the admin client may not use the transactional ids of the connector's tasks. ` +
      `Allow it the operations Write and Describe on TransactionalId ${names}.`,
    { cause: error },
  )
}

/** The error and what caused it. */
export function causesOf(error: unknown): readonly unknown[] {
  const causes: unknown[] = []
  for (let each = error; each !== undefined && causes.length < 8; each = asError(each).cause) {
    causes.push(each)
  }
  return causes
}

function expired(task: string, cause: unknown): ConnectError {
  return new ConnectError(
    `The task ${task} was unable to finish writing records to Kafka before its producer transaction expired. ` +
      'It may be necessary to reconfigure this connector in order for it to run healthily with exactly-once support. ' +
      "Options for this include: tune the connector's producer configuration for higher throughput, " +
      "increase the transaction timeout for the connector's producers, " +
      'decrease the offset commit interval (if using interval-based transaction boundaries), ' +
      "or use the 'poll' transaction boundary (if the connector is not already configured to use it).",
    { cause },
  )
}
