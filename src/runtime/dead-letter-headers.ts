import { maskSecrets } from '../util/secrets.ts'
import { asError, javaNameOf, traceOf } from '../errors/connect-error.ts'
import type { RecordHeader } from '../kafka/types.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { FailedRecord } from './record-errors.ts'

/** What every header begins with that tells why a record is a dead letter. */
export const contextHeaderPrefix = '__connect.errors.'

/** Where a record came from that has become a dead letter. Of a source there is no offset in Kafka: -1. */
export interface Origin {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/**
 * Why a record is a dead letter, in the headers and the order of Java's `DeadLetterQueueReporter`. What the error says leaves
 * the worker here, so secrets are hidden (invariant 8).
 */
export function contextHeaders(
  task: ConnectorTaskId,
  origin: Origin,
  failed: FailedRecord,
): RecordHeader[] {
  const error = asError(failed.error)
  return [
    textHeader('topic', origin.topic),
    textHeader('partition', String(origin.partition)),
    textHeader('offset', String(origin.offset)),
    textHeader('connector.name', task.connector),
    textHeader('task.id', String(task.task)),
    textHeader('stage', failed.stage),
    textHeader('class.name', failed.className),
    textHeader('exception.class.name', javaNameOf(error)),
    textHeader('exception.message', maskSecrets(error.message)),
    textHeader('exception.stacktrace', maskSecrets(traceOf(error))),
  ]
}

/** `__connect.errors.<name>` with `text` in UTF-8. */
export function textHeader(name: string, text: string): RecordHeader {
  return { key: `${contextHeaderPrefix}${name}`, value: Buffer.from(text) }
}
