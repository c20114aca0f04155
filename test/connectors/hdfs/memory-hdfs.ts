import { Readable } from 'node:stream'
import { RetriableError } from '../../../src/api/index.ts'
import type { FileStatus } from '../../../connectors/hdfs/webhdfs/answers.ts'
import type { HdfsBody } from '../../../connectors/hdfs/webhdfs/exchange.ts'
import type { ByteRange, Hdfs } from '../../../connectors/hdfs/webhdfs/hdfs.ts'
import { nameOf, parentOf } from '../../../connectors/hdfs/webhdfs/path-text.ts'
import { HdfsError } from '../../../connectors/hdfs/webhdfs/remote-exception.ts'

/** Whoever asks is dead from now on. */
export class KilledError extends Error {}

/**
 * What becomes of a request that changes something: it is refused, RENAME by saying that it is not done, or its answer is lost, or the client dies before it, after
 * it, or amid a body, of which half is kept then.
 */
export type Fault = 'refused' | 'false' | 'answer lost' | 'dead before' | 'dead amid' | 'dead after'

/** HDFS as the connectors see it, in memory, with its peculiarities: RENAME answers false, and a dead client leaves a finished, short file. */
export class MemoryHdfs implements Hdfs {
  readonly files = new Map<string, Buffer>()
  readonly directories = new Set<string>(['/'])
  /** Requests that changed something, or tried to. */
  changes = 0
  /** As HttpFS: one file never takes the place of another. */
  replaces = true
  /** Asked before each change, so that somebody else can be quicker. */
  beforeChange: () => Promise<void> = () => Promise.resolve()
  #fault: { readonly at: number; readonly kind: Fault } | null = null
  #dead = false

  /** The n-th change from now on goes wrong. */
  failAt(n: number, kind: Fault): void {
    this.#fault = { at: this.changes + n, kind }
    this.#dead = false
  }

  heal(): void {
    this.#fault = null
    this.#dead = false
  }

  /** Texts of the files below a directory, by their paths. */
  below(directory: string): Record<string, string> {
    const found = [...this.files].filter(([path]) => path.startsWith(`${directory}/`))
    return Object.fromEntries(
      found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => [path, bytes.toString()]),
    )
  }

  async create(
    path: string,
    body: HdfsBody,
    { overwrite }: { readonly overwrite: boolean },
  ): Promise<void> {
    const chunks: Uint8Array[] = []
    for await (const chunk of body.read()) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    await this.beforeChange()
    this.#change(
      () => {
        if (!overwrite && this.files.has(path)) {
          throw new HdfsError(`${path} exists`, 'FileAlreadyExistsException')
        }
        this.#addDirectories(parentOf(path))
        this.files.set(path, bytes)
      },
      () => this.files.set(path, bytes.subarray(0, bytes.length >> 1)),
    )
  }

  open(path: string, range: ByteRange | null): Promise<AsyncIterable<Uint8Array>> {
    this.#live()
    const bytes = this.files.get(path)
    if (bytes === undefined) {
      return Promise.reject(new HdfsError(`There is no ${path}`, 'FileNotFoundException'))
    }
    return Promise.resolve(
      Readable.from([
        range === null ? bytes : bytes.subarray(range.offset, range.offset + range.length),
      ]),
    )
  }

  status(path: string): Promise<FileStatus | null> {
    this.#live()
    return Promise.resolve(this.#statusOf(path, ''))
  }

  list(path: string): Promise<readonly FileStatus[] | null> {
    this.#live()
    if (!this.directories.has(path)) return Promise.resolve(null)
    const inside = [...this.files.keys(), ...this.directories].filter(
      (each) => each !== '/' && parentOf(each) === path,
    )
    const found = inside.map((each) => this.#statusOf(each, nameOf(each)))
    return Promise.resolve(found.filter((each) => each !== null))
  }

  makeDirectory(path: string): Promise<void> {
    return this.#changed(() => this.#addDirectories(path))
  }

  async rename(from: string, to: string): Promise<boolean> {
    if (this.#fault?.kind === 'false' && this.#fault.at === this.changes + 1) {
      this.changes++
      return false
    }
    return await this.#changed(() => {
      const bytes = this.files.get(from)
      if (bytes === undefined || this.files.has(to) || !this.directories.has(parentOf(to)))
        return false
      this.files.delete(from)
      this.files.set(to, bytes)
      return true
    })
  }

  replace(from: string, to: string): Promise<boolean> {
    return this.#changed(() => {
      const bytes = this.files.get(from)
      if (!this.replaces && (bytes === undefined || this.files.has(to))) return false
      if (bytes === undefined) throw new HdfsError(`There is no ${from}`, 'FileNotFoundException')
      this.files.delete(from)
      this.files.set(to, bytes)
      return true
    })
  }

  delete(path: string): Promise<boolean> {
    return this.#changed(() => this.files.delete(path))
  }

  async #changed<T>(change: () => T): Promise<T> {
    await this.beforeChange()
    return this.#change(change, () => undefined)
  }

  #change<T>(change: () => T, half: () => void): T {
    this.#live()
    this.changes++
    const { at, kind } = this.#fault ?? { at: -1, kind: 'refused' }
    if (this.changes !== at) return change()
    if (kind === 'refused' || kind === 'false') throw new RetriableError(kind)
    this.#dead = kind.startsWith('dead')
    if (kind === 'dead amid') half()
    if (kind === 'answer lost' || kind === 'dead after') change()
    throw kind === 'answer lost' ? new RetriableError('the answer is lost') : new KilledError(kind)
  }

  #live(): void {
    if (this.#dead) throw new KilledError('dead')
  }

  #addDirectories(path: string): void {
    for (let at = path; at !== '/'; at = parentOf(at)) this.directories.add(at)
  }

  #statusOf(path: string, name: string): FileStatus | null {
    const bytes = this.files.get(path)
    const isDirectory = this.directories.has(path)
    if (bytes === undefined && !isDirectory) return null
    return { name, isDirectory, bytes: bytes?.length ?? 0, modifiedAt: 0 }
  }
}
