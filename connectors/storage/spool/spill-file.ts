import { open, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ConnectError } from 'sluice/api'

/** Bytes that lie in the file. */
export interface Segment {
  readonly position: number
  readonly length: number
}

/**
 * One temporary file of a task, for what does not fit into memory. It has no name once it is open, so nothing is left of it however the
 * process ends. Its space is given back when nothing in it is needed any more.
 */
export class SpillFile {
  #handle: Promise<FileHandle> | null = null
  #end = 0
  #liveBytes = 0

  /** Writes bytes behind those that are there. Rejects with a ConnectError where the disk is full. */
  async append(buffers: readonly Buffer[]): Promise<Segment> {
    const length = buffers.reduce((sum, { length: each }) => sum + each, 0)
    const segment = { position: this.#end, length }
    this.#end += length
    this.#liveBytes += length
    try {
      const handle = await this.#opened()
      await writeAll(handle, Buffer.concat(buffers, length), segment.position)
    } catch (cause) {
      // The file stays: what was written before is read from it still.
      this.release(length)
      throw new ConnectError(
        `Cannot keep ${length} bytes in a temporary file in ${tmpdir()}: free some space there, or let the connector hold more in memory.`,
        { cause },
      )
    }
    return segment
  }

  async read({ position, length }: Segment): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    const handle = await this.#opened()
    let at = 0
    while (at < length) {
      const { bytesRead } = await handle.read(bytes, at, length - at, position + at)
      if (bytesRead === 0) throw new ConnectError('The temporary file of a sink is cut off.')
      at += bytesRead
    }
    return bytes
  }

  /** So many bytes are not needed any more. */
  release(length: number): void {
    this.#liveBytes -= length
    if (this.#liveBytes === 0) this.#end = 0
  }

  async close(): Promise<void> {
    const handle = await this.#handle
    this.#handle = null
    await handle?.close()
  }

  async #opened(): Promise<FileHandle> {
    this.#handle ??= openUnnamed()
    try {
      return await this.#handle
    } catch (error) {
      this.#handle = null
      throw error
    }
  }
}

async function openUnnamed(): Promise<FileHandle> {
  const name = path.join(tmpdir(), `sluice-spill-${randomUUID()}`)
  const handle = await open(name, 'wx+', 0o600)
  await unlink(name)
  return handle
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let at = 0
  while (at < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}
