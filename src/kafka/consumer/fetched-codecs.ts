import type { FetchResponse } from '../protocol/fetch.ts'
import { at, attribute, logOverheadBytes } from '../records/batch-format.ts'
import { isCodecReady, loadCodecById } from '../records/compression.ts'

/**
 * Loads the codecs that an answer's batches are compressed with. Nearly always all are there, and nothing is waited for.
 * Rejects with an UnsupportedCompressionError where one cannot be had.
 */
export async function loadCodecsOf({ topics }: FetchResponse): Promise<void> {
  for (const { partitions } of topics) {
    for (const { records } of partitions) {
      if (records === null) continue
      for (const id of codecsToLoad(records)) await loadCodecById(id)
    }
  }
}

/** Ids of the codecs in a record set that are not loaded. What is no batch is left to the reader. */
function codecsToLoad(records: Buffer): number[] {
  const missing: number[] = []
  let start = 0
  while (start + at.attributes + 2 <= records.length) {
    const id = records.readInt16BE(start + at.attributes) & attribute.codecMask
    if (id !== 0 && !isCodecReady(id) && !missing.includes(id)) missing.push(id)
    start += logOverheadBytes + Math.max(records.readInt32BE(start + at.length), 0)
  }
  return missing
}
