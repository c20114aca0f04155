/** The bytes of one file that lies elsewhere. They do not change while they are read. */
export interface RangedBytes {
  /** The object's key or the file's path, for messages. */
  readonly name: string
  /** How many there are. */
  readonly size: number
  /**
   * Those from `start` to `end` (exclusive), all of them, within the file. Rejects with a RetriableError for what may pass: the file is then opened again
   * at the record where it stopped.
   */
  read(start: number, end: number, signal: AbortSignal): Promise<Buffer>
}

/** Bytes that are in memory. */
export function rangedBytes(name: string, bytes: Buffer): RangedBytes {
  return {
    name,
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
  }
}

/** How much is asked for at once. */
export const chunkBytes = 1024 * 1024
/** How many ranges are asked for before they are needed. */
const ahead = 2

/** The file from its beginning to its end, in chunks of which a few are on their way at any time. */
export async function* chunksOf(
  file: RangedBytes,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const left = new AbortController()
  const either = AbortSignal.any([signal, left.signal])
  const waiting: Promise<Buffer>[] = []
  let asked = 0
  try {
    for (;;) {
      while (asked < file.size && waiting.length <= ahead) {
        const end = Math.min(file.size, asked + chunkBytes)
        const chunk = file.read(asked, end, either)
        // Whoever takes it sees the error; where the reading ends before, nobody does.
        chunk.catch(() => undefined)
        waiting.push(chunk)
        asked = end
      }
      const next = waiting.shift()
      if (next === undefined) return
      yield await next
    }
  } finally {
    left.abort()
  }
}

/** A larger part of a file in one piece, read by several ranges at once. */
export async function readWhole(
  file: RangedBytes,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const part = {
    name: file.name,
    size: end - start,
    read: (from: number, to: number, either: AbortSignal) =>
      file.read(start + from, start + to, either),
  }
  const whole = Buffer.allocUnsafeSlow(end - start)
  let at = 0
  for await (const chunk of chunksOf(part, signal)) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
