import type { Schema } from '../../../api/index.ts'

/** The members of a change event, as every connector of Debezium's names them. */
export const member = {
  before: 'before',
  after: 'after',
  source: 'source',
  operation: 'op',
  transaction: 'transaction',
  timestampMs: 'ts_ms',
} as const

/** The codes of `op`, in lower case. */
export const operation = { update: 'u', delete: 'd', truncate: 't', message: 'm' } as const

export const envelopeSuffix = '.Envelope'

/** Whether values of this schema are change events: its name says so, as in Debezium. */
export function isEnvelope(schema: Schema | null): boolean {
  return schema?.name?.endsWith(envelopeSuffix) === true
}
