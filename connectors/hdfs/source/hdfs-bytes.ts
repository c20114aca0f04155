import { ConnectError, RetriableError } from 'sluice/api'
import type { RangedBytes } from 'sluice/storage'
import type { Hdfs } from '../webhdfs/hdfs.ts'

/** A file as readers take it. */
export function hdfsBytes(hdfs: Hdfs, path: string, size: number): RangedBytes {
  return {
    name: path,
    size,
    async read(start, end, signal) {
      if (start === end) return Buffer.alloc(0)
      const chunks: Uint8Array[] = []
      let bytes = 0
      try {
        for await (const chunk of await hdfs.open(
          path,
          { offset: start, length: end - start },
          signal,
        )) {
          chunks.push(chunk)
          bytes += chunk.length
        }
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof ConnectError) throw error
        throw new RetriableError(`Reading ${path} was broken off.`, { cause: error })
      }
      if (bytes !== end - start) {
        throw new RetriableError(
          `${path} gave ${bytes} bytes from ${start} on, and not ${end - start}.`,
        )
      }
      return Buffer.concat(chunks, bytes)
    },
  }
}
