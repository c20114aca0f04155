import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { joinPath } from '../../connectors/hdfs/webhdfs/path-text.ts'
import { WebHdfsClient } from '../../connectors/hdfs/webhdfs/webhdfs-client.ts'
import type { ConnectorConfig, SinkRecord } from '../../src/api/index.ts'
import { RunningSink } from '../connectors/hdfs/running-sink.ts'
import { record, struct } from '../connectors/storage/support.ts'
import type { MiniHdfs } from '../services/hadoop/mini-hdfs.ts'
import { HdfsProxy } from './hdfs-proxy.ts'
import type { LinkFault, PassingRequest } from './hdfs-proxy.ts'
import { randomNumbers } from './random-numbers.ts'

/** A client that waits longer for a NameNode has no patience for what is late here. */
const timeoutMs = 1000
/** Schedules that run at once; each has a folder, a proxy and a client of its own. */
const atOnce = 8

/** What goes wrong: by the number of the request. */
export interface FaultSchedule {
  readonly name: string
  readonly faults: ReadonlyMap<number, LinkFault>
  /** Done once half of a request has gone. */
  readonly amid?: () => Promise<void>
}

/** A task from its start to its end. */
interface Life {
  readonly folder: string
  readonly proxy: HdfsProxy
  readonly list: readonly SinkRecord[]
  /** An index of the list. */
  readonly from: number
}

/** Of faults, by the beginning of their texts. */
const leavesLate = /^(?:late request|cut amid request)/

/** Two directories, so that a commit has two files. */
const config: ConnectorConfig = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.FieldPartitioner',
  'partition.field.name': 'int',
  'flush.size': '4',
}

export class LinkFaults {
  readonly #hdfs: MiniHdfs
  readonly #via: string
  readonly #list: readonly SinkRecord[]
  readonly #folder: string
  #wanted: ReadonlyMap<string, string> = new Map()
  #runs = 0

  private constructor(hdfs: MiniHdfs, commits: number, via: string) {
    this.#hdfs = hdfs
    this.#via = via
    this.#folder = `/faults-${randomUUID()}`
    this.#list = Array.from({ length: 4 * commits }, (_, offset) =>
      record({ offset, value: struct(offset % 2) }),
    )
  }

  /** After a run without faults, whose files those of all others are held against. Answers also with its requests; `via` is a NameNode, or HttpFS. */
  static async prepare(
    hdfs: MiniHdfs,
    commits: number,
    via = hdfs.http[0] ?? '',
  ): Promise<{ readonly faults: LinkFaults; readonly requests: readonly PassingRequest[] }> {
    const faults = new LinkFaults(hdfs, commits, via)
    const folder = `${faults.#folder}/wanted`
    await using proxy = await HdfsProxy.start(via)
    await faults.#run(folder, proxy)
    faults.#wanted = await faults.#filesOf(folder)
    expect(faults.#wanted.size).toBe(2 * commits)
    return { faults, requests: [...proxy.requests] }
  }

  /** Runs them, some at once, and looks after each whether all is as without faults. Answers how many faults had their effect. */
  async runAll(schedules: readonly FaultSchedule[]): Promise<number> {
    const left = [...schedules]
    let hits = 0
    const work = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const met = await this.#check(next)
        hits += met
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    return hits
  }

  async #check({ name, faults, amid }: FaultSchedule): Promise<number> {
    const folder = `${this.#folder}/${++this.#runs}`
    await using proxy = await HdfsProxy.start(this.#via)
    const met: string[] = []
    if (amid !== undefined) proxy.amid = amid
    proxy.faultOf = (request) => {
      const wanted = faults.get(request.n)
      if (wanted === undefined) return null
      const fault = faultsFor(request).includes(wanted) ? wanted : 'cut before'
      met.push(`${fault} at ${request.n}, ${request.step} ${request.path}`)
      return fault
    }
    try {
      const committed = await this.#run(folder, proxy)
      expect(committed).toBe(this.#list.length)
      expect(await this.#filesOf(folder)).toEqual(this.#wanted)
      proxy.faultOf = () => null
      // Half a request may be acted on after the task was told of the cut, and a late one is: whoever comes next removes what that leaves.
      if (!met.some((text) => leavesLate.test(text))) expect(await this.#temps(folder)).toEqual([])
      expect(await this.#resume(folder, proxy)).toBe(this.#list.length)
      expect(await this.#filesOf(folder)).toEqual(this.#wanted)
      expect(await this.#temps(folder)).toEqual([])
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`${name}\n${met.join('\n')}\n${text}`, { cause })
    }
    return met.length
  }

  /** In two lives, so that the second one finds a log of the first. Answers with what is committed then. */
  async #run(folder: string, proxy: HdfsProxy): Promise<number | null> {
    const half = this.#list.slice(0, 4 * Math.ceil(this.#list.length / 8))
    const run = async (sink: RunningSink): Promise<number | null> => {
      await sink.run(3)
      return sink.committed
    }
    await this.#withSink({ folder, proxy, list: half, from: 0 }, run)
    return await this.#withSink({ folder, proxy, list: this.#list, from: half.length }, run)
  }

  /** Where a new task would read on. */
  async #resume(folder: string, proxy: HdfsProxy): Promise<number> {
    return await this.#withSink({ folder, proxy, list: this.#list, from: 0 }, async (sink) => {
      await sink.put()
      return sink.position
    })
  }

  async #withSink<T>(
    { folder, proxy, list, from }: Life,
    work: (sink: RunningSink) => Promise<T>,
  ): Promise<T> {
    const client = new WebHdfsClient({
      ...{ addresses: [new URL(proxy.url)], dataNodes: proxy.dataNodes, timeoutMs },
      identity: { query: { 'user.name': 'root' } },
    })
    const places = { 'topics.dir': `${folder}/topics`, 'logs.dir': `${folder}/logs` }
    const sink = await RunningSink.start({ ...config, ...places }, client, list, from)
    try {
      return await work(sink)
    } finally {
      await sink.close()
      client.close()
    }
  }

  async #filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
    const topics = joinPath(folder, 'topics', 'test-topic')
    const found = await this.#hdfs.files(topics)
    return new Map(
      Array.from(found, ([path, bytes]) => [path.slice(topics.length), bytes.toString()]),
    )
  }

  async #temps(folder: string): Promise<string[]> {
    const [temps, logs] = [
      await this.#hdfs.files(`${folder}/topics/+tmp`),
      await this.#hdfs.files(`${folder}/logs`),
    ]
    return [...temps.keys(), ...[...logs.keys()].filter((path) => path.endsWith('_tmp'))]
  }
}

const everywhere: readonly LinkFault[] = [
  'cut before',
  'answer lost',
  'cut amid answer',
  'late answer',
  'late request',
]

/** What can happen to a request. */
export function faultsFor({ step }: PassingRequest): readonly LinkFault[] {
  if (step === 'RENAME') return [...everywhere, 'false', 'false though done']
  if (step === 'CREATE, step 2') return [...everywhere, 'cut amid request']
  if (step === 'CREATE' || step === 'OPEN') return [...everywhere, 'dead DataNode']
  return everywhere
}

/** Every fault at every request, each of them alone. */
export function singleFaults(requests: readonly PassingRequest[]): FaultSchedule[] {
  return requests.flatMap((request) =>
    faultsFor(request).map((fault) => ({
      name: `${fault} at request ${request.n}`,
      faults: new Map([[request.n, fault]]),
    })),
  )
}

/** One of the requests in seven is disturbed; the same seed and index, the same faults. */
export function randomSchedule(seed: number, index: number, length: number): FaultSchedule {
  const random = randomNumbers(seed * 7919 + index)
  const kinds = faultsFor({ n: 0, step: 'RENAME', path: '' })
  const all: readonly LinkFault[] = [...kinds, 'cut amid request', 'dead DataNode']
  const faults = new Map<number, LinkFault>()
  for (let n = 1; n <= length; n++) {
    const fault = all[Math.floor(random() * all.length)]
    if (random() < 1 / 7 && fault !== undefined) faults.set(n, fault)
  }
  return { name: `SLUICE_SEED=${seed}/${index}`, faults }
}
