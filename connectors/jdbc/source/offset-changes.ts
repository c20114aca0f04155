import { ConnectError } from 'sluice/api'
import type { SourceOffsetChange } from 'sluice/api'
import { positionOf } from './offsets.ts'

const positionKeys = ['incrementing', 'timestamp', 'timestamp_nanos']

/** Throws where an offset could not be read again: a partition is of a table or of the query. */
export function checkOffsetChange({ partition, offset }: SourceOffsetChange): void {
  // What is there already may be forgotten, whatever it is.
  if (offset === null) return
  if (partition === null) throw new ConnectError('Partition objects cannot be null.')
  const { table, query } = partition
  if (typeof table !== 'string' && query !== 'query') {
    throw new ConnectError(
      `The partition ${JSON.stringify(partition)} is none of this connector: expected {"table": "<name>", "protocol": "1"} or {"query": "query"}.`,
    )
  }
  const unknown = Object.keys(offset).find((key) => !positionKeys.includes(key))
  if (unknown !== undefined) {
    throw new ConnectError(
      `The offset has a member ${unknown}: expected ${positionKeys.join(', ')}, each an integer.`,
    )
  }
  const { nanos } = positionOf(offset)
  if (nanos < 0 || nanos > 999_999_999) {
    throw new ConnectError('timestamp_nanos is the nanosecond of its second: 0 to 999999999.')
  }
}
