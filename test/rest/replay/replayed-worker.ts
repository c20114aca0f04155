import { writeFile } from 'node:fs/promises'
import { scratchDir } from '../../support/sluice.ts'
import type { ScratchDir, Sluice } from '../../support/sluice.ts'
import { topicPrefix } from '../../support/topics.ts'
import type { Surroundings } from './comparable.ts'
import type { Mode } from './recorded.ts'
import { connectTools, replayRegistry } from './replay-worker.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'

/** As the recorded workers had them. */
const properties = {
  'key.converter': json,
  'value.converter': json,
  'plugin.path': connectTools,
  'offset.flush.interval.ms': '1000',
}

export type StartReplayed = (given: {
  readonly dir: ScratchDir
  readonly prefix: string
  readonly properties: Readonly<Record<string, string>>
}) => Promise<Sluice>

/** A real worker that is asked what Java's was asked when it was recorded, with the file that lay there. */
export class ReplayedWorker implements AsyncDisposable {
  readonly surroundings: Surroundings
  readonly #dir: ScratchDir
  readonly #sluice: Sluice

  private constructor(surroundings: Surroundings, dir: ScratchDir, sluice: Sluice) {
    this.surroundings = surroundings
    this.#dir = dir
    this.#sluice = sluice
  }

  static async start(mode: Mode, name: string, start: StartReplayed): Promise<ReplayedWorker> {
    const dir = await scratchDir()
    const lines = Array.from({ length: 10 }, (_, i) => `line ${i}\n`)
    await writeFile(dir.file('in.txt'), lines.join(''))
    const prefix = topicPrefix(name)
    const sluice = await start({ dir, prefix, properties })
    const { plugins } = await replayRegistry()
    const { kafka_cluster_id: clusterId } = await sluice.get<{ kafka_cluster_id: string }>('/')
    const surroundings = {
      ...{ mode, clusterId, port: Number(new URL(sluice.url).port) },
      ...{ folder: dir.path, topicPrefix: prefix },
      classes: new Set(plugins.map(({ className }) => className)),
    }
    return new ReplayedWorker(surroundings, dir, sluice)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sluice[Symbol.asyncDispose]()
    await this.#dir[Symbol.asyncDispose]()
  }
}
