import { ConnectError } from 'sluice/api'
import type { SourceOffsetChange } from 'sluice/api'

/** Throws where an offset could not be read again: a partition has a bucket and one of `names`, an offset a count of records. */
export function checkOffsetChanges(
  changes: readonly SourceOffsetChange[],
  names: readonly string[],
): void {
  for (const { partition, offset } of changes) {
    // What is there already may be forgotten, whatever it is.
    if (offset === null) continue
    if (partition === null) throw new ConnectError('Partition objects cannot be null.')
    const isOurs = names.some((name) => typeof partition[name] === 'string')
    if (typeof partition.bucket !== 'string' || !isOurs) {
      throw new ConnectError(
        `The partition ${JSON.stringify(partition)} is none of this connector: expected bucket and ${names.join(' or ')}.`,
      )
    }
    const { recordCount } = offset
    if (!Number.isSafeInteger(recordCount) || Number(recordCount) < 0) {
      throw new ConnectError(
        `The member recordCount of an offset is ${String(recordCount)}: expected how many records were read, from 0 on.`,
      )
    }
  }
}
