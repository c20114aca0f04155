import { setTimeout as delay } from 'node:timers/promises'
import { SourceTask } from 'sluice/api'
import type { ConnectorConfig, SourceProgress, SourceRecord } from 'sluice/api'
import { openHdfs } from '../config/open-hdfs.ts'
import { FileQueue } from './file-queue.ts'
import { FileReading } from './file-reading.ts'
import { parseHdfsSourceConfig, readerOf, version } from './hdfs-source-config.ts'
import { selectionOf } from './selection-of.ts'

interface Started {
  readonly intervalMs: number
  readonly queue: FileQueue
  readonly reading: FileReading
  close(): Promise<void>
}

/** Sends the records of files of HDFS, each with the place behind it. */
export class HdfsSourceTask extends SourceTask {
  static readonly className: string = 'io.confluent.connect.hdfs2.Hdfs2SourceTask'

  #started: Started | null = null
  #listedAt = Number.NEGATIVE_INFINITY

  version(): string {
    return version
  }

  async start(props: ConnectorConfig): Promise<void> {
    const config = parseHdfsSourceConfig(props)
    const { client: hdfs, close } = await openHdfs(config)
    const folders = JSON.parse(props.folders ?? '[]') as readonly string[]
    const offsets = this.context.offsetStorageReader
    const queue = new FileQueue({ hdfs, folders, offsets, selection: selectionOf(config) })
    this.#started = {
      ...{ queue, intervalMs: Number(config['hdfs.poll.interval.ms']) },
      reading: new FileReading({ config, hdfs, queue, reader: readerOf(config) }),
      close,
    }
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    if (this.#started === null) throw new Error('The HDFS source task was not started.')
    const { queue, reading } = this.#started
    try {
      if (!reading.isOpen && queue.next() === null) await this.#list(this.#started, signal)
      return await reading.next(signal)
    } catch (error) {
      if (signal.aborted) return null
      throw error
    }
  }

  async stop(): Promise<void> {
    const started = this.#started
    this.#started = null
    await started?.reading.leave()
    await started?.close()
  }

  override progress(): SourceProgress {
    return { lag: this.#started?.queue.length ?? 0, unit: 'files' }
  }

  async #list({ intervalMs, queue }: Started, signal: AbortSignal): Promise<void> {
    const waitMs = Math.max(0, this.#listedAt + intervalMs - Date.now())
    await delay(waitMs, undefined, { signal })
    await queue.list(signal)
    this.#listedAt = Date.now()
  }
}

/** The same, by the name that it has with HDFS 3. */
export class Hdfs3SourceTask extends HdfsSourceTask {
  static override readonly className = 'io.confluent.connect.hdfs3.Hdfs3SourceTask'
}
