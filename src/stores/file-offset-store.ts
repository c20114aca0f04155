import { access, constants, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SourceOffset, SourcePartition } from '../data/records.ts'
import { ConnectError, RetriableError, asError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import { isMissing, replaceFile } from '../util/replace-file.ts'
import { SerialQueue } from '../util/serial-queue.ts'
import { readJavaHashMap, writeJavaHashMap } from './java-hash-map.ts'
import type { OffsetBackingStore, StoredOffset } from './offset-backing-store.ts'
import { OffsetIndex } from './offset-index.ts'
import type { RawRecord } from './raw-record.ts'

const log = createLogger('org.apache.kafka.connect.storage.FileOffsetBackingStore')

/**
 * Offsets in one file (`offset.storage.file.filename`), in the format of the Java worker: a serialized HashMap, written
 * anew with every change. Java writes it in place; here it changes whole or not at all (invariant 5).
 */
export class FileOffsetStore implements OffsetBackingStore {
  readonly #file: string
  readonly #index = new OffsetIndex()
  readonly #writes = new SerialQueue()

  constructor(file: string) {
    this.#file = path.resolve(file)
  }

  /** A missing or empty file holds no offsets. Rejects where it cannot be read, or could never be written. */
  async start(signal: AbortSignal): Promise<void> {
    this.#index.clear()
    const bytes = await this.#read(signal)
    await this.#checkFolder()
    if (bytes.length === 0) return
    const { entries, truncated } = this.#parse(bytes)
    for (const [key, value] of entries) this.#index.load({ key, value })
    if (!truncated) return
    log.warn(
      `The offset file ${this.#file} ends before its map does, after ${entries.length} whole entries: these are used. ` +
        'What a source connector had committed beyond them it will read again.',
    )
  }

  get(
    connector: string,
    partitions: readonly (SourcePartition | null)[],
  ): Promise<readonly (SourceOffset | null)[]> {
    return Promise.resolve(partitions.map((partition) => this.#index.get(connector, partition)))
  }

  async set(
    connector: string,
    offsets: readonly StoredOffset[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#writes.run(async () => {
      signal.throwIfAborted()
      const changes = this.#index.encode(connector, offsets)
      await this.#write(merge(this.#index.all(), changes))
      // Known only once it is durable (invariant 1).
      for (const change of changes) this.#index.load(change)
    })
  }

  entries(connector: string): Promise<readonly StoredOffset[]> {
    return Promise.resolve(this.#index.entries(connector))
  }

  keys(connector: string, partitions: readonly (SourcePartition | null)[]): readonly Buffer[] {
    return this.#index.keys(connector, partitions)
  }

  async stop(): Promise<void> {
    await this.#writes.idle()
  }

  async #read(signal: AbortSignal): Promise<Buffer> {
    try {
      return await readFile(this.#file, { signal })
    } catch (cause) {
      if (isMissing(cause)) return Buffer.alloc(0)
      signal.throwIfAborted()
      throw new ConnectError(
        `Cannot read the offset file ${this.#file}: ${asError(cause).message}. Set "offset.storage.file.filename" to a file this user may read and write.`,
        { cause },
      )
    }
  }

  async #checkFolder(): Promise<void> {
    const folder = path.dirname(this.#file)
    try {
      await access(folder, constants.W_OK)
    } catch (cause) {
      throw new ConnectError(
        `Cannot write the offset file ${this.#file}: its folder ${folder} is missing or not writable. ` +
          'The file is replaced with every commit: set "offset.storage.file.filename" to one in a folder this user may write to.',
        { cause },
      )
    }
  }

  #parse(bytes: Buffer): ReturnType<typeof readJavaHashMap> {
    try {
      return readJavaHashMap(bytes)
    } catch (cause) {
      throw new ConnectError(
        `Cannot use the offset file ${this.#file}: ${asError(cause).message} ` +
          'Restore it, or move it away to begin without offsets.',
        { cause },
      )
    }
  }

  async #write(offsets: readonly RawRecord[]): Promise<void> {
    try {
      const content = writeJavaHashMap(offsets.map(({ key, value }) => [key, value]))
      await replaceFile(this.#file, content)
    } catch (cause) {
      throw new RetriableError(
        `Cannot write the offset file ${this.#file}: ${asError(cause).message}.`,
        { cause },
      )
    }
  }
}

/** `changes` over `stored`, by the bytes of their keys. */
function merge(stored: readonly RawRecord[], changes: readonly RawRecord[]): RawRecord[] {
  const merged = new Map<string, RawRecord>()
  for (const raw of [...stored, ...changes]) merged.set(raw.key.toString('latin1'), raw)
  return [...merged.values()]
}
