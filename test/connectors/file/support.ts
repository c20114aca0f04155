import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FileStreamSourceTask } from '../../../connectors/file/file-stream-source-task.ts'
import type {
  ConnectorConfig,
  SourceOffset,
  SourcePartition,
  SourceRecord,
  SourceTaskContext,
} from '../../../src/api/index.ts'

/** A folder for one test; gone after it. */
export async function temporaryFolder(): Promise<
  AsyncDisposable & {
    readonly path: string
    file(name: string): string
    write(name: string, content: string | Uint8Array): Promise<string>
    append(name: string, content: string | Uint8Array): Promise<string>
  }
> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-file-'))
  const file = (name: string): string => path.join(folder, name)
  return {
    path: folder,
    file,
    write: async (name, content) => {
      await writeFile(file(name), content)
      return file(name)
    },
    append: async (name, content) => {
      await appendFile(file(name), content)
      return file(name)
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A running source task and what it has sent so far; `offset` is what was committed before. */
export class RunningSource implements AsyncDisposable {
  readonly task: FileStreamSourceTask
  readonly records: SourceRecord[] = []
  readonly #stopped = new AbortController()
  readonly #polling: Promise<void>

  private constructor(task: FileStreamSourceTask) {
    this.task = task
    this.#polling = this.#pollOn()
    this.#polling.catch(() => undefined)
  }

  static async start(
    config: ConnectorConfig,
    offset: SourceOffset | null = null,
  ): Promise<RunningSource> {
    return new RunningSource(await startTask(config, offset))
  }

  get lines(): unknown[] {
    return this.records.map((record) => record.value)
  }

  get positions(): unknown[] {
    return this.records.map((record) => record.sourceOffset?.position)
  }

  /** Waits until `count` records have come; rejects with what the task failed with. */
  async reached(count: number, timeoutMs = 10_000): Promise<void> {
    const deadline = Date.now() + timeoutMs
    const failed = this.#polling.then(() => Promise.reject(new Error('The task was stopped.')))
    failed.catch(() => undefined)
    while (this.records.length < count) {
      if (Date.now() > deadline) {
        throw new Error(`Only ${this.records.length} of ${count} records came in ${timeoutMs} ms.`)
      }
      await Promise.race([delay(5), failed])
    }
  }

  /** Settles when the task has failed. */
  failure(): Promise<unknown> {
    return this.#polling.then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#polling.catch(() => undefined)
    await this.task.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #pollOn(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const records = await this.task.poll(signal)
      if (records !== null) this.records.push(...records)
    }
  }
}

export interface Line {
  readonly text: string
  /** Byte after the terminator. */
  readonly position: number
}

/** The lines of `text` by a regular expression: the model. Of a last \r nobody knows yet whether it ends a line. */
export function expectedLines(text: string): Line[] {
  const lines: Line[] = []
  let from = 0
  for (const match of text.matchAll(/\r\n|\n|\r(?!$)/g)) {
    const end = match.index + match[0].length
    const position = Buffer.byteLength(text.slice(0, end))
    lines.push({ text: text.slice(from, match.index), position })
    from = end
  }
  return lines
}

/** A task that was started and is to be polled and stopped by the caller. */
export async function startTask(
  config: ConnectorConfig,
  offset: SourceOffset | null,
): Promise<FileStreamSourceTask> {
  const task = new FileStreamSourceTask()
  task.initialize(contextWith(config, offset))
  await task.start({ topic: 'lines', ...config }, new AbortController().signal)
  return task
}

function contextWith(config: ConnectorConfig, offset: SourceOffset | null): SourceTaskContext {
  return {
    configs: () => config,
    offsetStorageReader: {
      offset: () => Promise.resolve(offset),
      offsets: (partitions: readonly SourcePartition[]) =>
        Promise.resolve(partitions.map(() => offset)),
    },
    transactionContext: null,
  }
}
